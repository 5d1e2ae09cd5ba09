"""StorageObjectInUseProtection: claims, volumes and their classes get a finalizer when created.

Source: plugin/pkg/admission/storage/storageobjectinuseprotection (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.meta import add_finalizer
from tuik8s.components.apiserver.admission.base import Attributes, Member

_FINALIZERS: Final = {
    "persistentvolumes": "kubernetes.io/pv-protection",
    "persistentvolumeclaims": "kubernetes.io/pvc-protection",
    "volumeattributesclasses.storage.k8s.io": "kubernetes.io/vac-protection",
}


class StorageObjectInUseProtection(Member):
    """Keeps what is in use until it is not; a controller takes the finalizer away."""

    name = "StorageObjectInUseProtection"
    resources = tuple(_FINALIZERS)

    def admit(self, attributes: Attributes) -> None:
        obj = attributes.obj
        if attributes.operation != "CREATE" or attributes.subresource or obj is None:
            return
        add_finalizer(obj, _FINALIZERS[attributes.resource])
