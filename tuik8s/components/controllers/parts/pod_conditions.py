"""Adding a condition to a pod's status without touching the others.

Source: k8s.io/kubernetes pkg/util/pod/pod.go (`PatchPodStatus`), 1.36: a strategic merge patch
that names the order of the list, so that a new condition comes last.
"""

from __future__ import annotations

from tuik8s.api.meta import generation_of, name_of, namespace_of, uid_of
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Patch


def disruption(pod: Object, reason: str, message: str, now_ms: int, **status: object) -> Patch:
    """Mark a pod as a target of disruption; `status` are further fields to set."""
    made: Object = {"type": "DisruptionTarget"}
    if generation_of(pod):
        made["observedGeneration"] = generation_of(pod)
    made.update(
        status="True",
        lastTransitionTime=format_time(now_ms),
        reason=reason,
        message=message,
    )
    present = [c.get("type") for c in (pod.get("status") or {}).get("conditions") or ()]
    kinds = [kind for kind in present if kind != made["type"]]
    order = [{"type": kind} for kind in [*kinds, made["type"]]]
    fields = {**status, "conditions": [made], "$setElementOrder/conditions": order}
    return status_patch(pod, fields)


def status_patch(pod: Object, status: Object) -> Patch:
    """A patch of the status of this very pod; one that is gone or made anew is left alone."""
    return Patch(
        resource="pods",
        namespace=namespace_of(pod),
        name=name_of(pod),
        patch={"metadata": {"uid": uid_of(pod)}, "status": status},
        form="strategic",
        subresource="status",
        tolerate=(404, 409),
    )
