"""PrioritySort: higher priority first, then the pod that has waited longer.

Source: pkg/scheduler/framework/plugins/queuesort (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.pods import PodInfo


class PrioritySort:
    name = "PrioritySort"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def order(self, pod: PodInfo, queued_at_ms: int) -> tuple[int, int]:
        """Pods are tried in ascending order of this."""
        return -pod.priority, queued_at_ms

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return False
