"""What selects a pod: its Services and the workload that owns it.

Source: pkg/scheduler/framework/plugins/helper/spread.go (1.36). The owner is found by kind and
name, its uid is not compared.
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.meta import controller_of
from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import (
    CONTROLLERS,
    REPLICA_SETS,
    SERVICES,
    STATEFUL_SETS,
    Cluster,
)
from tuik8s.components.scheduler.pods import PodInfo

_WORKLOADS: Final = {
    "ReplicationController": CONTROLLERS,
    "ReplicaSet": REPLICA_SETS,
    "StatefulSet": STATEFUL_SETS,
}


def default_selector(cluster: Cluster, pod: PodInfo) -> Object | None:
    """Labels that the pod's Services and its workload select together; None: nothing does."""
    labels: dict[str, str] = {}
    for service in cluster.items(SERVICES, pod.namespace):
        wanted = (service.get("spec") or {}).get("selector") or {}
        if wanted and all(pod.labels.get(key) == value for key, value in wanted.items()):
            labels.update(wanted)
    expressions: list[Any] = []
    owner = controller_of(pod.object)
    if owner is not None and owner.get("kind") in _WORKLOADS:
        workload = cluster.get(_WORKLOADS[owner["kind"]], owner["name"], pod.namespace)
        if workload is not None:
            selector = (workload.get("spec") or {}).get("selector") or {}
            if owner["kind"] == "ReplicationController":
                labels.update(selector)
            else:
                labels.update(selector.get("matchLabels") or {})
                expressions = list(selector.get("matchExpressions") or ())
    if not labels and not expressions:
        return None
    return {"matchLabels": labels, "matchExpressions": expressions}
