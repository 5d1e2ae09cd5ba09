"""DefaultStorageClass: claims without a class get the default one, the newest of several.

Source: plugin/pkg/admission/storage/storageclass/setdefault (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.authorization.base import Reader

_CLASSES: Final = "storageclasses.storage.k8s.io"
_CLAIM_CLASS: Final = "volume.beta.kubernetes.io/storage-class"
_DEFAULT: Final = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)


class DefaultStorageClass(Member):
    """Fills in spec.storageClassName of new claims; an empty one counts as given."""

    name = "DefaultStorageClass"
    resources = ("persistentvolumeclaims",)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def admit(self, attributes: Attributes) -> None:
        claim = attributes.obj
        if attributes.operation != "CREATE" or attributes.subresource or claim is None:
            return
        spec = claim.setdefault("spec", {})
        annotations = claim["metadata"].get("annotations") or {}
        if spec.get("storageClassName") is not None or _CLAIM_CLASS in annotations:
            return
        defaults = [c for c in self._reader.list_(_CLASSES) if _is_default(c)]
        if defaults:
            defaults.sort(key=lambda c: c["metadata"]["name"])
            chosen = max(defaults, key=lambda c: c["metadata"]["creationTimestamp"])
            spec["storageClassName"] = chosen["metadata"]["name"]


def _is_default(storage_class: Object) -> bool:
    annotations = storage_class["metadata"].get("annotations") or {}
    return any(annotations.get(name) == "true" for name in _DEFAULT)
