"""PodTopologySpread: keep matching pods even over zones, hosts or any label.

Hard constraints refuse nodes whose domain would be ahead of the emptiest by more than maxSkew;
soft ones lower the score of full domains. A pod without constraints that a Service or a workload
selects gets the default ones (zone maxSkew 5, hostname maxSkew 3, both soft).

Source: pkg/scheduler/framework/plugins/podtopologyspread (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any, Final

import numpy as np

from tuik8s.components.scheduler.eligible import required_nodes, tolerated_nodes
from tuik8s.components.scheduler.events import ASSIGNED_POD, DELETE, NODE, WAITING_POD, ClusterEvent
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
from tuik8s.components.scheduler.labels import LabelColumn
from tuik8s.components.scheduler.owners import default_selector
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.terms import SpreadConstraint, spread_constraints

REASON = "node(s) didn't match pod topology spread constraints"
REASON_LABEL = REASON + " (missing required label)"
_HOSTNAME: Final = "kubernetes.io/hostname"
_ZONE: Final = "topology.kubernetes.io/zone"
_NO_DOMAIN: Final = 1 << 31


class PodTopologySpread:
    name = "PodTopologySpread"

    def __init__(self, args: Mapping[str, Any]) -> None:
        self._system_defaults = (args.get("defaultingType") or "System") == "System"
        self._defaults = list(args.get("defaultConstraints") or ())
        if self._system_defaults:
            self._defaults = [_soft(_HOSTNAME, 3), _soft(_ZONE, 5)]

    def _constraints(self, cycle: Cycle, hard: bool) -> tuple[SpreadConstraint, ...]:
        pod = cycle.pod
        if pod.spread:
            return tuple(c for c in pod.spread if c.hard == hard)
        wanted = [d for d in self._defaults if (d["whenUnsatisfiable"] == "DoNotSchedule") == hard]
        if not wanted:
            return ()
        selector = default_selector(cycle.cluster, pod)
        if selector is None:
            return ()
        return spread_constraints([{**d, "labelSelector": selector} for d in wanted], {})

    # --- hard constraints

    def pre_filter(self, cycle: Cycle) -> Status:
        constraints = self._constraints(cycle, hard=True)
        if not constraints:
            return SKIP
        cycle.state[self.name] = constraints
        return OK

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        constraints: tuple[SpreadConstraint, ...] = cycle.state[self.name]
        columns = cycle.columns
        has_all = _having_all(cycle, constraints)
        open_nodes = np.ones(len(columns), np.bool_)
        unlabelled = np.zeros(len(columns), np.bool_)
        skewed = np.zeros(len(columns), np.bool_)
        for constraint in constraints:
            column = columns.labels.column(constraint.topology_key)
            missing = open_nodes & ~column.present()
            unlabelled |= missing
            open_nodes &= ~missing
            eligible = has_all & _policies(cycle, constraint)
            ahead = _skew(cycle, constraint, column, eligible) > constraint.max_skew
            skewed |= open_nodes & ahead
            open_nodes &= ~ahead
        return (Refused(unlabelled, REASON_LABEL, True), Refused(skewed, REASON))

    # --- soft constraints

    def pre_score(self, cycle: Cycle, rows: Ints) -> Status:
        constraints = self._constraints(cycle, hard=False)
        if not constraints:
            return SKIP
        cycle.state[self.name + "/soft"] = constraints
        return OK

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        constraints: tuple[SpreadConstraint, ...] = cycle.state[self.name + "/soft"]
        columns = cycle.columns
        need_all = bool(cycle.pod.spread) or not self._system_defaults
        everyone = np.ones(len(columns), np.bool_)
        has_all = _having_all(cycle, constraints) if need_all else everyone
        scored = has_all[rows]
        total = np.zeros(len(rows), np.float64)
        for constraint in constraints:
            column = columns.labels.column(constraint.topology_key)
            codes = column.codes[rows]
            counts = cycle.cluster.matching_spread(cycle.pod.namespace, constraint.selector)
            if constraint.topology_key == _HOSTNAME:
                domains, here = int(np.count_nonzero(scored)), counts[rows]
            else:
                domains = len(np.unique(codes[scored & (codes >= 0)]))
                counted = has_all & _policies(cycle, constraint)
                here = _per_domain(column, counts, counted)[codes]
            added = here * log(domains + 2) + (constraint.max_skew - 1)
            total += np.where(codes >= 0, added, 0.0)
        return _relative(np.floor(total + 0.5).astype(np.int64), scored)

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        columns, worst = cycle.columns, 0
        name = columns.names[row]
        constraints: tuple[SpreadConstraint, ...] = cycle.state[self.name]
        has_all = _having_all(cycle, constraints)
        for constraint in constraints:
            column = columns.labels.column(constraint.topology_key)
            if column.codes[row] < 0:
                text = f"label the node: kubectl label node {name} {constraint.topology_key}=VALUE"
                return Remedy(text, 40)
            eligible = has_all & _policies(cycle, constraint)
            worst = max(worst, int(_skew(cycle, constraint, column, eligible)[row]))
        return Remedy(f"raise maxSkew to {worst}, or free the emptiest domain for the pod", 50)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        if event.resource == ASSIGNED_POD:
            return any(
                other is not None
                and other.namespace == pod.namespace
                and any(c.selector.matches(other.labels) for c in pod.spread or ())
                for other in (event.old_pod, event.new_pod)
            )
        if event.resource == NODE:
            return event.action == DELETE or event.is_node_gain("labels", "taints")
        return event.resource == WAITING_POD


def _soft(key: str, max_skew: int) -> dict[str, Any]:
    return {"topologyKey": key, "maxSkew": max_skew, "whenUnsatisfiable": "ScheduleAnyway"}


def _having_all(cycle: Cycle, constraints: Sequence[SpreadConstraint]) -> Mask:
    mask = np.ones(len(cycle.columns), np.bool_)
    for constraint in constraints:
        mask &= cycle.columns.labels.column(constraint.topology_key).present()
    return mask


def _policies(cycle: Cycle, constraint: SpreadConstraint) -> Mask:
    """Nodes that count, by the constraint's node affinity and taints policies."""
    mask = np.ones(len(cycle.columns), np.bool_)
    pod = cycle.pod
    if constraint.honor_affinity and (pod.node_selector or pod.node_terms is not None):
        mask &= required_nodes(cycle.columns, pod)
    if constraint.honor_taints:
        mask &= tolerated_nodes(cycle.columns, pod)
    return mask


def _per_domain(column: LabelColumn, counts: Ints, counted: Mask) -> Ints:
    """Matching pods per value of the key, with a last zero for nodes that lack it."""
    inside = counted & column.present()
    sums = np.bincount(column.codes[inside], counts[inside], column.size + 1)
    return sums.astype(np.int64)


def _skew(cycle: Cycle, constraint: SpreadConstraint, column: LabelColumn, eligible: Mask) -> Ints:
    """Per node: how far its domain would be ahead of the emptiest one with the pod in it."""
    pod = cycle.pod
    counts = cycle.cluster.matching_spread(pod.namespace, constraint.selector)
    sums = _per_domain(column, counts, eligible)
    domains = np.unique(column.codes[eligible & column.present()])
    lowest = int(sums[domains].min()) if len(domains) else _NO_DOMAIN
    if len(domains) < constraint.min_domains:
        lowest = 0
    itself = int(constraint.selector.matches(pod.labels))
    skew: Ints = sums[column.codes] + itself - lowest
    return skew


def _relative(raw: Ints, scored: Mask) -> Ints:
    """Fewer is better; nodes that lack a key get nothing."""
    counted = raw[scored]
    if not len(counted):
        return np.zeros(len(raw), np.int64)
    highest, lowest = int(counted.max()), int(counted.min())
    if highest == 0:
        scores = np.full(len(raw), MAX_NODE_SCORE, np.int64)
    else:
        scores = MAX_NODE_SCORE * (highest + lowest - raw) // highest
    return np.where(scored, scores, 0)
