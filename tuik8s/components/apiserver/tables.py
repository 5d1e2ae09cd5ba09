"""Tables: the columns that kubectl prints, as cells made by the server.

A kind's columns are its own, those of a custom resource's definition, or name and creation time.

Source: k8s.io/apiserver pkg/registry/rest/table.go, pkg/endpoints/handlers/response.go,
apiextensions-apiserver pkg/registry/customresource/tableconvertor (1.36).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuik8s.api.kinds.base import Column, Kind
from tuik8s.api.meta import metadata_of
from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object

NAME_TEXT: Final = (
    "Name must be unique within a namespace. Is required when creating resources, although some "
    "resources may allow a client to request the generation of an appropriate name automatically. "
    "Name is primarily intended for creation idempotence and configuration definition. Cannot be "
    "updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/"
    "names#names"
)
CREATED_TEXT: Final = (
    "CreationTimestamp is a timestamp representing the server time when this object was created. "
    "It is not guaranteed to be set in happens-before order across separate operations. Clients "
    "may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the "
    "system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/"
    "devel/sig-architecture/api-conventions.md#metadata"
)


def _name(obj: Object, _now_ms: int) -> str:
    return str(metadata_of(obj).get("name", ""))


def _created(obj: Object, _now_ms: int) -> str:
    return str(metadata_of(obj).get("creationTimestamp") or "")


def age(obj: Object, now_ms: int) -> str:
    """How old an object is, as kubectl prints it."""
    created = metadata_of(obj).get("creationTimestamp")
    return human_duration(now_ms - parse_time(created)) if created else "<unknown>"


_PLAIN: Final = (
    Column("Name", "string", _name, format="name", description=NAME_TEXT),
    Column("Created At", "date", _created, description=CREATED_TEXT),
)


def columns_of(kind: Kind, objects: Sequence[Object]) -> tuple[Column, ...]:
    """The columns of a table of a kind; answers of another kind (Scale) have plain ones."""
    if kind.rules.columns and (not objects or objects[0].get("kind", kind.kind) == kind.kind):
        return kind.rules.columns
    return _PLAIN


def definitions(columns: Sequence[Column]) -> list[Object]:
    """The header of a table."""
    return [
        {
            "name": column.name,
            "type": column.type,
            "format": column.format,
            "description": column.description,
            "priority": column.priority,
        }
        for column in columns
    ]


def row(obj: Object, columns: Sequence[Column], include: str, version: str, now_ms: int) -> Object:
    """One object as a row."""
    out: Object = {"cells": [column.value(obj, now_ms) for column in columns]}
    conditions = _conditions(obj)
    if conditions:
        out["conditions"] = conditions
    if include == "None":
        out["object"] = None
    elif include == "Object":
        out["object"] = obj
    else:
        api_version = f"meta.k8s.io/{version}"
        meta = obj.get("metadata", {})
        out["object"] = {
            "kind": "PartialObjectMetadata",
            "apiVersion": api_version,
            "metadata": meta,
        }
    return out


def _conditions(obj: Object) -> list[Object]:
    """Finished pods say so in their row."""
    if obj.get("kind") != "Pod":
        return []
    texts = {
        "Succeeded": "The pod has completed successfully.",
        "Failed": "The pod failed.",
    }
    phase = (obj.get("status") or {}).get("phase", "")
    if phase not in texts:
        return []
    return [{"type": "Completed", "status": "True", "reason": phase, "message": texts[phase]}]
