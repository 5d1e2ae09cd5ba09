"""What a scheduler plugin is: a name, and the extension points that it implements.

A plugin is built once per profile from its arguments (the `args` object of pluginConfig, or {})
by the factory in `registry.py`. It keeps nothing about a pod in itself: what PreFilter finds goes
into `cycle.state[name]`. Methods that a plugin does not have are extension points that it does
not take part in. `remedy` is ours: the smallest change that would satisfy a refused node.

How to add one: copy the smallest member (`node_name.py`), add its line to `registry.py` (and its
weight to `profiles.py` when that is not 1), add tests/components/scheduler/plugins/test_<file>.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from tuik8s.api.types import Object
from tuik8s.components.scheduler.framework import (
    Cycle,
    Ints,
    Plugin,
    Refused,
    Remedy,
    Status,
    Wanted,
)
from tuik8s.components.scheduler.pods import PodInfo


@runtime_checkable
class PreEnqueuePlugin(Protocol):
    name: str

    def pre_enqueue(self, pod: PodInfo) -> Status:
        """May the pod be tried at all?"""
        ...


@runtime_checkable
class PreFilterPlugin(Protocol):
    name: str

    def pre_filter(self, cycle: Cycle) -> Status:
        """Note what filter needs; SKIP when it has nothing to check; may narrow `cycle.only`."""
        ...


@runtime_checkable
class FilterPlugin(Protocol):
    name: str

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        """Which nodes are refused and why; nothing: all pass."""
        ...


@runtime_checkable
class RemedyPlugin(Protocol):
    name: str

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        """The smallest change that would make the node of this row pass."""
        ...


@runtime_checkable
class PostFilterPlugin(Protocol):
    name: str


@runtime_checkable
class PreScorePlugin(Protocol):
    name: str

    def pre_score(self, cycle: Cycle, rows: Ints) -> Status:
        """Called with the feasible nodes; SKIP when there is nothing to prefer."""
        ...


@runtime_checkable
class ScorePlugin(Protocol):
    name: str

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        """0 to 100 for each of these nodes, normalised."""
        ...


@runtime_checkable
class ReservePlugin(Protocol):
    name: str

    def reserve(self, cycle: Cycle, node_name: str) -> Status:
        """Keep what the pod will use there, so that the next pod does not count on it."""
        ...

    def unreserve(self, cycle: Cycle, node_name: str) -> None:
        """Give it back; called also when reserve was not, or failed."""
        ...


@runtime_checkable
class PreBindPlugin(Protocol):
    name: str
    bind_timeout_ms: int

    def prepared(self, cycle: Cycle) -> Status:
        """Whether the pod may be bound now; WAIT: not yet."""
        ...

    def pre_bind(self, cycle: Cycle, node_name: str) -> Sequence[Wanted]:
        """What has to be written to get there."""
        ...


@runtime_checkable
class BindPlugin(Protocol):
    name: str

    def binding(self, pod: PodInfo, node_name: str) -> Object:
        """The Binding to create."""
        ...


__all__ = [
    "BindPlugin",
    "FilterPlugin",
    "Plugin",
    "PostFilterPlugin",
    "PreBindPlugin",
    "PreEnqueuePlugin",
    "PreFilterPlugin",
    "PreScorePlugin",
    "RemedyPlugin",
    "ReservePlugin",
    "ScorePlugin",
]
