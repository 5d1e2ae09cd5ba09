"""The status of a StatefulSet.

Source: k8s.io/kubernetes pkg/controller/statefulset/stateful_set_control.go (`updateStatus`,
`completeRollingUpdate`), 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import generation_of, is_deleting, uid_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.parts.workloads import (
    min_ready_seconds_of,
    replicas_of,
    status_of,
    without_zeros,
)
from tuik8s.components.controllers.statefulset import pods as one

_SHOWN_AT_ZERO = ("replicas", "collisionCount", "availableReplicas")


def compute_status(
    statefulset: Object,
    pods: Sequence[Object],
    gone: set[str],
    revisions: tuple[str, str],
    now_ms: int,
) -> Object:
    """gone: uids of pods deleted in this look; revisions: names of the current and the new one."""
    current, update = revisions
    min_ready = min_ready_seconds_of(statefulset)
    status: Object = {
        "observedGeneration": generation_of(statefulset),
        "replicas": len(pods),
        "readyReplicas": 0,
        "currentReplicas": 0,
        "updatedReplicas": 0,
        "currentRevision": current,
        "updateRevision": update,
        "collisionCount": status_of(statefulset).get("collisionCount") or 0,
        "availableReplicas": 0,
    }
    for pod in pods:
        if one.is_running_and_ready(pod):
            status["readyReplicas"] += 1
            status["availableReplicas"] += one.is_running_and_available(pod, min_ready, now_ms)
        if not is_deleting(pod) and uid_of(pod) not in gone:
            status["currentReplicas"] += one.revision_of_pod(pod) == current
            status["updatedReplicas"] += one.revision_of_pod(pod) == update
    _complete(statefulset, status)
    conditions = status_of(statefulset).get("conditions")
    if conditions:
        status["conditions"] = conditions
    return without_zeros(status, keep=_SHOWN_AT_ZERO)


def _complete(statefulset: Object, status: Object) -> None:
    """When all pods have the new revision and are ready, it is the current one."""
    strategy = statefulset["spec"].get("updateStrategy") or {}
    wanted = replicas_of(statefulset)
    counts = ("updatedReplicas", "readyReplicas", "replicas")
    if strategy.get("type") != "OnDelete" and all(status[name] == wanted for name in counts):
        status["currentReplicas"] = status["updatedReplicas"]
        status["currentRevision"] = status["updateRevision"]
