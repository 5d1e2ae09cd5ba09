"""SchedulingGates: a pod with gates is not tried until the last one is removed.

Source: pkg/scheduler/framework/plugins/schedulinggates (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuik8s.components.scheduler.events import WAITING_POD, ClusterEvent
from tuik8s.components.scheduler.framework import OK, Code, Status
from tuik8s.components.scheduler.pods import PodInfo


class SchedulingGates:
    name = "SchedulingGates"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def pre_enqueue(self, pod: PodInfo) -> Status:
        gates = pod.gates()
        if not gates:
            return OK
        return Status(Code.PENDING, f"waiting for scheduling gates: [{' '.join(gates)}]", self.name)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return event.resource == WAITING_POD and not event.pod.gates()
