"""Managed fields of every write, by the engine of `api.patch`."""

from __future__ import annotations

from typing import Final

from tuik8s.api.kinds.base import Kind
from tuik8s.api.patch import apply as server_side
from tuik8s.api.patch.fieldset import FieldSet
from tuik8s.api.patch.managed import track_update
from tuik8s.api.schema.decode import decode_object
from tuik8s.api.types import Object
from tuik8s.components.apiserver.options import WriteOptions

_STATUS_KEEPS: Final[dict[str, FieldSet]] = {
    "deployments.apps": {"f:spec": {}, "f:metadata": {"f:labels": {}}},
}
_CUSTOM_STATUS: Final[FieldSet] = {"f:spec": {}, "f:metadata": {}}


def ignored_fields(kind: Kind, subresource: str) -> FieldSet | None:
    """What a write to a subresource cannot set, where that differs from the usual."""
    if subresource != "status":
        return None
    return _CUSTOM_STATUS if kind.custom else _STATUS_KEEPS.get(kind.resource)


def update(
    kind: Kind, live: Object | None, new: Object, manager: str, subresource: str, now_ms: int
) -> Object:
    """new, with the fields that it changes owned by manager."""
    track_update(
        live,
        new,
        kind.schema,
        manager,
        kind.api_version,
        subresource,
        now_ms,
        ignored=ignored_fields(kind, subresource),
    )
    return new


def apply(
    kind: Kind,
    live: Object | None,
    config: Object,
    manager: str,
    force: bool,
    subresource: str,
    now_ms: int,
) -> Object:
    """live with an applied configuration merged in. Raises ApiError (409) for conflicts."""
    obj = server_side.apply(
        live,
        config,
        kind.schema,
        manager,
        force,
        kind.api_version,
        subresource,
        now_ms,
        ignored=ignored_fields(kind, subresource),
        kind=kind.kind,
    )
    obj, _ = decode_object(obj, kind.schema, kind.kind, False)
    head = {"kind": kind.kind, "apiVersion": kind.api_version}
    return {**head, **{k: v for k, v in obj.items() if k not in head}}


def apply_scale(
    kind: Kind, live: Object, config: Object, options: WriteOptions, path: str, now_ms: int
) -> Object:
    """live with the replicas of an applied Scale at path."""
    wanted: Object = {"kind": kind.kind, "apiVersion": kind.api_version}
    replicas = (config.get("spec") or {}).get("replicas")
    if replicas is not None:
        at = wanted
        *parents, last = path.split(".")
        for part in parents:
            at = at.setdefault(part, {})
        at[last] = replicas
    return apply(kind, live, wanted, options.field_manager, bool(options.force), "scale", now_ms)
