"""No node carries more than it can allocate: the requests of its unfinished pods, and their number.

Source: k8s.io/kubernetes pkg/scheduler/framework/plugins/noderesources (what the filter promises).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tuik8s.api.quantity import cpu_millis, value_of
from tuik8s.api.types import Object
from tuik8s.components.store.types import Change
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.state import State


class Amount(NamedTuple):
    """CPU in millis, memory in bytes."""

    pods: int
    cpu: int
    memory: int


class NodeNotOverfull(Checker):
    """Adds up what the pods of each node ask for."""

    name = "node-not-overfull"

    def __init__(self) -> None:
        self._rooms: dict[str, Amount] = {}
        self._pods: dict[str, dict[str, Amount]] = {}
        self._places: dict[str, str] = {}

    def observe(self, changes: Sequence[Change], state: State) -> None:
        touched: dict[str, None] = {}
        for change in changes:
            if change.key.startswith("pods/"):
                touched[self._take_pod(change, state)] = None
            elif change.key.startswith("nodes/"):
                touched[self._take_node(change, state)] = None
        for node in touched:
            self._check(node)

    def _take_pod(self, change: Change, state: State) -> str:
        """Count a pod where it is now; the node."""
        key = change.key
        self._pods.get(self._places.pop(key, ""), {}).pop(key, None)
        pod = state.decoded(change)
        node = str(pod["spec"].get("nodeName", ""))
        is_over = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
        if node and not is_over and change.type != "DELETED":
            self._places[key] = node
            self._pods.setdefault(node, {})[key] = _requests(pod)
        return node

    def _take_node(self, change: Change, state: State) -> str:
        name = change.key.rpartition("/")[2]
        room = (state.decoded(change).get("status") or {}).get("allocatable") or {}
        self._rooms.pop(name, None)
        if room and change.type != "DELETED":
            self._rooms[name] = Amount(
                value_of(room.get("pods", "0")),
                cpu_millis(room.get("cpu", "0")),
                value_of(room.get("memory", "0")),
            )
        return name

    def _check(self, node: str) -> None:
        room, pods = self._rooms.get(node), self._pods.get(node, {})
        if room is None or not pods:
            return
        used = Amount(*map(sum, zip(*pods.values(), strict=True)))
        for what, sum_, limit in zip(Amount._fields, used, room, strict=True):
            if sum_ > limit:
                raise Violation(
                    f"node {node} carries {what} {sum_}, more than its {limit}",
                    (f"nodes//{node}", *pods),
                )


def _requests(pod: Object) -> Amount:
    """What the pod's containers ask for."""
    cpu = memory = 0
    for container in pod["spec"]["containers"]:
        requests = (container.get("resources") or {}).get("requests") or {}
        cpu += cpu_millis(requests.get("cpu", "0"))
        memory += value_of(requests.get("memory", "0"))
    return Amount(1, cpu, memory)
