"""Namespace.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/namespace (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, invalid
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, text
from tuik8s.api.kinds.strategy import first, first_text, keep_field, spec_of
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.meta import set_label
from tuik8s.api.names import name_is_label, qualified_name
from tuik8s.api.types import Object

NAME_LABEL: Final = "kubernetes.io/metadata.name"
FINALIZER: Final = "kubernetes"
_STANDARD: Final = ("kubernetes", "orphan", "foregroundDeletion")


def default(namespace: Object) -> None:
    name = (namespace.get("metadata") or {}).get("name")
    if name:
        set_label(namespace, NAME_LABEL, name)
    first(namespace, "status", {})
    first_text(namespace["status"], "phase", "Active")
    spec_of(namespace)


def prepare_for_create(namespace: Object, now_ms: int) -> None:
    namespace["status"] = {"phase": "Active"}
    spec = spec_of(namespace)
    finalizers = spec.get("finalizers") or []
    if FINALIZER not in finalizers:
        spec["finalizers"] = [*finalizers, FINALIZER]
    default(namespace)


def prepare_for_update(new: Object, old: Object, now_ms: int) -> None:
    keep_field(spec_of(new), old.get("spec") or {}, "finalizers")


def validate(namespace: Object) -> list[FieldError]:
    errors: Errors = []
    for finalizer in namespace["spec"].get("finalizers") or ():
        _finalizer(errors, "spec.finalizers", finalizer)
    return errors


def _finalizer(errors: Errors, path: str, finalizer: str) -> None:
    errors.extend(invalid(path, finalizer, message) for message in qualified_name(finalizer))
    if "/" not in finalizer and finalizer not in _STANDARD:
        detail = "name is neither a standard finalizer name nor is it fully qualified"
        errors.append(invalid(path, finalizer, detail))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    return []


def validate_status(new: Object, old: Object) -> list[FieldError]:
    phase = (new.get("status") or {}).get("phase", "")
    is_deleting = bool((new.get("metadata") or {}).get("deletionTimestamp"))
    expected = "Terminating" if is_deleting else "Active"
    if phase == expected:
        return []
    state = "not empty" if is_deleting else "empty"
    detail = f"may only be '{expected}' if `deletionTimestamp` is {state}"
    return [invalid("status.Phase", phase, detail)]


def validate_finalize(new: Object) -> list[FieldError]:
    """The finalize subresource, which may set spec.finalizers."""
    errors: Errors = []
    finalizers: list[Any] = (new.get("spec") or {}).get("finalizers") or []
    for i, finalizer in enumerate(finalizers):
        _finalizer(errors, f"spec.finalizers[{i}]", finalizer)
    return errors


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    prepare_for_update=prepare_for_update,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    columns=(
        NAME,
        text("Status", field("status.phase"), "The status of the namespace"),
        AGE,
    ),
    selectable={"metadata.name": "metadata.name", "status.phase": "status.phase"},
    validate_name=name_is_label,
    generation_ignores=None,
)
