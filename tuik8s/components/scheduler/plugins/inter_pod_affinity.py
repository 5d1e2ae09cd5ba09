"""InterPodAffinity: near pods that are wanted, away from those that are not.

Counted per domain of a topology key: pods that match the incoming pod's terms, and pods that
carry a term which matches the incoming pod.

Source: pkg/scheduler/framework/plugins/interpodaffinity (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuik8s.components.scheduler.counts import ANTI, NEAR, PREFERRED
from tuik8s.components.scheduler.events import ASSIGNED_POD, DELETE, WAITING_POD, ClusterEvent
from tuik8s.components.scheduler.framework import (
    MAX_NODE_SCORE,
    OK,
    SKIP,
    Cycle,
    Ints,
    Mask,
    Refused,
    Remedy,
    Status,
)
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.terms import AffinityTerm

REASON = "node(s) didn't match pod affinity rules"
REASON_ANTI = "node(s) didn't match pod anti-affinity rules"
REASON_EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules"


class InterPodAffinity:
    name = "InterPodAffinity"

    def __init__(self, args: Mapping[str, Any]) -> None:
        weight = args.get("hardPodAffinityWeight")
        self._hard_weight = 1 if weight is None else int(weight)
        self._ignore_existing = bool(args.get("ignorePreferredTermsOfExistingPods"))

    # --- filter

    def pre_filter(self, cycle: Cycle) -> Status:
        pod = cycle.pod
        if pod.affinity or pod.anti_affinity or _any(cycle.columns.counts.holders(ANTI)):
            return OK
        return SKIP

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        parts = []
        open_nodes = np.ones(len(cycle.columns), np.bool_)
        checks = (
            (_lacks_company, REASON, True),
            (_has_enemies, REASON_ANTI, False),
            (_is_unwanted, REASON_EXISTING, False),
        )
        for check, reason, hopeless in checks:
            refused = check(cycle)
            if refused is not None:
                parts.append(Refused(open_nodes & refused, reason, hopeless))
                open_nodes &= ~refused
        return parts

    # --- score

    def pre_score(self, cycle: Cycle, rows: Ints) -> Status:
        raw = self._preferences(cycle)
        if raw is None:
            return SKIP
        cycle.state[self.name] = raw
        return OK

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        raw: Ints = cycle.state[self.name][rows]
        lowest, highest = int(raw.min()), int(raw.max())
        if highest == lowest:
            return np.zeros(len(rows), np.int64)
        fraction = (raw - lowest) / float(highest - lowest)
        return (MAX_NODE_SCORE * fraction).astype(np.int64)

    def _preferences(self, cycle: Cycle) -> Ints | None:
        """The sum of weights per node; None when no term applies anywhere."""
        pod, counts = cycle.pod, cycle.columns.counts
        if self._ignore_existing and not pod.preferred_affinity:
            return None
        total: Ints | None = None
        pairs: list[tuple[int, AffinityTerm, Ints]] = [
            (weight, term, cycle.cluster.matching_terms((term,)))
            for weight, term in pod.preferred_affinity
        ]
        labels = cycle.cluster.namespace_labels(pod.namespace)
        pairs += [
            (holder.weight, holder.term, holder.pods)
            for holder in counts.holders(PREFERRED)
            if holder.term.matches(pod, labels)
        ]
        if self._hard_weight:
            pairs += [
                (self._hard_weight, holder.term, holder.pods)
                for holder in counts.holders(NEAR)
                if holder.term.matches(pod, labels)
            ]
        for weight, term, pods in pairs:
            here = _domain_counts(cycle, term, pods)
            if here.any():
                total = weight * here if total is None else total + weight * here
        return total

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        name = cycle.columns.names[row]
        lacking = _lacks_company(cycle)
        if lacking is not None and lacking[row]:
            keys = ", ".join(sorted({term.topology_key for term in cycle.pod.affinity}))
            return Remedy(f"run a pod that its podAffinity asks for in the {keys} of {name}", 60)
        enemies = _has_enemies(cycle)
        if enemies is not None and enemies[row]:
            return Remedy(f"move the pods that its podAntiAffinity avoids away from {name}", 70)
        return Remedy(f"move the pods whose podAntiAffinity avoids it away from {name}", 70)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        if event.resource == ASSIGNED_POD:
            return _concerns(pod, event)
        return event.resource == WAITING_POD or event.is_node_gain("labels")


def _any(items: Any) -> bool:
    return next(iter(items), None) is not None


def _domain_counts(cycle: Cycle, term: AffinityTerm, pods: Ints) -> Ints:
    """Per node: the pods counted in its domain of the term's key; 0 where it lacks the key."""
    column = cycle.columns.labels.column(term.topology_key)
    present = column.present()
    sums = np.bincount(column.codes[present], pods[present], column.size + 1).astype(np.int64)
    here: Ints = sums[column.codes]
    return here


def _lacks_company(cycle: Cycle) -> Mask | None:
    """Nodes where a required affinity term is not met."""
    pod = cycle.pod
    if not pod.affinity:
        return None
    matching = cycle.cluster.matching_terms(pod.affinity)
    has_keys = np.ones(len(cycle.columns), np.bool_)
    met = np.ones(len(cycle.columns), np.bool_)
    somewhere = False
    for term in pod.affinity:
        has_keys &= cycle.columns.labels.column(term.topology_key).present()
        here = _domain_counts(cycle, term, matching)
        met &= here > 0
        somewhere = somewhere or bool(here.any())
    # The first pod of a group that wants its own kind near has to start somewhere.
    labels = cycle.cluster.namespace_labels(pod.namespace)
    if not somewhere and all(term.matches(pod, labels) for term in pod.affinity):
        return ~has_keys
    return ~(met & has_keys)


def _has_enemies(cycle: Cycle) -> Mask | None:
    """Nodes in whose domain a pod is that the incoming pod must not be near."""
    if not cycle.pod.anti_affinity:
        return None
    mask = np.zeros(len(cycle.columns), np.bool_)
    for term in cycle.pod.anti_affinity:
        mask |= _domain_counts(cycle, term, cycle.cluster.matching_terms((term,))) > 0
    return mask


def _is_unwanted(cycle: Cycle) -> Mask | None:
    """Nodes in whose domain a pod is that must not be near the incoming pod."""
    pod = cycle.pod
    labels = cycle.cluster.namespace_labels(pod.namespace)
    mask: Mask | None = None
    for holder in cycle.columns.counts.holders(ANTI):
        if holder.term.matches(pod, labels):
            near = _domain_counts(cycle, holder.term, holder.pods) > 0
            mask = near if mask is None else mask | near
    return mask


def _concerns(pod: PodInfo, event: ClusterEvent) -> bool:
    """A pod that came, went or changed its labels may be one that terms are about."""
    changed = [p for p in (event.old_pod, event.new_pod) if p is not None]
    if event.action == DELETE and any(p.anti_affinity for p in changed):
        return True
    terms = (*pod.affinity, *pod.anti_affinity)
    return any(t.selector.matches(p.labels) for t in terms for p in changed) or any(
        t.selector.matches(pod.labels) for p in changed for t in p.anti_affinity
    )
