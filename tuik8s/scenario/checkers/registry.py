"""The checkers that watch every run; each run has fresh ones."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.scenario.checkers.base import Checker
from tuik8s.scenario.checkers.node_not_overfull import NodeNotOverfull
from tuik8s.scenario.checkers.pod_bound_once import PodBoundOnce

CHECKERS: dict[str, Callable[[], Checker]] = {
    "pod-bound-once": PodBoundOnce,
    "node-not-overfull": NodeNotOverfull,
}


def all_checkers() -> tuple[Checker, ...]:
    return tuple(make() for make in CHECKERS.values())
