"""Faults are objects; an action says what a fault does to the world; a hand does it.

    kubectl, UI, scenario --> Fault --> action.plan (pure) --> Effects --> hand (live: the
    supervisor)

Effects are states, not steps: while the fault is there, these parties are held dead, those are
paused, these link rules hold. Healing is that the fault is gone. The only step is `kill`, done
once. To add an action: one file in `actions/` with a `plan`, one line in its `registry.py`, one
test.

Source: our own; the verbs are turmoil's (tokio-rs/turmoil).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tuik8s.world.links import LinkRule

APISERVER = "apiserver"


class FaultSpec(msgspec.Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """The spec of a Fault.

    Durations are texts such as `10m`; without `for` a fault lasts until it is deleted.
    """

    action: str
    target: str
    for_: str = ""
    delay: str = ""
    jitter: str = ""
    percent: int | None = None


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """What a fault asks for. All but kill are undone when the fault goes."""

    kill: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    links: tuple[LinkRule, ...] = ()


class Refused(Exception):
    """The fault cannot be: its target does not exist, or a parameter does not read."""


class Shape(msgspec.Struct, frozen=True):
    """The parties of the cluster that a fault may mean."""

    parties: tuple[str, ...]

    def party(self, target: str) -> str:
        """The party that `component/NAME` means. Raises Refused, naming those there are."""
        kind, _, name = target.partition("/")
        if kind != "component" or name not in self.parties:
            known = ", ".join(f"component/{party}" for party in self.parties)
            raise Refused(f"target {target!r} is no component; there are: {known}")
        return name

    def node_parties(self, target: str) -> tuple[str, ...]:
        """The parties that live on `node/NAME`. Raises Refused."""
        kind, _, name = target.partition("/")
        found = tuple(p for p in self.parties if p.partition("/")[2] == name and name)
        if kind == "node" and found:
            return found
        hosted = [p for p in self.parties if ".." in p]
        if kind == "node" and hosted:
            raise Refused(
                f"{target} shares its process with other nodes ({', '.join(hosted)}); "
                "start the cluster with --nodes-per-process 1 to break nodes one by one"
            )
        nodes = sorted({p.partition("/")[2] for p in self.parties if p.startswith("kubelet/")})
        raise Refused(f"target {target!r} is no node; there are: {', '.join(nodes)}")

    def link_parties(self, target: str) -> tuple[str, ...]:
        """The parties whose links to the API server `node/N` or `component/C` means."""
        if target.startswith("node/"):
            return self.node_parties(target)
        party = self.party(target)
        if party == APISERVER:
            raise Refused("every link has the API server at one end; name the other end")
        return (party,)


def per_mille(spec: FaultSpec) -> int:
    """The share of messages that a fault means, in thousandths. Raises Refused."""
    if spec.percent is None or not 0 < spec.percent <= 100:
        raise Refused(f"{spec.action} needs percent, from 1 to 100")
    return spec.percent * 10


Plan = Callable[[FaultSpec, Shape], Effects]


class Hand(Protocol):
    """The verbs that a world offers. Each may be repeated without harm."""

    def parties(self) -> Sequence[str]: ...

    def kill(self, party: str) -> None:
        """End it at once; it comes back by itself."""
        ...

    def hold(self, party: str) -> None:
        """End it and keep it from coming back."""
        ...

    def release(self, party: str) -> None: ...

    def pause(self, party: str) -> None: ...

    def resume(self, party: str) -> None: ...

    def set_links(self, rules: Sequence[LinkRule]) -> None:
        """Replace all link rules."""
        ...
