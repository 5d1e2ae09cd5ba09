"""A cluster out of plain objects, as manifests or `kubectl get -o json` give them.

What admission would have filled in when the objects were created is filled in here: priorities
and preemption policies out of PriorityClasses, overhead out of RuntimeClasses, the namespace.

Source: plugin/pkg/admission/{priority,runtimeclass} (1.36).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tuik8s.api.meta import copy_object, is_terminal
from tuik8s.api.types import Object
from tuik8s.components.scheduler import cluster as known
from tuik8s.components.scheduler.cluster import Cluster
from tuik8s.components.scheduler.pods import PodInfo

RESOURCES: Final = {
    "Namespace": known.NAMESPACES,
    "Service": known.SERVICES,
    "ReplicationController": known.CONTROLLERS,
    "ReplicaSet": known.REPLICA_SETS,
    "StatefulSet": known.STATEFUL_SETS,
    "PersistentVolumeClaim": known.CLAIMS,
    "PersistentVolume": known.VOLUMES,
    "StorageClass": known.CLASSES,
    "CSINode": known.CSI_NODES,
    "PodDisruptionBudget": known.BUDGETS,
}
_SYSTEM_PRIORITIES: Final = {
    "system-cluster-critical": 2_000_000_000,
    "system-node-critical": 2_000_001_000,
}


class Admission:
    """What the API server's admission adds to a pod, out of the classes among the objects."""

    def __init__(self, objects: Iterable[Object]) -> None:
        self._priorities: dict[str, Object] = {}
        self._runtimes: dict[str, Object] = {}
        for obj in objects:
            name = obj["metadata"]["name"]
            if obj["kind"] == "PriorityClass":
                self._priorities[name] = obj
            elif obj["kind"] == "RuntimeClass":
                self._runtimes[name] = obj

    def admit(self, pod: Object) -> PodInfo:
        pod = copy_object(pod)
        pod["metadata"].setdefault("namespace", "default")
        spec = pod.setdefault("spec", {})
        self._set_priority(spec)
        runtime = self._runtimes.get(spec.get("runtimeClassName") or "", {})
        overhead = (runtime.get("overhead") or {}).get("podFixed")
        if overhead:
            spec["overhead"] = overhead
        return PodInfo(pod)

    def _set_priority(self, spec: Object) -> None:
        name = spec.get("priorityClassName") or next(
            (n for n, c in sorted(self._priorities.items()) if c.get("globalDefault")), ""
        )
        found = self._priorities.get(name)
        if found is not None:
            spec["priority"] = found.get("value") or 0
            spec.setdefault("preemptionPolicy", found.get("preemptionPolicy"))
        elif name in _SYSTEM_PRIORITIES:
            spec["priority"] = _SYSTEM_PRIORITIES[name]


def build_cluster(objects: list[Object], admission: Admission) -> Cluster:
    """Nodes, bound and nominated pods that have not ended, and what else decisions need."""
    cluster = Cluster()
    for obj in objects:
        kind = obj["kind"]
        if kind == "Node":
            cluster.columns.set_node(obj)
        elif kind == "Pod":
            pod = admission.admit(obj)
            if is_terminal(obj):
                continue
            if pod.node_name:
                cluster.place(pod, pod.node_name)
            elif pod.nominated_node:
                cluster.nominate(pod, pod.nominated_node)
        elif kind in RESOURCES:
            cluster.set(RESOURCES[kind], obj)
    return cluster
