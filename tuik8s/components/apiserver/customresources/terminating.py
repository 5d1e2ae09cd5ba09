"""The deletion of a definition: it stays until its instances are gone.

Source: k8s.io/apiextensions-apiserver pkg/registry/customresourcedefinition/etcd.go (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.meta import set_condition
from tuik8s.api.times import format_time
from tuik8s.api.types import Object

CRDS: Final = "customresourcedefinitions.apiextensions.k8s.io"
FINALIZER: Final = "customresourcecleanup.apiextensions.k8s.io"


def is_terminating(definition: Object) -> bool:
    """Whether a definition was deleted and is still there."""
    return bool(definition["metadata"].get("deletionTimestamp"))


def begin(definition: Object, now_ms: int) -> bool:
    """Mark a definition as deleted; False when it was already."""
    meta = definition["metadata"]
    if meta.get("deletionTimestamp"):
        return False
    now = format_time(now_ms)
    meta["deletionTimestamp"] = now
    meta["finalizers"] = [f for f in meta.get("finalizers") or () if f != FINALIZER] + [FINALIZER]
    set_condition(
        definition,
        "Terminating",
        "True",
        now=now,
        reason="InstanceDeletionPending",
        message="CustomResourceDefinition marked for deletion; CustomResource deletion will begin "
        "soon",
    )
    return True
