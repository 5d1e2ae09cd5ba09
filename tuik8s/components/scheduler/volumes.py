"""What the volume plugins ask about: a pod's claims, their classes, the volumes behind them.

Source: k8s.io/component-helpers storage/volume and storage/ephemeral (1.36).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from tuik8s.api.kinds.persistent_volume_claim import BIND_COMPLETED, BOUND_BY_US, SELECTED_NODE
from tuik8s.api.quantity import value_of
from tuik8s.api.selectors import selector_of
from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import CLAIMS, CLASSES, VOLUMES, Cluster
from tuik8s.components.scheduler.framework import Mask
from tuik8s.components.scheduler.pods import PodInfo

NO_PROVISIONER: Final = "kubernetes.io/no-provisioner"
READ_WRITE_ONCE_POD: Final = "ReadWriteOncePod"
_BETA_CLASS: Final = "volume.beta.kubernetes.io/storage-class"


def volumes_of(pod: PodInfo) -> list[Object]:
    return (pod.object.get("spec") or {}).get("volumes") or []


def claim_name(pod: PodInfo, volume: Object) -> tuple[str, bool]:
    """The claim of a volume and whether it is an ephemeral one; "" when it has none."""
    source = volume.get("persistentVolumeClaim")
    if source is not None:
        return source.get("claimName", ""), False
    if volume.get("ephemeral") is not None:
        return f"{pod.name}-{volume['name']}", True
    return "", False


def claims_of(pod: PodInfo, cluster: Cluster) -> Iterator[Object]:
    """The claims of a pod that exist."""
    for volume in volumes_of(pod):
        name, _ = claim_name(pod, volume)
        claim = cluster.get(CLAIMS, name, pod.namespace) if name else None
        if claim is not None:
            yield claim


def class_name(obj: Object) -> str:
    """The class of a claim or volume; the old annotation has the last word."""
    annotations = obj["metadata"].get("annotations") or {}
    name: str | None = annotations.get(_BETA_CLASS)
    return name or (obj.get("spec") or {}).get("storageClassName") or ""


def volume_name(claim: Object) -> str:
    name: str = (claim.get("spec") or {}).get("volumeName") or ""
    return name


def is_bound(claim: Object) -> bool:
    """Whether the binding of a claim is complete, not merely begun."""
    return bool(volume_name(claim)) and BIND_COMPLETED in (
        claim["metadata"].get("annotations") or {}
    )


def waits_for_consumer(claim: Object, cluster: Cluster) -> bool:
    """Whether the class leaves the choice of the volume to the scheduler."""
    found = cluster.get(CLASSES, class_name(claim))
    return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"


def selected_node(claim: Object) -> str:
    """The node that a volume for the claim is to be made for; "" when none is chosen."""
    name: str = (claim["metadata"].get("annotations") or {}).get(SELECTED_NODE) or ""
    return name


def size_asked(claim: Object) -> int:
    requests = ((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}
    return value_of(requests.get("storage") or 0)


def size_of(volume: Object) -> int:
    return value_of(((volume.get("spec") or {}).get("capacity") or {}).get("storage") or 0)


def reachable(volume: Object, cluster: Cluster) -> Mask:
    """Nodes that the volume's node affinity allows."""
    columns = cluster.columns
    required = ((volume.get("spec") or {}).get("nodeAffinity") or {}).get("required")
    if required is None:
        return np.ones(len(columns), np.bool_)
    return columns.labels.matching(required.get("nodeSelectorTerms") or [], columns.names)


def belongs_to(volume: Object, claim: Object) -> bool:
    """Whether the volume is kept for just this claim."""
    ref, meta = (volume.get("spec") or {}).get("claimRef"), claim["metadata"]
    if ref is None:
        return False
    if ref.get("name") != meta["name"] or ref.get("namespace") != meta.get("namespace", ""):
        return False
    return not ref.get("uid") or ref["uid"] == meta.get("uid")


def kept_for(volume: Object, claim: Object) -> Object:
    """The volume as it is once it is offered to the claim."""
    meta, spec = volume["metadata"], volume["spec"]
    owner = claim["metadata"]
    ref = {
        "kind": "PersistentVolumeClaim",
        "apiVersion": "v1",
        "namespace": owner.get("namespace", ""),
        "name": owner["name"],
        "uid": owner.get("uid", ""),
        "resourceVersion": owner.get("resourceVersion", ""),
    }
    if not spec.get("claimRef"):  # a volume that its owner has meant for a claim is not marked
        meta = {**meta, "annotations": {**(meta.get("annotations") or {}), BOUND_BY_US: "yes"}}
    return {**volume, "metadata": meta, "spec": {**spec, "claimRef": ref}}


def for_node(claim: Object, node_name: str) -> Object:
    """The claim as it is once a volume for it is to be made near a node."""
    meta = claim["metadata"]
    annotations = {**(meta.get("annotations") or {}), SELECTED_NODE: node_name}
    return {**claim, "metadata": {**meta, "annotations": annotations}}


def candidates(claim: Object, cluster: Cluster) -> list[Object]:
    """Volumes that could serve an unbound claim: the one kept for it alone, else by size."""
    spec = claim.get("spec") or {}
    asked = size_asked(claim)
    wanted_class = class_name(claim)
    selector = spec.get("selector")
    found: list[tuple[int, str, Object]] = []
    kept: list[tuple[int, str, Object]] = []
    for volume in cluster.items(VOLUMES):
        offered, meta = volume.get("spec") or {}, volume["metadata"]
        is_kept = belongs_to(volume, claim)
        if offered.get("claimRef") is not None and not is_kept:
            continue
        size = size_of(volume)
        if size < asked or "deletionTimestamp" in meta:
            continue
        if (spec.get("volumeMode") or "Filesystem") != (offered.get("volumeMode") or "Filesystem"):
            continue
        if not is_kept and (
            (volume.get("status") or {}).get("phase") != "Available"
            or class_name(volume) != wanted_class
            or not set(spec.get("accessModes") or ()) <= set(offered.get("accessModes") or ())
            or (selector and not selector_of(selector).matches(meta.get("labels") or {}))
        ):
            continue
        (kept if is_kept else found).append((size, meta["name"], volume))
    return [volume for *_, volume in sorted(kept)[:1] or sorted(found)]  # names are unique


def can_make(claim: Object, cluster: Cluster) -> Mask:
    """Nodes for which the claim's class makes volumes."""
    columns = cluster.columns
    made_by = cluster.get(CLASSES, class_name(claim))
    if made_by is None or made_by.get("provisioner") in (None, "", NO_PROVISIONER):
        return np.zeros(len(columns), np.bool_)
    topologies = made_by.get("allowedTopologies")
    if not topologies:
        return np.ones(len(columns), np.bool_)
    terms = [
        {
            "matchExpressions": [
                {"key": e["key"], "operator": "In", "values": e.get("values") or []}
                for e in term.get("matchLabelExpressions") or ()
            ]
        }
        for term in topologies
    ]
    return columns.labels.matching(terms, columns.names)
