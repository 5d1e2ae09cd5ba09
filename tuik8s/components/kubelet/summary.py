"""/stats/summary: what the containers, pods and the node itself used in the last whole window.

A container that did not run all through the window is missing, and so is its pod; a node's usage
is that of its pods and of what the machine itself needs.

Source: k8s.io/kubelet pkg/apis/stats/v1alpha1/types.go (1.36), the fields that metrics need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.kubelet.runtimes.base import WINDOW_MS, Runtime, Usage

if TYPE_CHECKING:
    from tuik8s.components.kubelet.node_pods import NodePods
    from tuik8s.components.kubelet.pod_life import PodLife

SYSTEM_CPU_NANOS: Final = 50_000_000
SYSTEM_MEMORY_BYTES: Final = 512 << 20
"""What the machine uses with no pod on it."""


def summary(node: str, pods: NodePods, runtime: Runtime, now_ms: int) -> Object:
    """The summary of a node."""
    at_ms = now_ms // WINDOW_MS * WINDOW_MS
    cpu, memory, told = SYSTEM_CPU_NANOS, SYSTEM_MEMORY_BYTES, []
    for life in pods.lives():
        found = _containers(life, runtime, now_ms)
        cpu += sum(usage.cpu_nanos for _, _, usage in found)
        memory += sum(usage.memory_bytes for _, _, usage in found)
        if found:
            told.append(_pod(life, found))
    stats = {"nodeName": node, **_stats(at_ms, cpu, None, memory)}
    return {"node": stats, "pods": told}


def _containers(life: PodLife, runtime: Runtime, now_ms: int) -> list[tuple[str, int, Usage]]:
    """(name, started_at_ms, usage) of the running containers; none if one is not measured yet."""
    found = []
    for container in life.containers:
        if not container.is_running:
            continue
        usage = runtime.usage(container.id, now_ms)
        if usage is None:
            return []
        found.append((container.name, container.started_at_ms, usage))
    return found


def _pod(life: PodLife, found: list[tuple[str, int, Usage]]) -> Object:
    namespace, name = life.key
    return {
        "podRef": {"name": name, "namespace": namespace, "uid": life.uid},
        "containers": [
            {
                "name": container,
                "startTime": format_time(started_at_ms),
                **_stats(usage.at_ms, usage.cpu_nanos, usage.cpu_total_nanos, usage.memory_bytes),
            }
            for container, started_at_ms, usage in found
        ],
    }


def _stats(at_ms: int, cpu_nanos: int, total_nanos: int | None, memory_bytes: int) -> Object:
    time = format_time(at_ms)
    cpu: Object = {"time": time, "usageNanoCores": cpu_nanos}
    if total_nanos is not None:
        cpu["usageCoreNanoSeconds"] = total_nanos
    return {"cpu": cpu, "memory": {"time": time, "workingSetBytes": memory_bytes}}
