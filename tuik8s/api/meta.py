"""Reading and changing the metadata, conditions and owners of plain JSON objects.

Readers give empty values for what is absent, so that callers need no guards. Functions named
`set_*`, `remove_*` and `delete_*` change the object in place: copy objects of a cache first.

Source: k8s.io/apimachinery pkg/apis/meta/v1 (accessors, `IsControlledBy`, `NewControllerRef`) and
pkg/api/meta/conditions.go; here on JSON values, without struct types.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from tuik8s.api.types import Object

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder()
_SCALARS = frozenset((str, int, float, bool, type(None)))


def copy_value(value: Any) -> Any:
    """Deep copy of any JSON value."""
    kind = type(value)
    if kind is dict:
        return {k: v if type(v) in _SCALARS else copy_value(v) for k, v in value.items()}
    if kind is list:
        return [v if type(v) in _SCALARS else copy_value(v) for v in value]
    return value


def copy_object(obj: Object) -> Object:
    """Deep copy of an object, through msgpack: measured at half the time of `copy_value`."""
    return cast("Object", _DECODER.decode(_ENCODER.encode(obj)))


def metadata_of(obj: Object) -> Object:
    return obj.get("metadata") or {}


def name_of(obj: Object) -> str:
    return cast("str", metadata_of(obj).get("name") or "")


def namespace_of(obj: Object) -> str:
    return cast("str", metadata_of(obj).get("namespace") or "")


def uid_of(obj: Object) -> str:
    return cast("str", metadata_of(obj).get("uid") or "")


def generation_of(obj: Object) -> int:
    return cast("int", metadata_of(obj).get("generation") or 0)


def labels_of(obj: Object) -> dict[str, str]:
    return metadata_of(obj).get("labels") or {}


def annotations_of(obj: Object) -> dict[str, str]:
    return metadata_of(obj).get("annotations") or {}


def finalizers_of(obj: Object) -> list[str]:
    return metadata_of(obj).get("finalizers") or []


def owners_of(obj: Object) -> list[Object]:
    return metadata_of(obj).get("ownerReferences") or []


def set_label(obj: Object, key: str, value: str) -> None:
    _ensure_map(_ensure_map(obj, "metadata"), "labels")[key] = value


def set_annotation(obj: Object, key: str, value: str) -> None:
    _ensure_map(_ensure_map(obj, "metadata"), "annotations")[key] = value


def add_finalizer(obj: Object, finalizer: str) -> bool:
    """Add a finalizer; False when it was there."""
    metadata = _ensure_map(obj, "metadata")
    present = metadata.get("finalizers") or []
    if finalizer in present:
        return False
    metadata["finalizers"] = [*present, finalizer]
    return True


def remove_finalizer(obj: Object, finalizer: str) -> bool:
    """Remove a finalizer; False when it was not there."""
    metadata = metadata_of(obj)
    present = metadata.get("finalizers") or []
    if finalizer not in present:
        return False
    left = [f for f in present if f != finalizer]
    if left:
        metadata["finalizers"] = left
    else:
        del metadata["finalizers"]
    return True


def is_deleting(obj: Object) -> bool:
    """Whether deletion was asked for and the object still waits for it."""
    return bool(metadata_of(obj).get("deletionTimestamp"))


def is_terminal(pod: Object) -> bool:
    """Whether a pod has run to its end: phase Succeeded or Failed."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def controller_of(obj: Object) -> Object | None:
    """The owner reference whose `controller` is true."""
    for reference in owners_of(obj):
        if reference.get("controller"):
            return reference
    return None


def is_controlled_by(obj: Object, owner: Object) -> bool:
    """Whether `owner` is the controller of `obj`; the uid decides, names may be reused."""
    reference = controller_of(obj)
    return reference is not None and reference.get("uid") == uid_of(owner)


def owner_reference(owner: Object, controller: bool = True) -> Object:
    """A reference to `owner`; a controller's also blocks the owner's foreground deletion."""
    reference: Object = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": name_of(owner),
        "uid": uid_of(owner),
    }
    if controller:
        reference["controller"] = True
        reference["blockOwnerDeletion"] = True
    return reference


def split_api_version(api_version: str) -> tuple[str, str]:
    group, _, version = api_version.rpartition("/")
    return group, version


def condition(obj: Object, condition_type: str) -> Object | None:
    """The condition of that type in `status.conditions`."""
    for candidate in (obj.get("status") or {}).get("conditions") or ():
        if candidate.get("type") == condition_type:
            return cast("Object", candidate)
    return None


def is_condition_true(obj: Object, condition_type: str) -> bool:
    found = condition(obj, condition_type)
    return found is not None and found.get("status") == "True"


def set_condition(
    obj: Object,
    condition_type: str,
    status: str,
    *,
    now: str,
    reason: str = "",
    message: str = "",
    observed_generation: int | None = None,
    update_time: bool = False,
) -> bool:
    """Set a condition; True when anything changed.

    now: the formatted time that `lastTransitionTime` takes when the status differs from before.
    update_time: whether the kind's conditions have `lastUpdateTime` (Deployments do).
    """
    conditions = _ensure_map(obj, "status").setdefault("conditions", [])
    wanted: Object = {"type": condition_type, "status": status}
    if observed_generation is not None:
        wanted["observedGeneration"] = observed_generation
    wanted.update({k: v for k, v in (("reason", reason), ("message", message)) if v})
    old = condition(obj, condition_type)
    if old is None:
        times = {"lastUpdateTime": now} if update_time else {}
        conditions.append({**wanted, **times, "lastTransitionTime": now})
        return True
    if _without(old, ("lastTransitionTime", "lastUpdateTime", "lastProbeTime")) == wanted:
        return False
    if old.get("status") != status:
        old["lastTransitionTime"] = now
    if update_time:
        old["lastUpdateTime"] = now
    for key in ("reason", "message", "observedGeneration"):
        if key not in wanted:
            old.pop(key, None)
    old.update(wanted)
    return True


def get_path(obj: Any, path: str, default: Any = None) -> Any:
    """The value at a dotted path of map keys; `default` when a step is absent or no map."""
    for step in path.split("."):
        if type(obj) is not dict or step not in obj:
            return default
        obj = obj[step]
    return obj


def set_path(obj: Object, path: str, value: Any) -> None:
    """Set the value at a dotted path, making the maps on the way."""
    *parents, last = path.split(".")
    for step in parents:
        obj = _ensure_map(obj, step)
    obj[last] = value


def _ensure_map(obj: Object, key: str) -> Object:
    child = obj.get(key)
    if child is None:
        child = obj[key] = {}
    return cast("Object", child)


def _without(obj: Object, keys: tuple[str, ...]) -> Object:
    return {k: v for k, v in obj.items() if k not in keys}
