"""Faults are objects; an action says what a fault does to the world; a hand does it.

    kubectl, UI, scenario --> Fault --> targets (chosen) --> action.plan (pure) --> Effects
                                                               |--> hand (live: the supervisor)
                                                               '--> clerk (what the API does)

Effects are states, not steps: while the fault is there, these parties are held dead, those are
paused, these rules hold, that node is drained. Healing is that the fault is gone. The only steps
are `kill` and `evict`, done once, or once with every turn of a schedule. To add an action: one file
in `actions/` with an `ACTION`, one line in its `registry.py`, one test.

Source: our own; the verbs are turmoil's (tokio-rs/turmoil).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tuik8s.api.times import parse_duration
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.links import LinkRule
from tuik8s.world.rules import NodeRule, PodRule, Rule

APISERVER = "apiserver"
CHAOS = "chaos"
DEFAULT_NAMESPACE = "default"


class FaultSpec(msgspec.Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """The spec of a Fault.

    Durations are texts such as `10m`; without `for` a fault lasts until it is deleted. What is
    left out is "" (None for percent and seed).
    """

    action: str
    target: str
    namespace: str = DEFAULT_NAMESPACE
    selector: str = ""
    count: int | str = ""
    for_: str = ""
    schedule: str = ""
    seed: int | None = None
    override: bool = False
    delay: str = ""
    jitter: str = ""
    percent: int | None = None
    pressure: str = "memory"
    code: int | None = None
    verbs: str = ""
    resources: str = ""
    users: str = ""
    peer: str = ""
    ahead: str = ""


class Parameter(msgspec.Struct, frozen=True):
    """A field of the spec that only some actions take: its type, an example, what it means."""

    type: str
    example: str
    words: str


PARAMETERS: dict[str, Parameter] = {
    "delay": Parameter("string", "200ms", "how much longer it takes"),
    "jitter": Parameter("string", "50ms", "at most so much more, by chance"),
    "percent": Parameter("integer", "20", "how many in a hundred, by chance"),
    "pressure": Parameter("string", "disk", "what runs short: memory, disk or pid"),
    "code": Parameter("integer", "503", "the error"),
    "verbs": Parameter("string", "get,list", "requests of these verbs alone"),
    "resources": Parameter("string", "pods,deployments", "requests for these alone"),
    "users": Parameter("string", "system:node:*", "requests of these alone"),
    "peer": Parameter("string", "node/node-2", "the other end of the link"),
    "ahead": Parameter("string", "5m", "how much the clock is ahead; -5m: behind"),
}


class Eviction(msgspec.Struct, frozen=True):
    """A pod that is to go, through the API.

    override: even where a budget says no. at_once: without its grace period.
    """

    namespace: str
    name: str
    override: bool = False
    at_once: bool = True


class Cordon(msgspec.Struct, frozen=True):
    """A node that is to take no new pods. cause: the revision of the fault."""

    node: str
    cause: int = 0


class Drain(msgspec.Struct, frozen=True):
    """A node that is to be emptied. cause: the revision of the fault."""

    node: str
    override: bool = False
    cause: int = 0


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """What a fault asks for. All but kill and evict are undone when the fault goes."""

    kill: tuple[str, ...] = ()
    evict: tuple[Eviction, ...] = ()
    hold: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    links: tuple[LinkRule, ...] = ()
    rules: tuple[Rule, ...] = ()
    cordon: tuple[Cordon, ...] = ()
    drain: tuple[Drain, ...] = ()

    @property
    def steps(self) -> bool:
        """Whether there is something to do once."""
        return bool(self.kill or self.evict)


def union(parts: Sequence[Effects]) -> Effects:
    """All of them together: parties and pods once, rules as often as they are asked for."""
    return Effects(
        kill=tuple(dict.fromkeys(p for e in parts for p in e.kill)),
        evict=tuple(dict.fromkeys(p for e in parts for p in e.evict)),
        hold=tuple(dict.fromkeys(p for e in parts for p in e.hold)),
        pause=tuple(dict.fromkeys(p for e in parts for p in e.pause)),
        links=tuple(rule for e in parts for rule in e.links),
        rules=tuple(rule for e in parts for rule in e.rules),
        cordon=tuple(dict.fromkeys(p for e in parts for p in e.cordon)),
        drain=tuple(dict.fromkeys(p for e in parts for p in e.drain)),
    )


def caused(effects: Effects, revision: int) -> Effects:
    """The effects, with the revision of their fault for what is written because of them."""
    replace = msgspec.structs.replace
    return replace(
        effects,
        cordon=tuple(replace(cordon, cause=revision) for cordon in effects.cordon),
        drain=tuple(replace(drain, cause=revision) for drain in effects.drain),
        rules=tuple(
            replace(rule, cause=revision) if isinstance(rule, PodRule | NodeRule) else rule
            for rule in effects.rules
        ),
    )


Plan = Callable[[FaultSpec, Shape], Effects]


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One way to break something.

    plan: what it does to one target. targets: the kinds of what it breaks (`target: KIND/NAME`).
    needs, takes: the parameters that must and that may be given. reads: the resources of the API
    that the plan looks at. only: the one target that there is, where it has but one. cordons: it
    keeps nodes out of service, which is undone through the API. downs_pods: the target pod, or
    those of the target node, serve no more while it lasts. needs_for: it must be said how long.
    """

    plan: Plan
    group: str
    targets: tuple[str, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    only: str = ""
    cordons: bool = False
    downs_pods: bool = False
    needs_for: bool = False


def duration_ms(spec: FaultSpec, name: str, *, may_be_negative: bool = False) -> int:
    """A parameter that is a duration; 0 when it was left out. Raises Refused."""
    text = getattr(spec, name)
    try:
        found = parse_duration(text) if text else 0
    except ValueError as problem:
        example = PARAMETERS[name].example
        raise Refused(f"{name} is a duration such as {example}: {problem}") from problem
    if found < 0 and not may_be_negative:
        raise Refused(f"{name} {text!r} is less than nothing")
    return found


def per_mille(spec: FaultSpec) -> int:
    """The share that a fault means, in thousandths; all when it was left out. Raises Refused."""
    percent = 100 if spec.percent is None else spec.percent
    if not 0 < percent <= 100:
        raise Refused(f"{spec.action} needs percent, from 1 to 100")
    return percent * 10


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

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replace all other rules."""
        ...
