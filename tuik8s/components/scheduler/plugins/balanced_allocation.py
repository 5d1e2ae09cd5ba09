"""NodeResourcesBalancedAllocation: prefer nodes whose resources the pod evens out.

s(f) = floor(100 * (1 - std(f))) over the used fractions f of the resources; the score compares
the node with and without the pod: floor((150 + s(after) - s(before)) / 2).

Source: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.framework import MAX_NODE_SCORE, OK, SKIP, Cycle, Ints, Status
from tuik8s.components.scheduler.pods import PodInfo, is_extended

Fractions = npt.NDArray[np.float64]


class NodeResourcesBalancedAllocation:
    name = "NodeResourcesBalancedAllocation"

    def __init__(self, args: Mapping[str, Any]) -> None:
        resources = args.get("resources") or ({"name": "cpu"}, {"name": "memory"})
        self._resources = [item["name"] for item in resources]

    def pre_score(self, cycle: Cycle, rows: Ints) -> Status:
        requests = cycle.pod.requests
        return OK if any(requests.get(name) for name in self._resources) else SKIP

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        pod, columns = cycle.pod, cycle.columns
        before, after, present = [], [], []
        for resource in self._resources:
            asked = pod.requests.get(resource, 0)
            if is_extended(resource) and not asked:
                continue
            capacity = columns.amount(columns.allocatable, resource)[rows]
            used = columns.amount(columns.used, resource)[rows]
            safe = np.maximum(capacity, 1)
            present.append(capacity > 0)
            before.append(np.minimum(used / safe, 1.0))
            after.append(np.minimum((used + asked) / safe, 1.0))
        gain = _evenness(after, present) - _evenness(before, present)
        scores: Ints = (MAX_NODE_SCORE + MAX_NODE_SCORE // 2 + gain) // 2
        return scores

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return False


def _evenness(fractions: Sequence[Fractions], present: Sequence[npt.NDArray[np.bool_]]) -> Ints:
    if len(fractions) == 2:
        both = present[0] & present[1]
        deviation = np.where(both, np.abs(fractions[0] - fractions[1]) / 2, 0.0)
    else:
        table, has = np.array(fractions), np.array(present)
        count = has.sum(axis=0)
        safe = np.maximum(count, 1)
        mean = np.where(has, table, 0.0).sum(axis=0) / safe
        squares = np.where(has, (table - mean) ** 2, 0.0).sum(axis=0)
        spread = np.sqrt(squares / safe)
        # With two resources left, half their distance is the same but rounds as upstream does.
        deviation = np.where(count > 1, spread, 0.0)
    return ((1.0 - deviation) * MAX_NODE_SCORE).astype(np.int64)
