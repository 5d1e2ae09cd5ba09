"""Tables: the columns that kubectl prints, as cells made by the server.

A kind's columns are its own, those of a custom resource's definition, or name and creation time.
A description `@path` stands for what the kind's schema says of that field.

Source: k8s.io/apiserver pkg/registry/rest/table.go, pkg/endpoints/handlers/response.go,
apiextensions-apiserver pkg/registry/customresource/tableconvertor (1.36).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tuik8s.api.kinds.base import Column, Kind
from tuik8s.api.kinds.printing import AGE, DEFAULT_COLUMNS, NAME
from tuik8s.api.openapi.descriptions import describe
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object


def columns_of(kind: Kind, objects: Sequence[Object]) -> tuple[Column, ...]:
    """The columns of a table of a kind; answers of another kind (Scale) have plain ones."""
    if objects and objects[0].get("kind", kind.kind) != kind.kind:
        return DEFAULT_COLUMNS
    return kind.rules.columns or ((NAME, AGE) if kind.custom else DEFAULT_COLUMNS)


def definitions(kind: Kind, columns: Sequence[Column]) -> list[Object]:
    """The header of a table."""
    return [
        {
            "name": column.name,
            "type": column.type,
            "format": column.format,
            "description": _description(kind, column),
            "priority": column.priority,
        }
        for column in columns
    ]


def _description(kind: Kind, column: Column) -> str:
    if not column.description.startswith("@"):
        return column.description
    path = column.description[1:]
    return _metadata_text(path) or _text_of(kind.schema, path)


@lru_cache(maxsize=16)
def _metadata_text(path: str) -> str:
    owner, _, field = path.rpartition(".")
    if owner != "metadata":
        return ""
    return describe("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")[1].get(field, "")


def _text_of(node: Node, path: str) -> str:
    *parents, last = path.split(".")
    for name in parents:
        child = node.fields.get(name)
        if child is None:
            return ""
        node = child.items if child.items is not None else child
    return describe(node.description_id)[1].get(last, "") if node.description_id else ""


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
        out["object"] = {
            "kind": "PartialObjectMetadata",
            "apiVersion": f"meta.k8s.io/{version}",
            "metadata": obj.get("metadata", {}),
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
