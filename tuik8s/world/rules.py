"""What faults ask of the processes, as data: rules that whoever they concern takes up.

    chaos --hand--> the rules of every process's world --on_change--> kubelet, proxy, apiserver, ...

Rules are a state, given whole to every process and kept for those that start later; they do not
travel on the bus, so what is cut off from the API server still hears that it is healed. Rules about
links alone are apart (`world.links`), since every frame asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal, TypeVar

import msgspec

from tuik8s.api.selectors import parse_label_selector

EVERYWHERE = "*"
"""As a namespace: any."""
HEALERS_GROUP = "chaos.tuik8s.dev"
"""The API group of faults: requests and events of it are never disturbed."""


class PodRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pod"):
    """What happens to the containers of pods: of one by its name, or of those that a selector
    matches, also of those that come later. cause: the revision of the fault, for what the kubelet
    then writes. Taken up by the kubelet.
    """

    do: Literal["crash-loop", "oom", "not-ready", "slow-start", "image-pull-failure"]
    namespace: str
    name: str = ""
    selector: str = ""
    delay_ms: int = 0
    cause: int = 0

    def applies(self, namespace: str, name: str, labels: dict[str, str]) -> bool:
        if self.namespace not in (EVERYWHERE, namespace) or self.name not in ("", name):
            return False
        return _selector(self.selector).matches(labels)


class NodeRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="node"):
    """What a node runs short of: memory, disk or pid. Taken up by its kubelet."""

    node: str
    pressure: str = "memory"
    cause: int = 0


class ApiRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="api"):
    """What happens to requests of some verbs, resources (`deployments.apps`, or without the group)
    and users.

    Nothing named means any; a user may end in `*`. code: the error, 0 for none; per_mille: how many
    in a thousand are hit. Taken up by the API server.
    """

    code: int = 0
    per_mille: int = 1000
    delay_ms: int = 0
    jitter_ms: int = 0
    verbs: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    users: tuple[str, ...] = ()

    def concerns(self, resource: str, user: str) -> bool:
        plural = resource.partition(".")[0]
        if self.resources and not {resource, plural}.intersection(self.resources):
            return False
        return not self.users or any(_stands_for(pattern, user) for pattern in self.users)


class StaleRule(msgspec.Struct, frozen=True, kw_only=True, tag="stale"):
    """Watches hear of changes so much later. Taken up by the API server."""

    delay_ms: int


class TrafficRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="traffic"):
    """What happens to connections of a Service, or between the proxy of one node and pods of
    another.

    What is left out means any. Taken up by kube-proxy.
    """

    namespace: str = ""
    service: str = ""
    from_node: str = ""
    to_node: str = ""
    drop_per_mille: int = 0
    delay_ms: int = 0
    jitter_ms: int = 0

    def of_service(self, port_id: str) -> bool:
        """Whether it is about a service port, `namespace/name:port`."""
        return not self.service or port_id.partition(":")[0] == f"{self.namespace}/{self.service}"

    def between(self, from_node: str, to_node: str) -> bool:
        """Whether it is about connections from the proxy of a node to a pod of another."""
        return self.from_node in ("", from_node) and self.to_node in ("", to_node)


class PaceRule(msgspec.Struct, frozen=True, kw_only=True, tag="pace"):
    """Every turn of a party takes so much longer. Taken up by its world."""

    party: str
    delay_ms: int


class ClockRule(msgspec.Struct, frozen=True, kw_only=True, tag="clock"):
    """A party's clock is so much ahead; behind when negative. Taken up by its world."""

    party: str
    ahead_ms: int


class DiskRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="disk"):
    """What a disk of a party does (see `world.disturbed_disk`). Taken up by its world."""

    party: str
    disk: str
    do: Literal["slow", "full", "failing", "tearing"]
    delay_ms: int = 0


def _stands_for(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


_selector = cache(parse_label_selector)

Rule = PodRule | NodeRule | ApiRule | StaleRule | TrafficRule | PaceRule | ClockRule | DiskRule
"""Any rule; they are told apart by their tag."""

R = TypeVar("R", bound=Rule)


def read_rules(value: object) -> list[Rule]:
    """Rules as they travel between processes: a list of maps, or nothing."""
    return msgspec.convert(value or [], list[Rule])


class Rules:
    """The rules in force in one process."""

    __slots__ = ("_all", "_on_change")

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._all = tuple(rules)
        self._on_change: list[Callable[[], None]] = []

    def set(self, rules: Iterable[Rule]) -> None:
        """Replace all rules; those who asked for it are told if that is news."""
        had, self._all = self._all, tuple(rules)
        if had != self._all:
            for call in self._on_change:
                call()

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """The rules of a kind, in the order in which they were given."""
        if not self._all:
            return ()
        return tuple(rule for rule in self._all if isinstance(rule, kind))

    @property
    def hinder_starts(self) -> bool:
        """Whether a process may not become ready because of them."""
        return any(isinstance(r, ApiRule | StaleRule | PaceRule | DiskRule) for r in self._all)

    def pace_ms(self, party: str) -> int:
        """How much longer each turn of a party takes."""
        return sum(rule.delay_ms for rule in self.of(PaceRule) if rule.party == party)

    def ahead_ms(self, party: str) -> int:
        """How much a party's clock is ahead; behind when negative. Of several the farthest."""
        found = (rule.ahead_ms for rule in self.of(ClockRule) if rule.party == party)
        return max(found, key=lambda ahead_ms: (abs(ahead_ms), ahead_ms), default=0)

    def on_change(self, call: Callable[[], None]) -> None:
        """Have it called after every change."""
        self._on_change.append(call)
