"""The volume that fits a claim best: one meant for it, else the smallest that is big enough.

Source: k8s.io/component-helpers storage/volume/pv_helpers.go (`FindMatchingVolume`), 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable

from tuik8s.api import quantity
from tuik8s.api.meta import annotations_of, is_deleting, labels_of, name_of, namespace_of, uid_of
from tuik8s.api.quantity import Quantity
from tuik8s.api.selectors import selector_of
from tuik8s.api.types import Object

_CLASS = "volume.beta.kubernetes.io/storage-class"


def class_of(obj: Object) -> str:
    """The storage class of a claim or a volume."""
    named = annotations_of(obj).get(_CLASS)
    return str(named if named is not None else obj["spec"].get("storageClassName") or "")


def is_for(volume: Object, claim: Object) -> bool:
    """Whether a volume's claimRef names this claim (and not an earlier one of that name)."""
    ref = volume["spec"].get("claimRef")
    if not ref or (ref.get("namespace"), ref.get("name")) != (namespace_of(claim), name_of(claim)):
        return False
    return not ref.get("uid") or ref["uid"] == uid_of(claim)


def asked_size(claim: Object) -> Quantity:
    requests = (claim["spec"].get("resources") or {}).get("requests") or {}
    return quantity.parse(requests.get("storage") or "0")


def size_of(volume: Object) -> Quantity:
    return quantity.parse((volume["spec"].get("capacity") or {}).get("storage") or "0")


def best(volumes: Iterable[Object], claim: Object) -> Object | None:
    """The volume for a claim; None when there is none."""
    fitting = [volume for volume in volumes if _fits(volume, claim)]
    meant = [volume for volume in fitting if volume["spec"].get("claimRef")]
    if meant:
        return meant[0]
    return min(fitting, key=lambda volume: (size_of(volume), name_of(volume)), default=None)


def _fits(volume: Object, claim: Object) -> bool:
    spec, wanted = volume["spec"], claim["spec"]
    if is_deleting(volume) or size_of(volume) < asked_size(claim):
        return False
    if (spec.get("volumeMode") or "Filesystem") != (wanted.get("volumeMode") or "Filesystem"):
        return False
    if spec.get("claimRef"):
        return is_for(volume, claim)
    if class_of(volume) != class_of(claim):
        return False
    if (volume.get("status") or {}).get("phase") != "Available":
        return False
    if not set(wanted.get("accessModes") or ()) <= set(spec.get("accessModes") or ()):
        return False
    selector = wanted.get("selector")
    return not selector or selector_of(selector).matches(labels_of(volume))
