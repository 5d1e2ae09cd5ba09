"""The spec of a persistent volume claim, in a claim and in ephemeral volumes and templates.

Source: k8s.io/kubernetes pkg/apis/core/validation and pkg/apis/core/v1/defaults.go (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import forbidden, invalid, not_supported, required
from tuik8s.api.kinds.validation.labels import annotation_map, label_map, selector
from tuik8s.api.kinds.validation.resources import positive_quantity, quantity_value
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

ACCESS_MODES: Final = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES: Final = ("Block", "Filesystem")
_MUST_BE_CLAIM: Final = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"


def fill(spec: Object) -> None:
    """Defaults of a claim's spec, in place."""
    if not spec.get("volumeMode"):
        spec["volumeMode"] = "Filesystem"
    if spec.get("resources") is None:
        spec["resources"] = {}
    _mirror_data_source(spec)


def _mirror_data_source(spec: Object) -> None:
    """dataSource and dataSourceRef say the same, unless the reference names a namespace."""
    source, ref = spec.get("dataSource"), spec.get("dataSourceRef")
    if source and not ref:
        spec["dataSourceRef"] = dict(source)
    elif ref and not source and not ref.get("namespace"):
        group, kind = ref.get("apiGroup") or "", ref.get("kind", "")
        if (group, kind) in (
            ("", "PersistentVolumeClaim"),
            ("snapshot.storage.k8s.io", "VolumeSnapshot"),
        ):
            spec["dataSource"] = dict(ref)


def validate(errors: Errors, path: str, spec: Object) -> None:
    if not spec.get("accessModes"):
        errors.append(required(f"{path}.accessModes", "at least 1 access mode is required"))
    selector(errors, f"{path}.selector", spec.get("selector"))
    access_modes(errors, f"{path}.accessModes", spec.get("accessModes"))
    _storage_request(errors, f"{path}.resources[storage]", spec.get("resources") or {})
    class_name = spec.get("storageClassName")
    if class_name:
        check(errors, f"{path}.storageClassName", class_name, names.dns1123_subdomain)
    mode = spec.get("volumeMode")
    if mode is not None and mode not in VOLUME_MODES:
        errors.append(not_supported(f"{path}.volumeMode", mode, VOLUME_MODES))
    source, ref = spec.get("dataSource"), spec.get("dataSourceRef")
    if source is not None:
        _data_source(errors, f"{path}.dataSource", source)
    if ref is not None:
        _data_source(errors, f"{path}.dataSourceRef", ref)
        if ref.get("namespace"):
            check(errors, f"{path}.dataSourceRef.namespace", ref["namespace"], names.dns1123_label)
    _sources_agree(errors, path, source, ref)
    attributes = spec.get("volumeAttributesClassName")
    if attributes:
        check(errors, f"{path}.volumeAttributesClassName", attributes, names.dns1123_subdomain)


def access_modes(errors: Errors, path: str, modes: list[str] | None) -> None:
    """Each mode known, and ReadWriteOncePod alone."""
    for mode in modes or ():
        if mode not in ACCESS_MODES:
            errors.append(not_supported(path, mode, ACCESS_MODES))
    known = {mode for mode in modes or () if mode in ACCESS_MODES}
    if "ReadWriteOncePod" in known and len(known) > 1:
        errors.append(forbidden(path, "may not use ReadWriteOncePod with other access modes"))


def _storage_request(errors: Errors, path: str, resources: Object) -> None:
    storage = (resources.get("requests") or {}).get("storage")
    if storage is None:
        errors.append(required(path))
        return
    before = len(errors)
    positive_quantity(errors, path, storage)
    if len(errors) == before:
        quantity_value(errors, path, "storage", storage)


def _data_source(errors: Errors, path: str, source: Object) -> None:
    for field in ("name", "kind"):
        if not source.get(field):
            errors.append(required(f"{path}.{field}"))
    group, kind = source.get("apiGroup") or "", source.get("kind", "")
    if not group and kind != "PersistentVolumeClaim":
        errors.append(invalid(path, kind, _MUST_BE_CLAIM))
    if group:
        check(errors, f"{path}.apiGroup", group, names.dns1123_subdomain)


def _sources_agree(errors: Errors, path: str, source: Object | None, ref: Object | None) -> None:
    if source is None or ref is None:
        return
    shown = f"{path}.dataSource"
    if ref.get("namespace"):
        detail = "may not be specified when dataSourceRef.namespace is specified"
        errors.append(invalid(path, shown, detail))
    elif any(source.get(key) != ref.get(key) for key in ("apiGroup", "kind", "name")):
        errors.append(invalid(path, shown, "must match dataSourceRef"))


def validate_template(errors: Errors, path: str, template: dict[str, Any]) -> None:
    """The template of an ephemeral volume's claim: labels and annotations are all it may have."""
    metadata = template.get("metadata") or {}
    annotation_map(errors, f"{path}.metadata.annotations", metadata.get("annotations"))
    label_map(errors, f"{path}.metadata.labels", metadata.get("labels"))
    for field, value in metadata.items():
        if field not in ("annotations", "labels") and value:
            errors.append(forbidden(f"{path}.metadata.{field}", "cannot be set"))
    validate(errors, f"{path}.spec", template.get("spec") or {})
