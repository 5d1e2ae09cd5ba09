"""DefaultPreemption: when nothing fits, which pods of lower priority could make room.

For each node that is not hopeless: take all pods of lower priority away; if the pod then fits,
put them back one by one, the most important first, those whose disruption budget would be
violated before the others; who cannot come back is a victim. "What if" is asked of the real
columns, which are put back exactly as they were.

Source: pkg/scheduler/framework/preemption and plugins/defaultpreemption (1.36).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tuik8s.api.selectors import selector_of
from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import BUDGETS
from tuik8s.components.scheduler.events import ASSIGNED_POD, DELETE, ClusterEvent
from tuik8s.components.scheduler.framework import Cycle
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.world.base import Rng

if TYPE_CHECKING:
    from tuik8s.components.scheduler.cycle import Outcome
    from tuik8s.components.scheduler.profiles import Profile

VICTIM_MESSAGE: Final = "{}: preempting to accommodate a higher priority pod"
NO_VICTIMS: Final = "No preemption victims found for incoming pod"
NOT_HELPFUL: Final = "Preemption is not helpful for scheduling"


class Candidate:
    """A node and the pods that would have to go."""

    __slots__ = ("node", "victims", "violations")

    def __init__(self, node: str, victims: list[PodInfo], violations: int) -> None:
        self.node = node
        self.victims = victims
        self.violations = violations

    def cost(self) -> tuple[int, int, int, int, int]:
        """Smaller is better; see the five rules of pickOneNodeForPreemption."""
        highest = self.victims[0].priority
        earliest = min(v.started_ms() for v in self.victims if v.priority == highest)
        total = sum(victim.priority + (1 << 31) for victim in self.victims)
        return self.violations, highest, total, len(self.victims), -earliest


class DefaultPreemption:
    name = "DefaultPreemption"

    def __init__(self, args: Mapping[str, Any]) -> None:
        self._percentage = args.get("minCandidateNodesPercentage", 10)
        self._absolute = args.get("minCandidateNodesAbsolute", 100)

    def post_filter(self, profile: Profile, outcome: Outcome, rng: Rng) -> None:
        """Nominate the node with the least harm, or say why none."""
        cycle = outcome.cycle
        why_not = _not_eligible(cycle)
        if why_not:
            outcome.post_messages.append(f"preemption: {why_not}")
            return
        candidates, refusals = self._dry_run(profile, outcome, rng)
        if candidates:
            best = min(candidates, key=lambda c: (c.cost(), c.node))
            outcome.nominated, outcome.victims = best.node, best.victims
            return
        outcome.nominated = ""
        texts = sorted(f"{count} {reason}" for reason, count in refusals.items())
        head = f"preemption: 0/{len(cycle.columns)} nodes are available"
        outcome.post_messages.append(f"{head}: {', '.join(texts)}.")

    def _dry_run(
        self, profile: Profile, outcome: Outcome, rng: Rng
    ) -> tuple[list[Candidate], Counter[str]]:
        cycle = outcome.cycle
        hopeless = outcome.hopeless()
        refusals: Counter[str] = Counter()
        if hopeless.any():
            refusals[NOT_HELPFUL] = int(np.count_nonzero(hopeless))
        rows = np.flatnonzero(~hopeless)
        enough = max(len(rows) * self._percentage // 100, self._absolute)
        offset = rng.below(len(rows)) if len(rows) > enough else 0
        budgets = list(cycle.cluster.items(BUDGETS))
        candidates: list[Candidate] = []
        for row in np.roll(rows, -offset).tolist():
            found = _select_victims(profile, cycle, row, budgets)
            if isinstance(found, Candidate):
                candidates.append(found)
                if len(candidates) >= enough:
                    break
            else:
                refusals.update(found)
        return candidates, refusals

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return event.resource == ASSIGNED_POD and event.action == DELETE


def _not_eligible(cycle: Cycle) -> str:
    pod = cycle.pod
    if not pod.preempts:
        return "not eligible due to preemptionPolicy=Never."
    if pod.nominated_node:
        for other in cycle.columns.pods_on(pod.nominated_node):
            if other.terminating and other.priority < pod.priority:
                return "not eligible due to a terminating pod on the nominated node."
    return ""


def _select_victims(
    profile: Profile, cycle: Cycle, row: int, budgets: list[Object]
) -> Candidate | list[str]:
    """The victims on a node, or the reasons why there is no way."""
    columns, pod = cycle.columns, cycle.pod
    entry = columns.entry(row)
    lower = [other for other in entry.pods.values() if other.priority < pod.priority]
    if not lower:
        return [NO_VICTIMS]
    others = [(p, n) for p, n in cycle.cluster.nominated_before(pod) if n == entry.name]
    for other in lower:
        columns.remove_pod(other, entry.name)
    for other, node in others:
        columns.add_pod(other, node)
    away = dict.fromkeys(other.key for other in lower)
    try:
        reasons = _refusals(profile, cycle, row)
        if reasons:
            return reasons
        lower.sort(key=lambda p: (-p.priority, p.started_ms(), p.key))
        guarded, free = _by_budget(lower, budgets)
        victims: list[PodInfo] = []
        violations = 0
        for group, is_guarded in ((guarded, True), (free, False)):
            for other in group:
                columns.add_pod(other, entry.name)
                if _refusals(profile, cycle, row):
                    columns.remove_pod(other, entry.name)
                    victims.append(other)
                    violations += is_guarded
                else:
                    del away[other.key]
    finally:
        for other, node in others:
            columns.remove_pod(other, node)
        for other in lower:
            if other.key in away:
                columns.add_pod(other, entry.name)
    if not victims:
        return [NO_VICTIMS]
    victims.sort(key=lambda p: (-p.priority, p.started_ms(), p.key))
    return Candidate(entry.name, victims, violations)


def _refusals(profile: Profile, cycle: Cycle, row: int) -> list[str]:
    """Reasons of the first filter that refuses the row; none when the pod fits."""
    for plugin in profile.filter:
        if plugin.name not in cycle.skipped:
            reasons = [part.reason for part in plugin.filter(cycle) if part.nodes[row]]
            if reasons:
                return reasons
    return []


def _by_budget(pods: list[PodInfo], budgets: list[Object]) -> tuple[list[PodInfo], list[PodInfo]]:
    """Pods whose going would violate a disruption budget, and the others."""
    left = [(b.get("status") or {}).get("disruptionsAllowed") or 0 for b in budgets]
    selectors = [selector_of((b.get("spec") or {}).get("selector")) for b in budgets]
    violating: list[PodInfo] = []
    free: list[PodInfo] = []
    for pod in pods:
        violated = False
        for i, budget in enumerate(budgets):
            if budget["metadata"].get("namespace", "") != pod.namespace or not pod.labels:
                continue
            if selectors[i].everything or not selectors[i].matches(pod.labels):
                continue
            disrupted = (budget.get("status") or {}).get("disruptedPods") or {}
            if pod.name not in disrupted:
                left[i] -= 1
                violated = violated or left[i] < 0
        (violating if violated else free).append(pod)
    return violating, free
