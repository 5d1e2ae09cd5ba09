"""NodeUnschedulable: cordoned nodes take only pods that tolerate being cordoned.

Source: pkg/scheduler/framework/plugins/nodeunschedulable (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.framework import Cycle, Refused, Remedy
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.terms import NO_SCHEDULE, Taint

REASON = "node(s) were unschedulable"
_CORDON: Final = Taint("node.kubernetes.io/unschedulable", "", NO_SCHEDULE)


class NodeUnschedulable:
    name = "NodeUnschedulable"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        cordoned = cycle.columns.cordoned
        if not cordoned.any() or any(t.tolerates(_CORDON) for t in cycle.pod.tolerations):
            return ()
        return (Refused(cordoned, REASON, True),)

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        return Remedy(f"kubectl uncordon {cycle.columns.names[row]}", 20)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        if not event.is_node_gain("unschedulable"):
            return False
        return not ((event.new or {}).get("spec") or {}).get("unschedulable")
