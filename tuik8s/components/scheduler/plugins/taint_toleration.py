"""TaintToleration: no node with a taint that the pod does not tolerate; few soft ones preferred.

Nodes share few distinct sets of taints: each set is judged once per pod, then looked up.

Source: pkg/scheduler/framework/plugins/tainttoleration (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuik8s.components.scheduler.eligible import FORBIDDING, forbids, per_taint_set
from tuik8s.components.scheduler.events import WAITING_POD, ClusterEvent
from tuik8s.components.scheduler.framework import (
    MAX_NODE_SCORE,
    OK,
    Cycle,
    Ints,
    Refused,
    Remedy,
    Status,
    normalized,
)
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.terms import (
    PREFER_NO_SCHEDULE,
    Taint,
    taints_of,
    untolerated,
)

REASON = "node(s) had untolerated taint(s)"


class TaintToleration:
    name = "TaintToleration"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        pod, columns = cycle.pod, cycle.columns
        if len(columns.taint_sets) == 1:
            return ()
        verdicts = per_taint_set(columns, lambda taints: int(forbids(taints, pod)))
        if not verdicts.any():
            return ()
        return (Refused(verdicts[columns.taint_set] > 0, REASON, True),)

    def pre_score(self, cycle: Cycle, rows: Ints) -> Status:
        return OK

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        pod, columns = cycle.pod, cycle.columns
        if len(columns.taint_sets) == 1:
            return np.full(len(rows), MAX_NODE_SCORE, np.int64)
        counts = per_taint_set(columns, lambda taints: _unwelcome(taints, pod))
        return normalized(counts[columns.taint_set[rows]], reverse=True)

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        entry = cycle.columns.entry(row)
        tolerated = cycle.pod.tolerations
        missing = [t for t in entry.taints if untolerated((t,), tolerated, FORBIDDING)]
        listed = " and ".join(str(taint) for taint in missing)
        return Remedy(f"tolerate the taint {listed}, or remove it from the node", 30 * len(missing))

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        if event.resource == WAITING_POD:
            return True
        return event.is_node_gain("taints") and not forbids(taints_of(event.new or {}), pod)


def _unwelcome(taints: tuple[Taint, ...], pod: PodInfo) -> int:
    """Soft taints that no toleration covers; a toleration for another effect does not count."""
    soft = tuple(t for t in pod.tolerations if t.effect in ("", PREFER_NO_SCHEDULE))
    return sum(
        1
        for taint in taints
        if taint.effect == PREFER_NO_SCHEDULE and not any(t.tolerates(taint) for t in soft)
    )
