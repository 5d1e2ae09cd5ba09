"""NodeName: a pod that names its node goes nowhere else.

Source: pkg/scheduler/framework/plugins/nodename (1.36). Such a pod is bound already, so this is
only reached by pods given to `tuik8s schedule`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.framework import Cycle, Refused, Remedy
from tuik8s.components.scheduler.pods import PodInfo

REASON = "node(s) didn't match the requested node name"


class NodeName:
    name = "NodeName"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        wanted = cycle.pod.node_name
        if not wanted:
            return ()
        others = np.array([name != wanted for name in cycle.columns.names], np.bool_)
        return (Refused(others, REASON, True),)

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        return Remedy(f"remove spec.nodeName {cycle.pod.node_name} from the pod", 100)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return event.is_node_gain()
