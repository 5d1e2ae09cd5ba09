"""No node carries more than it can allocate: the requests of its unfinished pods, and their number.

Source: k8s.io/kubernetes pkg/scheduler/framework/plugins/noderesources (what the filter promises).
"""

from __future__ import annotations

from collections import defaultdict

from tuik8s.api.quantity import cpu_millis, value_of
from tuik8s.api.types import Object
from tuik8s.scenario.checkers.base import Violation
from tuik8s.scenario.state import State


class NodeNotOverfull:
    """Adds up what the pods of each node ask for."""

    name = "node-not-overfull"

    def observe(self, state: State, now_ms: int) -> None:
        used: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for pod in state.list_("pods"):
            node = pod["spec"].get("nodeName")
            if node and pod.get("status", {}).get("phase") not in ("Succeeded", "Failed"):
                sums = used[node]
                for index, amount in enumerate((1, *_requests(pod))):
                    sums[index] += amount
        for node in state.list_("nodes"):
            name, room = node["metadata"]["name"], node.get("status", {}).get("allocatable", {})
            if name not in used or not room:
                continue
            limits = (
                value_of(room.get("pods", "0")),
                cpu_millis(room.get("cpu", "0")),
                value_of(room.get("memory", "0")),
            )
            for what, sum_, limit in zip(
                ("pods", "cpu", "memory"), used[name], limits, strict=True
            ):
                if sum_ > limit:
                    raise Violation(f"node {name} carries {what} {sum_}, more than its {limit}")

    def finish(self, state: State, now_ms: int) -> None:
        self.observe(state, now_ms)


def _requests(pod: Object) -> tuple[int, int]:
    """CPU in millis and memory in bytes that the pod's containers ask for."""
    cpu = memory = 0
    for container in pod["spec"]["containers"]:
        requests = (container.get("resources") or {}).get("requests") or {}
        cpu += cpu_millis(requests.get("cpu", "0"))
        memory += value_of(requests.get("memory", "0"))
    return cpu, memory
