"""Validation of `metadata`, at creation and on update.

Source: k8s.io/apimachinery pkg/api/validation/objectmeta.go and
pkg/apis/meta/v1/validation/validation.go (1.36), with the check of finalizer names that
pkg/apis/core/validation adds for built-in kinds. That an update needs a resourceVersion is not
checked here: the pipeline knows which kinds do without.
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, forbidden, invalid, required, too_long
from tuik8s.api.names import (
    NameRule,
    dns1123_label,
    qualified_name,
    quoted,
    size_of,
    validate_annotations,
    validate_labels,
)
from tuik8s.api.types import Object

_STANDARD_FINALIZERS: Final = ("kubernetes", "orphan", "foregroundDeletion")
_REFERENCE_FIELDS: Final = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")
_IMMUTABLE: Final = (
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
)


def validate_object_meta(
    meta: Object,
    namespaced: bool,
    name_rule: NameRule,
    field: str = "metadata",
    *,
    built_in: bool = True,
) -> list[FieldError]:
    """Errors of a new object's metadata.

    built_in: whether finalizers without a domain must be standard ones (not so for custom kinds).
    """
    errors: list[FieldError] = []
    prefix, name = meta.get("generateName") or "", meta.get("name") or ""
    if prefix:
        errors += [invalid(f"{field}.generateName", prefix, t) for t in name_rule(prefix, True)]
    if not name:
        errors.append(required(f"{field}.name", "name or generateName is required"))
    else:
        errors += [invalid(f"{field}.name", name, text) for text in name_rule(name, False)]
    errors += _check_namespace(meta.get("namespace") or "", namespaced, field)
    generation = meta.get("generation") or 0
    if generation < 0:
        text = "must be greater than or equal to 0"
        errors.append(invalid(f"{field}.generation", generation, text))
    errors += validate_labels(meta.get("labels") or {}, f"{field}.labels")
    errors += validate_annotations(meta.get("annotations") or {}, f"{field}.annotations")
    errors += validate_owner_references(
        meta.get("ownerReferences") or [], f"{field}.ownerReferences"
    )
    finalizers = meta.get("finalizers") or []
    errors += validate_finalizers(finalizers, f"{field}.finalizers")
    errors += validate_managed_fields(meta.get("managedFields") or [], f"{field}.managedFields")
    if built_in:
        errors += _check_standard_finalizers(finalizers, f"{field}.finalizers")
    return errors


def validate_object_meta_update(
    new: Object, old: Object, field: str = "metadata", *, built_in: bool = True
) -> list[FieldError]:
    """Errors of changing the metadata `old` into `new`."""
    errors: list[FieldError] = []
    if old.get("deletionTimestamp"):
        errors += _check_no_new_finalizers(
            new.get("finalizers") or [], old.get("finalizers") or [], f"{field}.finalizers"
        )
    generation = new.get("generation") or 0
    if generation < (old.get("generation") or 0):
        errors.append(invalid(f"{field}.generation", generation, "must not be decremented"))
    for name in _IMMUTABLE:
        errors += validate_immutable(new.get(name), old.get(name), f"{field}.{name}")
    errors += validate_labels(new.get("labels") or {}, f"{field}.labels")
    errors += validate_annotations(new.get("annotations") or {}, f"{field}.annotations")
    errors += validate_owner_references(
        new.get("ownerReferences") or [], f"{field}.ownerReferences"
    )
    errors += validate_managed_fields(new.get("managedFields") or [], f"{field}.managedFields")
    if built_in:
        finalizers = new.get("finalizers") or []
        errors += _check_standard_finalizers(finalizers, f"{field}.finalizers")
    return errors


def validate_immutable(new: Any, old: Any, field: str) -> list[FieldError]:
    """An error when a field that may never change did."""
    return [] if new == old else [invalid(field, new, "field is immutable")]


def _check_namespace(namespace: str, namespaced: bool, field: str) -> list[FieldError]:
    field = f"{field}.namespace"
    if not namespaced:
        return [forbidden(field, "not allowed on this type")] if namespace else []
    if not namespace:
        return [required(field)]
    return [invalid(field, namespace, text) for text in dns1123_label(namespace)]


def validate_owner_references(references: list[Object], field: str) -> list[FieldError]:
    errors: list[FieldError] = []
    controller = ""
    for reference in references:
        errors += _check_owner_reference(reference, field)
        if not reference.get("controller"):
            continue
        name = f"{reference.get('kind', '')}/{reference.get('name', '')}"
        if controller:
            text = (
                "Only one reference can have Controller set to true. "
                f'Found "true" in references for {controller} and {name}'
            )
            errors.append(invalid(field, [_in_order(r) for r in references], text))
        controller = controller or name
    return errors


def _check_owner_reference(reference: Object, field: str) -> list[FieldError]:
    errors: list[FieldError] = []
    api_version, kind = reference.get("apiVersion") or "", reference.get("kind") or ""
    group, _, version = api_version.rpartition("/")
    if not version or "/" in group:
        errors.append(invalid(f"{field}.apiVersion", api_version, "version must not be empty"))
    empty = [name for name in ("kind", "name", "uid") if not reference.get(name)]
    errors += [invalid(f"{field}.{name}", "", "must not be empty") for name in empty]
    if (api_version, kind) == ("v1", "Event"):
        text = "/v1, Kind=Event is disallowed from being an owner"
        errors.append(invalid(field, _in_order(reference), text))
    return errors


def _in_order(reference: Object) -> Object:
    """A reference as Go prints it: its four required fields always, in the order of the struct."""
    found = {name: reference.get(name, "") for name in _REFERENCE_FIELDS[:4]}
    return found | {n: reference[n] for n in _REFERENCE_FIELDS[4:] if reference.get(n) is not None}


def validate_finalizers(finalizers: list[str], field: str) -> list[FieldError]:
    errors = [
        invalid(field, finalizer, text)
        for finalizer in finalizers
        for text in qualified_name(finalizer)
    ]
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        text = "finalizer orphan and foregroundDeletion cannot be both set"
        errors.append(invalid(field, finalizers, text))
    return errors


def _check_standard_finalizers(finalizers: list[str], field: str) -> list[FieldError]:
    text = "name is neither a standard finalizer name nor is it fully qualified"
    return [
        invalid(f"{field}[{index}]", finalizer, text)
        for index, finalizer in enumerate(finalizers)
        if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS
    ]


def _check_no_new_finalizers(new: list[str], old: list[str], field: str) -> list[FieldError]:
    extra = sorted(set(new) - set(old))
    if not extra:
        return []
    shown = ", ".join(map(quoted, extra))
    text = (
        "no new finalizers can be added if the object is being deleted, "
        f"found new finalizers []string{{{shown}}}"
    )
    return [forbidden(field, text)]


def validate_managed_fields(entries: list[Object], field: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, entry in enumerate(entries):
        at = f"{field}[{index}]"
        operation = entry.get("operation", "")
        if operation not in ("Apply", "Update"):
            errors.append(invalid(f"{at}.operation", operation, "must be `Apply` or `Update`"))
        fields_type = entry.get("fieldsType") or ""
        if fields_type not in ("", "FieldsV1"):
            errors.append(invalid(f"{at}.fieldsType", fields_type, "must be `FieldsV1`"))
        errors += validate_field_manager(entry.get("manager") or "", f"{at}.manager")
        if size_of(entry.get("subresource") or "") > 256:
            errors.append(too_long(f"{at}.subresource", 256))
    return errors


def validate_field_manager(manager: str, field: str) -> list[FieldError]:
    """A manager's name: at most 128 bytes, printable."""
    errors = [too_long(field, 128)] if size_of(manager) > 128 else []
    if not manager.isprintable():
        text = "should only contain printable characters"
        errors.append(invalid(field, manager, text))
    return errors
