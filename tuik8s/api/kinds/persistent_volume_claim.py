"""PersistentVolumeClaim.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/persistentvolumeclaim (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names, quantity
from tuik8s.api.errors import FieldError, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec import claim_spec, warnings
from tuik8s.api.kinds.pod_spec.defaults import round_up
from tuik8s.api.kinds.printing import AGE, NAME, UNSET, access_modes, field, text
from tuik8s.api.kinds.strategy import first_text, spec_of
from tuik8s.api.kinds.validation.go_values import Struct, go_value, json_diff
from tuik8s.api.kinds.validation.resources import basic_resource
from tuik8s.api.kinds.validation.values import IMMUTABLE, Errors, immutable
from tuik8s.api.meta import copy_value, get_path
from tuik8s.api.types import Object

BIND_COMPLETED: Final = "pv.kubernetes.io/bind-completed"
"""Annotation of a claim whose binding is done on both sides."""
BOUND_BY_US: Final = "pv.kubernetes.io/bound-by-controller"
"""Annotation of a volume or a claim that the cluster, not a user, bound to the other."""
SELECTED_NODE: Final = "volume.kubernetes.io/selected-node"
"""Annotation of a claim: where the pod will run that waits for it."""
CLASS_ANNOTATION: Final = "volume.beta.kubernetes.io/storage-class"
_FIXED: Final = (
    "spec is immutable after creation except resources.requests and "
    "volumeAttributesClassName for bound claims"
)
_RESIZE_STATES: Final = (
    "ControllerResizeInProgress",
    "ControllerResizeInfeasible",
    "NodeResizePending",
    "NodeResizeInProgress",
    "NodeResizeInfeasible",
)
_REFERENCE: Final = {
    "APIGroup": ("apiGroup", None),
    "Kind": ("kind", ""),
    "Name": ("name", ""),
}
_SPEC: Final = Struct(
    {
        "AccessModes": ("accessModes", None),
        "Selector": ("selector", None),
        "Resources": (
            "resources",
            Struct({"Limits": ("limits", None), "Requests": ("requests", None)}),
        ),
        "VolumeName": ("volumeName", ""),
        "StorageClassName": ("storageClassName", None),
        "VolumeMode": ("volumeMode", None),
        "DataSource": ("dataSource", Struct(_REFERENCE, pointer=True)),
        "DataSourceRef": (
            "dataSourceRef",
            Struct({**_REFERENCE, "Namespace": ("namespace", None)}, pointer=True),
        ),
        "VolumeAttributesClassName": ("volumeAttributesClassName", None),
    }
)


def default(claim: Object) -> None:
    spec = spec_of(claim)
    claim_spec.fill(spec)
    for field_name in ("requests", "limits"):
        round_up(spec["resources"].get(field_name))
    if claim.get("status") is None:
        claim["status"] = {}
    first_text(claim["status"], "phase", "Pending")
    for field_name in ("capacity", "allocatedResources"):
        round_up(claim["status"].get(field_name))


def prepare_for_create(claim: Object, now_ms: int) -> None:
    claim["status"] = {"phase": "Pending"}


def validate(claim: Object) -> list[FieldError]:
    errors: Errors = []
    claim_spec.validate(errors, "spec", claim["spec"])
    return errors


def _annotation(claim: Object) -> str | None:
    value: str | None = (claim["metadata"].get("annotations") or {}).get(CLASS_ANNOTATION)
    return value


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    after, before = copy_value(new["spec"]), copy_value(old["spec"])
    if not before.get("volumeName") and after.get("volumeName"):
        before["volumeName"] = after["volumeName"]
    _class_changes(errors, new, old, after, before)
    size, old_size = (_storage(claim["spec"]) for claim in (new, old))
    requests = after["resources"].get("requests")
    if (new.get("status") or {}).get("phase") == "Bound" and requests is not None:
        requests["storage"] = old_size
    for spec in (after, before):
        spec.pop("volumeAttributesClassName", None)
    shown = [go_value(spec, _SPEC) for spec in (before, after)]
    if shown[0] != shown[1]:
        errors.append(forbidden("spec", f"{_FIXED}\n{json_diff(shown[0], shown[1])}"))
    if quantity.parse(size) < quantity.parse(old_size):
        recorded = get_path(old, "status.capacity.storage") or "0"
        if quantity.parse(size) <= quantity.parse(recorded):
            detail = "field can not be less than status.capacity"
            errors.append(forbidden("spec.resources.requests.storage", detail))
    immutable(errors, "volumeMode", new["spec"].get("volumeMode"), old["spec"].get("volumeMode"))
    _attributes_class(errors, new["spec"], old["spec"])
    return errors


def _storage(spec: Object) -> str:
    amount: str = ((spec.get("resources") or {}).get("requests") or {}).get("storage", "0")
    return amount


def _class_changes(errors: Errors, new: Object, old: Object, after: Object, before: Object) -> None:
    """A class may move from annotation to field, and be given once to a claim without one."""
    noted, was_noted = _annotation(new), _annotation(old)
    name, old_name = after.get("storageClassName"), before.get("storageClassName")
    if was_noted is not None and old_name is None and name == was_noted:
        after["storageClassName"] = None
        return
    if noted != was_noted:
        path = f"metadata.annotations.{CLASS_ANNOTATION}"
        errors.append(invalid(path, noted or "", IMMUTABLE))
    if was_noted is None and old_name is None and name is not None:
        after["storageClassName"] = None


def _attributes_class(errors: Errors, after: Object, before: Object) -> None:
    name, old_name = (spec.get("volumeAttributesClassName") for spec in (after, before))
    if old_name and not name:
        detail = "update from non-nil value to nil is forbidden"
        errors.append(forbidden("spec.volumeAttributesClassName", detail))


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    if not new["spec"].get("accessModes"):
        errors.append(required("Spec.accessModes"))
    status = new.get("status") or {}
    for name, amount in (status.get("capacity") or {}).items():
        basic_resource(errors, f"status.capacity[{name}]", amount)
    at = "status.allocatedResourceStatus"
    for name, state in (status.get("allocatedResourceStatuses") or {}).items():
        _allocated_name(errors, at, name)
        if state not in _RESIZE_STATES:
            errors.append(not_supported(at, name, sorted(_RESIZE_STATES)))
    at = "status.allocatedResources"
    for name, amount in (status.get("allocatedResources") or {}).items():
        _allocated_name(errors, at, name)
        basic_resource(errors, f"{at}[{name}]", amount)
    return errors


def _allocated_name(errors: Errors, path: str, name: str) -> None:
    messages = names.qualified_name(name)
    errors.extend(invalid(path, name, message) for message in messages)
    if messages:
        return
    if "/" not in name and name != "storage":
        errors.append(not_supported(path, name, ("storage",)))
    elif "/" in name and "kubernetes.io/" in name:
        errors.append(not_supported(path, name, ()))


def warn(new: Object, old: Object | None) -> list[str]:
    if new["metadata"].get("deletionTimestamp"):
        return []
    return list(warnings.claim_spec("spec", new["spec"]))


def _status(claim: Object, now_ms: int) -> Any:
    if claim["metadata"].get("deletionTimestamp"):
        return "Terminating"
    return get_path(claim, "status.phase") or ""


def _when_bound(value: Any) -> Any:
    def cell(claim: Object, now_ms: int) -> Any:
        return value(claim) if get_path(claim, "spec.volumeName") else ""

    return cell


def class_name(claim: Object, now_ms: int) -> str:
    """The storage class of a claim or volume: the old annotation wins."""
    noted = _annotation(claim)
    return (get_path(claim, "spec.storageClassName") or "") if noted is None else noted


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    warnings=warn,
    columns=(
        NAME,
        text("Status", _status, "@status.phase"),
        text("Volume", field("spec.volumeName"), "@spec.volumeName"),
        text(
            "Capacity",
            _when_bound(lambda claim: get_path(claim, "status.capacity.storage") or "0"),
            "@status.capacity",
        ),
        text(
            "Access Modes",
            _when_bound(lambda claim: access_modes(get_path(claim, "status.accessModes"))),
            "@status.accessModes",
        ),
        text("StorageClass", class_name, "StorageClass of the pvc"),
        text(
            "VolumeAttributesClass",
            field("spec.volumeAttributesClassName", UNSET),
            "VolumeAttributesClass of the pvc",
        ),
        AGE,
        text("VolumeMode", field("spec.volumeMode", UNSET), "@spec.volumeMode", 1),
    ),
    generation_ignores=None,
    delete_returns_object=True,
)
