"""NodePorts: the host ports of the pod must be free on the node.

Source: pkg/scheduler/framework/plugins/nodeports (1.36).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from tuik8s.components.scheduler.events import ASSIGNED_POD, DELETE, ClusterEvent
from tuik8s.components.scheduler.framework import OK, SKIP, Cycle, Refused, Remedy, Status
from tuik8s.components.scheduler.pods import HostPort, PodInfo

REASON = "node(s) didn't have free ports for the requested pod ports"
_EVERY_ADDRESS: Final = "0.0.0.0"


class NodePorts:
    name = "NodePorts"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def pre_filter(self, cycle: Cycle) -> Status:
        return OK if cycle.pod.ports else SKIP

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        columns = cycle.columns
        taken = np.zeros(len(columns), np.bool_)
        for node_name, _ in _conflicts(cycle):
            row = columns.entries[node_name].row
            if row >= 0:
                taken[row] = True
        return (Refused(taken, REASON),) if taken.any() else ()

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        name = cycle.columns.names[row]
        ports = sorted({port[2] for node, port in _conflicts(cycle) if node == name})
        listed = ", ".join(str(port) for port in ports)
        return Remedy(f"use another hostPort than {listed}", 50 * len(ports))

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        if event.resource == ASSIGNED_POD and event.action == DELETE:
            return any(_conflict(a, b) for a in pod.ports for b in event.pod.ports)
        return event.is_node_gain("allocatable")


def _conflicts(cycle: Cycle) -> Iterator[tuple[str, HostPort]]:
    for wanted in cycle.pod.ports:
        _, protocol, port = wanted
        for node_name, addresses in cycle.columns.port_users.get((protocol, port), {}).items():
            if any(_conflict(wanted, (address, protocol, port)) for address in addresses):
                yield node_name, wanted


def _conflict(one: HostPort, other: HostPort) -> bool:
    return one[1:] == other[1:] and (one[0] == other[0] or _EVERY_ADDRESS in (one[0], other[0]))
