"""The checkers that watch every run; each run has fresh ones."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tuik8s.scenario.checkers.base import Checker
from tuik8s.scenario.checkers.disruption_budget import DisruptionBudget
from tuik8s.scenario.checkers.log_replays import LogReplays
from tuik8s.scenario.checkers.node_not_overfull import NodeNotOverfull
from tuik8s.scenario.checkers.nodes_come_back import NodesComeBack
from tuik8s.scenario.checkers.pod_bound_once import PodBoundOnce
from tuik8s.scenario.checkers.replicas_converge import ReplicasConverge
from tuik8s.scenario.checkers.store_guarantees import StoreGuarantees

CHECKERS: dict[str, Callable[[], Checker]] = {
    "pod-bound-once": PodBoundOnce,
    "node-not-overfull": NodeNotOverfull,
    "disruption-budget": DisruptionBudget,
    "nodes-come-back": NodesComeBack,
    "replicas-converge": ReplicasConverge,
    "store-guarantees": StoreGuarantees,
    "log-replays": LogReplays,
}


def all_checkers(skip: Collection[str] = ()) -> tuple[Checker, ...]:
    return tuple(make() for name, make in CHECKERS.items() if name not in skip)
