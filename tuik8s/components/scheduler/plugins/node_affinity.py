"""NodeAffinity: nodeSelector and required node affinity must match; preferred terms add weight.

Source: pkg/scheduler/framework/plugins/nodeaffinity (1.36). `addedAffinity` of the arguments is
checked first, with a reason of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from tuik8s.api.types import Object
from tuik8s.components.scheduler.eligible import required_nodes
from tuik8s.components.scheduler.events import WAITING_POD, ClusterEvent
from tuik8s.components.scheduler.framework import (
    OK,
    SKIP,
    Cycle,
    Ints,
    Refused,
    Remedy,
    Status,
    normalized,
    unresolvable,
)
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.terms import preferred_node_terms

REASON = "node(s) didn't match Pod's node affinity/selector"
REASON_ADDED = "node(s) didn't match scheduler-enforced node affinity"
REASON_CONFLICT = "pod affinity terms conflict"
_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"


class NodeAffinity:
    name = "NodeAffinity"

    def __init__(self, args: Mapping[str, Any]) -> None:
        added = args.get("addedAffinity") or {}
        required = added.get(_REQUIRED)
        self._added: list[Object] | None = required and (required.get("nodeSelectorTerms") or [])
        self._preferred = preferred_node_terms(added.get(_PREFERRED))

    def pre_filter(self, cycle: Cycle) -> Status:
        pod = cycle.pod
        if self._added is None and not pod.node_selector and pod.node_terms is None:
            return SKIP
        names = named_nodes(pod.node_terms or ())
        if names is None:
            return OK
        if not names:
            return unresolvable(REASON_CONFLICT)
        cycle.only = np.array([name in names for name in cycle.columns.names], np.bool_)
        return OK

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        columns = cycle.columns
        matched = required_nodes(columns, cycle.pod)
        if self._added is None:
            return (Refused(~matched, REASON, True),)
        added = columns.labels.matching(self._added, columns.names)
        return (
            Refused(~added, REASON_ADDED, True),
            Refused(added & ~matched, REASON, True),
        )

    def pre_score(self, cycle: Cycle, rows: Ints) -> Status:
        return OK if cycle.pod.preferred_nodes or self._preferred else SKIP

    def score(self, cycle: Cycle, rows: Ints) -> Ints:
        columns = cycle.columns
        total = np.zeros(len(rows), np.int64)
        for weight, term in (*self._preferred, *cycle.pod.preferred_nodes):
            total += weight * columns.labels.matching([term], columns.names)[rows]
        return normalized(total)

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        labels = cycle.columns.entry(row).labels
        wrong = [f"{k}={v}" for k, v in cycle.pod.node_selector.items() if labels.get(k) != v]
        name = cycle.columns.names[row]
        if wrong:
            text = f"label the node: kubectl label node {name} {' '.join(wrong)} --overwrite"
            return Remedy(text, 30 * len(wrong))
        return Remedy(f"change the pod's required node affinity so that it matches {name}", 60)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return event.resource == WAITING_POD or event.is_node_gain("labels")


def named_nodes(terms: Sequence[Object]) -> frozenset[str] | None:
    """The nodes that the terms name by matchFields; None when they do not narrow the choice."""
    if not terms:
        return None
    united: set[str] = set()
    for term in terms:
        names: frozenset[str] | None = None
        for field in term.get("matchFields") or ():
            if field.get("key") == "metadata.name" and field.get("operator") == "In":
                values = frozenset(field.get("values") or ())
                names = values if names is None else names & values
        if names is None:
            return None
        united |= names
    return frozenset(united)
