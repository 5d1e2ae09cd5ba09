"""StorageClass.

Source: k8s.io/kubernetes pkg/apis/storage (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
    too_long,
)
from tuik8s.api.kinds.base import Column, Rules
from tuik8s.api.kinds.printing import AGE, field, text
from tuik8s.api.kinds.strategy import first
from tuik8s.api.kinds.validation.labels import label_name
from tuik8s.api.kinds.validation.values import Errors, immutable, same
from tuik8s.api.types import Object

_POLICIES: Final = ("Delete", "Retain")
_BINDING_MODES: Final = ("Immediate", "WaitForFirstConsumer")
_MAX_PARAMETERS: Final = 512
_MAX_PARAMETERS_BYTES: Final = 256 * 1024
_DEFAULT_ANNOTATIONS: Final = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)


def default(storage_class: Object) -> None:
    first(storage_class, "reclaimPolicy", "Delete")
    first(storage_class, "volumeBindingMode", "Immediate")


def driver_name(errors: Errors, path: str, name: str) -> None:
    """Provisioner or driver: a qualified name, whatever its case."""
    if not name:
        errors.append(required(path, ""))
    else:
        for message in names.qualified_name(name.lower()):
            errors.append(invalid(path, name.lower(), message))


def parameters(errors: Errors, path: str, values: dict[str, str] | None) -> None:
    """Parameters of a class: names, their number and size."""
    values = values or {}
    if len(values) > _MAX_PARAMETERS:
        errors.append(too_long("Provisioner Parameters", _MAX_PARAMETERS))
        return
    for key in values:
        if not key:
            errors.append(invalid(path, key, "field can not be empty."))
    if sum(len(key) + len(value) for key, value in values.items()) > _MAX_PARAMETERS_BYTES:
        errors.append(too_long(path, _MAX_PARAMETERS_BYTES))


def validate(storage_class: Object) -> list[FieldError]:
    errors: Errors = []
    driver_name(errors, "provisioner", storage_class.get("provisioner", ""))
    parameters(errors, "parameters", storage_class.get("parameters"))
    policy = storage_class.get("reclaimPolicy", "")
    if policy and policy not in _POLICIES:
        errors.append(not_supported("reclaimPolicy", policy, _POLICIES))
    mode = storage_class.get("volumeBindingMode")
    if mode is None:
        errors.append(required("volumeBindingMode"))
    elif mode not in _BINDING_MODES:
        errors.append(not_supported("volumeBindingMode", mode, _BINDING_MODES))
    _topologies(errors, "allowedTopologies", storage_class.get("allowedTopologies") or [])
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    if not same(new.get("parameters"), old.get("parameters")):
        immutable(errors, "parameters", new.get("parameters"), old.get("parameters"))
    for name in ("provisioner", "reclaimPolicy", "volumeBindingMode"):
        immutable(errors, name, new.get(name), old.get(name))
    return errors


def _topologies(errors: Errors, path: str, terms: list[Object]) -> None:
    seen: list[dict[str, set[str]]] = []
    for i, term in enumerate(terms):
        values = _term(errors, f"{path}[{i}]", term)
        if values in seen:
            errors.append(duplicate(f"{path}[{i}].matchLabelExpressions", ""))
        seen.append(values)


def _term(errors: Errors, path: str, term: Object) -> dict[str, set[str]]:
    expressions = term.get("matchLabelExpressions")
    at = f"{path}.matchLabelExpressions"
    found: dict[str, set[str]] = {}
    if not expressions:
        errors.append(forbidden(path, "must have at least one requirement"))
    for i, expression in enumerate(expressions or ()):
        values, key = expression.get("values") or [], expression.get("key", "")
        if not values:
            errors.append(required(f"{at}[{i}].values"))
        for j, value in enumerate(values):
            if value in values[:j]:
                errors.append(duplicate(f"{at}[{i}].values[{j}]", value))
        label_name(errors, f"{at}[{i}].key", key)
        if key in found:
            errors.append(duplicate(f"{at}[{i}].key", key))
        found[key] = set(values)
    return found


def is_default(storage_class: Object) -> bool:
    noted = storage_class["metadata"].get("annotations") or {}
    return any(noted.get(name) == "true" for name in _DEFAULT_ANNOTATIONS)


def _name(storage_class: Object, now_ms: int) -> Any:
    name = storage_class["metadata"].get("name", "")
    return f"{name} (default)" if is_default(storage_class) else name


def _expands(storage_class: Object, now_ms: int) -> Any:
    return bool(storage_class.get("allowVolumeExpansion"))


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    columns=(
        Column("Name", "string", _name, format="name", description="@metadata.name"),
        text("Provisioner", field("provisioner"), "@provisioner"),
        text("ReclaimPolicy", field("reclaimPolicy", "Delete"), "@reclaimPolicy"),
        text("VolumeBindingMode", field("volumeBindingMode", "Immediate"), "@volumeBindingMode"),
        text("AllowVolumeExpansion", _expands, "@allowVolumeExpansion"),
        AGE,
    ),
    generation_ignores=None,
    delete_returns_object=True,
)
