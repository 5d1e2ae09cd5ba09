"""PersistentVolumeClaimResize: claims grow only where their storage class lets them.

Source: plugin/pkg/admission/storage/persistentvolume/resize (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import quantity
from tuik8s.api.quantity import Quantity
from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.authorization.base import Reader

_CLASSES: Final = "storageclasses.storage.k8s.io"
_CLAIM_CLASS: Final = "volume.beta.kubernetes.io/storage-class"
_REFUSED: Final = (
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the "
    "pvc must support resize"
)


class PersistentVolumeClaimResize(Member):
    """Refuses growth that no provisioner would carry out."""

    name = "PersistentVolumeClaimResize"
    resources = ("persistentvolumeclaims",)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def validate(self, attributes: Attributes) -> None:
        new, old = attributes.obj, attributes.old
        if attributes.operation != "UPDATE" or attributes.subresource or not new or not old:
            return
        if _asked(old) < _asked(new) and not self._may_grow(new, old):
            raise attributes.forbidden(_REFUSED)

    def _may_grow(self, new: Object, old: Object) -> bool:
        name = _class_of(new)
        if not name or name != _class_of(old):
            return False
        found = self._reader.get(_CLASSES, "", name) or {}
        return bool(found.get("allowVolumeExpansion"))


def _asked(claim: Object) -> Quantity:
    resources = (claim.get("spec") or {}).get("resources") or {}
    return quantity.parse((resources.get("requests") or {}).get("storage", "0"))


def _class_of(claim: Object) -> str:
    annotations = claim["metadata"].get("annotations") or {}
    name: str = annotations.get(_CLAIM_CLASS) or claim["spec"].get("storageClassName") or ""
    return name
