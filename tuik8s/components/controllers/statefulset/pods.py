"""One pod of a StatefulSet: its identity, its revision, and what state it is in.

Source: k8s.io/kubernetes pkg/controller/statefulset/stateful_set_utils.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import is_deleting, labels_of, name_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.templates import pod_from_template
from tuik8s.components.controllers.statefulset.claims import volumes_for

REVISION_LABEL = "controller-revision-hash"
NAME_LABEL = "statefulset.kubernetes.io/pod-name"
INDEX_LABEL = "apps.kubernetes.io/pod-index"


def ordinal_of(statefulset: Object, pod: Object) -> int:
    """The number at the end of a pod's name; -1 when it is no pod of this set."""
    parent, _, number = name_of(pod).rpartition("-")
    if parent != name_of(statefulset) or not number.isdecimal() or len(number) > 9:
        return -1
    return int(number)


def first_ordinal(statefulset: Object) -> int:
    return int((statefulset["spec"].get("ordinals") or {}).get("start") or 0)


def revision_of_pod(pod: Object) -> str:
    return labels_of(pod).get(REVISION_LABEL, "")


def is_healthy(pod: Object) -> bool:
    return is_running_and_ready(pod) and not is_deleting(pod)


def is_running_and_ready(pod: Object) -> bool:
    return podinfo.phase(pod) == "Running" and podinfo.is_ready(pod)


def is_running_and_available(pod: Object, min_ready_seconds: int, now_ms: int) -> bool:
    running = podinfo.phase(pod) == "Running"
    return running and podinfo.is_available(pod, min_ready_seconds, now_ms)


def new_pod(statefulset: Object, template: Object, ordinal: int, revision: str) -> Object:
    """The pod with this ordinal, from a revision's template."""
    pod = pod_from_template(template, statefulset)
    name = f"{name_of(statefulset)}-{ordinal}"
    metadata = pod["metadata"]
    metadata["name"] = name
    metadata["labels"] = {
        **labels_of(pod),
        NAME_LABEL: name,
        INDEX_LABEL: str(ordinal),
        REVISION_LABEL: revision,
    }
    spec = dict(pod["spec"])
    spec["hostname"] = name
    if statefulset["spec"].get("serviceName"):
        spec["subdomain"] = statefulset["spec"]["serviceName"]
    if own := volumes_for(statefulset, name):
        names = {volume["name"] for volume in own}
        others = [v for v in spec.get("volumes") or () if v.get("name") not in names]
        spec["volumes"] = own + others
    pod["spec"] = spec
    return pod


def corrected(statefulset: Object, pod: Object) -> Object | None:
    """A pod of ours whose identity labels were lost, put right; None when it is right."""
    wanted = {NAME_LABEL: name_of(pod), INDEX_LABEL: str(ordinal_of(statefulset, pod))}
    labels = labels_of(pod)
    if all(labels.get(key) == value for key, value in wanted.items()):
        return None
    return {**pod, "metadata": {**pod["metadata"], "labels": {**labels, **wanted}}}
