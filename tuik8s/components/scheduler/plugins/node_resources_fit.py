"""NodeResourcesFit: the node has room for the pod's requests; the fuller or emptier is preferred.

Strategies: LeastAllocated (default), MostAllocated, RequestedToCapacityRatio.

Source: pkg/scheduler/framework/plugins/noderesources/fit.go and its scorers (1.36).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from tuik8s.components.scheduler.columns import Columns
from tuik8s.components.scheduler.events import (
    ASSIGNED_POD,
    DELETE,
    UPDATE,
    WAITING_POD,
    ClusterEvent,
)
from tuik8s.components.scheduler.framework import MAX_NODE_SCORE, Cycle, Ints, Mask, Refused, Remedy
from tuik8s.components.scheduler.pods import PodInfo, amounts, is_extended, is_known

REASON_PODS = "Too many pods"
_LOADS: Final = {"cpu": 0, "memory": 1}
_DEFAULT_RESOURCES: Final = ({"name": "cpu", "weight": 1}, {"name": "memory", "weight": 1})

Formula = Callable[[Ints, Ints], Ints]


class NodeResourcesFit:
    name = "NodeResourcesFit"

    def __init__(self, args: Mapping[str, Any]) -> None:
        self._ignored = frozenset(args.get("ignoredResources") or ())
        self._ignored_groups = frozenset(args.get("ignoredResourceGroups") or ())
        strategy = args.get("scoringStrategy") or {}
        resources: Sequence[Mapping[str, Any]] = strategy.get("resources") or _DEFAULT_RESOURCES
        self._weights: list[tuple[str, int]] = [
            (item["name"], item.get("weight") or 1) for item in resources
        ]
        kind = strategy.get("type") or "LeastAllocated"
        self._rounded = kind == "RequestedToCapacityRatio"
        self._formula = _formula(kind, strategy)

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        columns = cycle.columns
        parts = []
        full = columns.pods_free < 1
        if full.any():
            parts.append(Refused(full, REASON_PODS))
        for resource, wanted in self._checked(cycle.pod):
            short = columns.amount(columns.free, resource) < wanted
            if short.any():
                hopeless = columns.amount(columns.allocatable, resource) < wanted
                parts.append(Refused(short, f"Insufficient {resource}", hopeless))
        return parts

    def _checked(self, pod: PodInfo) -> list[tuple[str, int]]:
        """What has to be free, in the order of upstream's reasons."""
        known: list[tuple[str, int]] = []
        others: list[tuple[str, int]] = []
        for resource, amount in pod.requests.items():
            if amount > 0 and not self._ignores(resource):
                (known if is_known(resource) else others).append((resource, amount))
        order = ("cpu", "memory", "ephemeral-storage")
        known.sort(key=lambda item: order.index(item[0]))
        return known + sorted(others)

    def _ignores(self, resource: str) -> bool:
        if not is_extended(resource):
            return False
        return resource in self._ignored or resource.split("/")[0] in self._ignored_groups

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        pod, columns = cycle.pod, cycle.columns
        total = np.zeros(len(rows), np.int64)
        weights = np.zeros(len(rows), np.int64)
        for resource, weight in self._weights:
            if is_extended(resource) and not pod.requests.get(resource):
                continue
            capacity = columns.amount(columns.allocatable, resource)[rows]
            has: Mask = capacity > 0
            wanted = _after(columns, pod, resource, rows)
            one = self._formula(wanted, np.maximum(capacity, 1))
            if not has.all():
                one = np.where(has, one, 0)
            total += weight * one
            weights += weight * has
        safe = np.maximum(weights, 1)
        if self._rounded:
            return np.floor(total / safe + 0.5).astype(np.int64)
        mean: Ints = total // safe
        return mean

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        columns = cycle.columns
        texts, cost = [], 0
        if columns.pods_free[row] < 1:
            texts.append("delete a pod there (all its pod slots are taken)")
            cost += 60
        for resource, wanted in self._checked(cycle.pod):
            free = int(columns.amount(columns.free, resource)[row])
            if free < wanted:
                capacity = int(columns.amount(columns.allocatable, resource)[row])
                texts.append(_smaller_or_freer(resource, wanted, free, capacity))
                cost += min(100, 100 * (wanted - free) // wanted)
        return Remedy("; ".join(texts), cost) if texts else None

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        if event.resource == WAITING_POD:
            return _shrunk(event)
        if event.resource == ASSIGNED_POD:
            return event.action == DELETE or (event.action == UPDATE and _shrunk(event))
        if not event.is_node_gain("allocatable"):
            return False
        offered = amounts(((event.new or {}).get("status") or {}).get("allocatable"))
        return all(offered.get(name, 0) >= amount for name, amount in self._checked(pod))


def _smaller_or_freer(resource: str, wanted: int, free: int, capacity: int) -> str:
    ways = []
    if free > 0:
        ways.append(f"request at most {_text(resource, free)} {resource}")
    if capacity >= wanted:
        ways.append(f"free {_text(resource, wanted - free)} {resource} there")
    if not ways:
        ways.append(f"add {_text(resource, wanted - free)} {resource} to the node")
    return f"{', or '.join(ways)} (it asks for {_text(resource, wanted)})"


def _text(resource: str, amount: int) -> str:
    """An amount as one would write it in a manifest: 1500m, 512Mi."""
    if resource == "cpu":
        return f"{amount // 1000}" if amount % 1000 == 0 else f"{amount}m"
    for unit, size in (("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)):
        if amount >= size and amount % size == 0:
            return f"{amount // size}{unit}"
    return str(amount)


def _shrunk(event: ClusterEvent) -> bool:
    old, new = event.old_pod, event.new_pod
    if old is None or new is None:
        return True
    return any(amount > new.requests.get(name, 0) for name, amount in old.requests.items())


def _after(columns: Columns, pod: PodInfo, resource: str, rows: Ints) -> Ints:
    """What would be used with the pod there; cpu and memory with the assumed minimum."""
    index = _LOADS.get(resource)
    used = columns.amount(columns.used, resource) if index is None else columns.load[index]
    asked = pod.requests if index is None else pod.asked
    after: Ints = used[rows] + asked.get(resource, 0)
    return after


def _least(wanted: Ints, capacity: Ints) -> Ints:
    spare = (capacity - wanted) * MAX_NODE_SCORE // capacity
    scores: Ints = np.where(wanted > capacity, 0, spare)
    return scores


def _most(wanted: Ints, capacity: Ints) -> Ints:
    scores: Ints = np.minimum(wanted, capacity) * MAX_NODE_SCORE // capacity
    return scores


def _formula(kind: str, strategy: Mapping[str, Any]) -> Formula:
    if kind == "LeastAllocated":
        return _least
    if kind == "MostAllocated":
        return _most
    shape = (strategy.get("requestedToCapacityRatio") or {}).get("shape") or ()
    points = [(int(p["utilization"]), int(p["score"]) * 10) for p in shape]

    def along_shape(wanted: Ints, capacity: Ints) -> Ints:
        utilization = np.where(wanted > capacity, 100, wanted * 100 // capacity)
        table = np.array([_on_shape(points, x) for x in range(101)], np.int64)
        scores: Ints = table[utilization]
        return scores

    return along_shape


def _on_shape(points: Sequence[tuple[int, int]], x: int) -> int:
    """Linear between the points, flat outside; division towards zero, as Go does it."""
    for i, (right, score) in enumerate(points):
        if x <= right:
            if i == 0:
                return score
            left, before = points[i - 1]
            return before + int((score - before) * (x - left) / (right - left))
    return points[-1][1]
