"""A plain scheduler to compare with: one loop over nodes, one function per predicate and score.

It knows what the shape SchedulingBasic and node affinity, taints and images need, in the words of
the reference: integers, floors, sampling of nodes from a rotating start. Given the same chance it
must bind every pod to the same node as the vectors do.

Source: pkg/scheduler/schedule_one.go and plugins (1.36), without pod affinity, spreading, volumes.
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.types import Object
from tuik8s.components.scheduler.cycle import nodes_to_find
from tuik8s.components.scheduler.pods import PodInfo, amounts
from tuik8s.components.scheduler.terms import Taint, taints_of
from tuik8s.world.base import Rng

MIB = 1024 * 1024


class Node:
    """One node and what is taken on it."""

    def __init__(self, node: Object) -> None:
        self.name: str = node["metadata"]["name"]
        self.labels: dict[str, str] = node["metadata"].get("labels") or {}
        self.cordoned = bool((node.get("spec") or {}).get("unschedulable"))
        self.taints: tuple[Taint, ...] = taints_of(node)
        self.allocatable = amounts(node["status"]["allocatable"])
        self.images = {
            name: image["sizeBytes"]
            for image in node["status"].get("images") or ()
            for name in image["names"]
        }
        self.used: dict[str, int] = {}
        self.load = {"cpu": 0, "memory": 0}
        self.pods = 0

    def take(self, pod: PodInfo) -> None:
        for resource, amount in pod.requests.items():
            self.used[resource] = self.used.get(resource, 0) + amount
        for resource in self.load:
            self.load[resource] += pod.load.get(resource, 0)
        self.pods += 1


class Reference:
    """Nodes in order of their names, and where the next search begins."""

    def __init__(self, nodes: list[Object], percentage: int = 0) -> None:
        self.nodes = sorted((Node(node) for node in nodes), key=lambda node: node.name)
        self.by_name = {node.name: node for node in self.nodes}
        self._having: dict[str, int] = {}
        for node in self.nodes:
            for image in node.images:
                self._having[image] = self._having.get(image, 0) + 1
        self._percentage = percentage
        self._start = 0

    def place(self, pod: PodInfo, name: str) -> None:
        self.by_name[name].take(pod)

    def schedule(self, pod: PodInfo, rng: Rng) -> str:
        """The name of the node; "" when none fits."""
        count = len(self.nodes)
        wanted = nodes_to_find(count, self._percentage)
        feasible: list[tuple[int, Node]] = []
        examined = 0
        for step in range(count):
            index = (self._start + step) % count
            if fits(pod, self.nodes[index]):
                # Upstream stops when it has found one more than it wants.
                if len(feasible) == wanted:
                    break
                feasible.append((index, self.nodes[index]))
                examined = step + 1
        else:
            examined = count
        self._start = (self._start + examined) % count
        if not feasible:
            return ""
        feasible.sort(key=lambda item: item[0])
        nodes = [node for _, node in feasible]
        if len(nodes) == 1:
            return nodes[0].name
        totals = self._totals(pod, nodes)
        highest = max(totals)
        best = [node for node, total in zip(nodes, totals, strict=True) if total == highest]
        return (best[0] if len(best) == 1 else best[rng.below(len(best))]).name

    def _totals(self, pod: PodInfo, nodes: list[Node]) -> list[int]:
        taints = [unwelcome(pod, node) for node in nodes]
        most_taints = max(taints)
        preferred = [preference(pod, node) for node in nodes]
        most_preferred = max(preferred)
        totals = []
        for node, soft, weight in zip(nodes, taints, preferred, strict=True):
            total = 3 * (100 - soft * 100 // most_taints) if most_taints else 300
            if pod.preferred_nodes and most_preferred:
                total += 2 * (weight * 100 // most_preferred)
            total += least_allocated(pod, node)
            if any(pod.requests.get(r) for r in ("cpu", "memory")):
                total += balanced(pod, node)
            totals.append(total + self._images(pod, node))
        return totals

    def _images(self, pod: PodInfo, node: Node) -> int:
        total = 0
        for image in pod.images:
            if image in node.images:
                total += int(node.images[image] * (self._having[image] / len(self.nodes)))
        low, high = 23 * MIB, 1000 * MIB * len(pod.images)
        return 100 * (min(max(total, low), high) - low) // (high - low)


# --- predicates


def fits(pod: PodInfo, node: Node) -> bool:
    """All predicates, the cheap ones first as upstream orders them."""
    return (
        not node.cordoned and tolerated(pod, node) and selected(pod, node) and has_room(pod, node)
    )


def tolerated(pod: PodInfo, node: Node) -> bool:
    return all(
        taint.effect == "PreferNoSchedule" or any(t.tolerates(taint) for t in pod.tolerations)
        for taint in node.taints
    )


def selected(pod: PodInfo, node: Node) -> bool:
    for key, value in pod.node_selector.items():
        if node.labels.get(key) != value:
            return False
    if pod.node_terms is None:
        return True
    return any(term_matches(term, node) for term in pod.node_terms)


def term_matches(term: Object, node: Node) -> bool:
    expressions = term.get("matchExpressions") or ()
    return bool(expressions) and all(requirement_matches(r, node.labels) for r in expressions)


def requirement_matches(requirement: Any, labels: dict[str, str]) -> bool:
    value, operator = labels.get(requirement["key"]), requirement["operator"]
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    inside = value is not None and value in requirement["values"]
    return inside if operator == "In" else not inside


def has_room(pod: PodInfo, node: Node) -> bool:
    if node.pods + 1 > node.allocatable.get("pods", 0):
        return False
    return all(
        amount <= node.allocatable.get(resource, 0) - node.used.get(resource, 0)
        for resource, amount in pod.requests.items()
        if amount
    )


# --- scores


def unwelcome(pod: PodInfo, node: Node) -> int:
    soft = [t for t in pod.tolerations if t.effect in ("", "PreferNoSchedule")]
    return sum(
        1
        for taint in node.taints
        if taint.effect == "PreferNoSchedule" and not any(t.tolerates(taint) for t in soft)
    )


def preference(pod: PodInfo, node: Node) -> int:
    return sum(weight for weight, term in pod.preferred_nodes if term_matches(term, node))


def least_allocated(pod: PodInfo, node: Node) -> int:
    total = weights = 0
    for resource, load in node.load.items():
        capacity = node.allocatable.get(resource, 0)
        if not capacity:
            continue
        wanted = load + pod.asked.get(resource, 0)
        total += 0 if wanted > capacity else (capacity - wanted) * 100 // capacity
        weights += 1
    return total // weights if weights else 0


def balanced(pod: PodInfo, node: Node) -> int:
    before, after = [], []
    for resource in ("cpu", "memory"):
        capacity = node.allocatable.get(resource, 0)
        if capacity:
            used = node.used.get(resource, 0)
            before.append(min(used / capacity, 1.0))
            after.append(min((used + pod.requests.get(resource, 0)) / capacity, 1.0))
    return (150 + evenness(after) - evenness(before)) // 2


def evenness(fractions: list[float]) -> int:
    spread = abs(fractions[0] - fractions[1]) / 2 if len(fractions) == 2 else 0.0
    return int((1 - spread) * 100)
