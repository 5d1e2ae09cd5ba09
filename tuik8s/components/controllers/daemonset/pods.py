"""The pod of a DaemonSet on one node.

Source: k8s.io/kubernetes pkg/controller/daemon/util/daemonset_util.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import annotations_of, labels_of, name_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.parts.node_match import matches_node, untolerated
from tuik8s.components.controllers.parts.templates import pod_from_template

HASH_LABEL = "controller-revision-hash"
GENERATION_LABEL = "pod-template-generation"
_GENERATION = "deprecated.daemonset.template.generation"
_TOLERATED = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)
_NETWORK = ("node.kubernetes.io/network-unavailable", "NoSchedule")
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def template_generation(daemonset: Object) -> str:
    return annotations_of(daemonset).get(_GENERATION, "")


def tolerations_of(spec: Object) -> list[Object]:
    """The template's tolerations and those that every daemon pod gets."""
    found = list(spec.get("tolerations") or ())
    wanted = (*_TOLERATED, _NETWORK) if spec.get("hostNetwork") else _TOLERATED
    for key, effect in wanted:
        made = {"key": key, "operator": "Exists", "effect": effect}
        if made not in found:
            found.append(made)
    return found


def new_pod(daemonset: Object, node: str, hashed: str) -> Object:
    pod = pod_from_template(daemonset["spec"]["template"], daemonset)
    labels = {**labels_of(pod), HASH_LABEL: hashed}
    if template_generation(daemonset):
        labels[GENERATION_LABEL] = template_generation(daemonset)
    pod["metadata"]["labels"] = labels
    spec = dict(pod["spec"])
    spec["affinity"] = _pinned(spec.get("affinity") or {}, node)
    spec["tolerations"] = tolerations_of(spec)
    pod["spec"] = spec
    return pod


def _pinned(affinity: Object, node: str) -> Object:
    """Required affinity to one node: it takes the place of match fields in every term."""
    fields = [{"key": "metadata.name", "operator": "In", "values": [node]}]
    node_affinity = dict(affinity.get("nodeAffinity") or {})
    terms = (node_affinity.get(_REQUIRED) or {}).get("nodeSelectorTerms") or [{}]
    pinned = [{**term, "matchFields": fields} for term in terms]
    node_affinity[_REQUIRED] = {"nodeSelectorTerms": pinned}
    return {**affinity, "nodeAffinity": node_affinity}


def target_node(pod: Object) -> str:
    """The node that a pod runs on or is pinned to."""
    spec = pod.get("spec") or {}
    if spec.get("nodeName"):
        return str(spec["nodeName"])
    node_affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    for term in (node_affinity.get(_REQUIRED) or {}).get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if field.get("key") == "metadata.name" and field.get("values"):
                return str(field["values"][0])
    return ""


def is_updated(pod: Object, hashed: str, generation: str) -> bool:
    labels = labels_of(pod)
    if generation and labels.get(GENERATION_LABEL) == generation:
        return True
    return bool(hashed) and labels.get(HASH_LABEL) == hashed


def wanted_on(daemonset: Object, node: Object) -> tuple[bool, bool]:
    """(should a pod be made on this node, may one that is there stay)."""
    spec = daemonset["spec"]["template"].get("spec") or {}
    if spec.get("nodeName") and spec["nodeName"] != name_of(node):
        return False, False
    if not matches_node(spec, node):
        return False, False
    effects = untolerated(tolerations_of(spec), node)
    return not effects, "NoExecute" not in effects
