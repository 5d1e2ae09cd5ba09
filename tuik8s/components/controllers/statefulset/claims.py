"""The volume claims of a StatefulSet's pods, and whether they go with pod or set.

Source: k8s.io/kubernetes pkg/controller/statefulset/stateful_set_utils.go
(`getPersistentVolumeClaims`, `claimOwnerMatchesSetAndPod`), 1.36.
"""

from __future__ import annotations

from collections.abc import Iterator

from tuik8s.api.meta import labels_of, name_of, namespace_of, owner_reference, owners_of, uid_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Create, Event, Update, View, Write

CLAIMS = "persistentvolumeclaims"


def claim_name(template: Object, pod_name: str) -> str:
    return f"{name_of(template)}-{pod_name}"


def templates_of(statefulset: Object) -> list[Object]:
    return statefulset["spec"].get("volumeClaimTemplates") or []


def volumes_for(statefulset: Object, pod_name: str) -> list[Object]:
    """The pod's volumes that are backed by its own claims."""
    return [
        {
            "name": name_of(template),
            "persistentVolumeClaim": {"claimName": claim_name(template, pod_name)},
        }
        for template in templates_of(statefulset)
    ]


def _policy(statefulset: Object, when: str) -> str:
    policy = statefulset["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
    return str(policy.get(when) or "Retain")


def missing_claims(statefulset: Object, pod_name: str, view: View) -> Iterator[Write]:
    """Creations of the claims that a pod needs and that are not there."""
    namespace = namespace_of(statefulset)
    for template in templates_of(statefulset):
        name = claim_name(template, pod_name)
        if view.get(CLAIMS, namespace, name) is None:
            yield _create(statefulset, template, name, pod_name)


def _create(statefulset: Object, template: Object, name: str, pod_name: str) -> Create:
    selector = (statefulset["spec"].get("selector") or {}).get("matchLabels") or {}
    metadata = {k: v for k, v in template["metadata"].items() if k != "creationTimestamp"}
    metadata.update(name=name, namespace=namespace_of(statefulset))
    metadata["labels"] = {**labels_of(template), **selector}
    if _policy(statefulset, "whenDeleted") == "Delete":
        metadata["ownerReferences"] = [owner_reference(statefulset)]
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": template.get("spec") or {},
    }
    place = f"Claim {name} Pod {pod_name} in StatefulSet {name_of(statefulset)}"
    return Create(
        resource=CLAIMS,
        obj=claim,
        tolerate=(409,),
        said=Event(statefulset, "Normal", "SuccessfulCreate", f"Create {place} success"),
        failed=Event(
            statefulset, "Warning", "FailedCreate", f"Create {place} failed error: {{error}}"
        ),
    )


def owner_corrections(
    statefulset: Object, pod: Object, condemned: bool, view: View
) -> Iterator[Write]:
    """Patches that make claims owned by the set, by the pod that is to go, or by neither."""
    wanted = None
    if condemned and _policy(statefulset, "whenScaled") == "Delete":
        wanted = owner_reference(pod)
    elif _policy(statefulset, "whenDeleted") == "Delete":
        wanted = owner_reference(statefulset)
    ours = {uid_of(statefulset), uid_of(pod)}
    for template in templates_of(statefulset):
        claim = view.get(CLAIMS, namespace_of(pod), claim_name(template, name_of(pod)))
        if claim is None:
            continue
        owners = [ref for ref in owners_of(claim) if ref.get("uid") not in ours]
        if wanted is not None:
            owners.append(wanted)
        if {ref["uid"] for ref in owners} != {ref["uid"] for ref in owners_of(claim)}:
            yield _own(claim, owners)


def _own(claim: Object, owners: list[Object]) -> Update:
    changed = {**claim, "metadata": {**claim["metadata"], "ownerReferences": owners}}
    return Update(resource=CLAIMS, obj=changed, tolerate=(404,))
