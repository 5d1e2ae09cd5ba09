"""The kinds that a CustomResourceDefinition brings, for tables.

Names, scope and printer columns.
"""

from __future__ import annotations

from tuik8s.api.kinds.base import Kind, Rules
from tuik8s.api.kinds.custom_resource_definition.columns import columns_of
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object

VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")


def kinds_of(crd: Object) -> list[Kind]:
    """The version under which objects are stored, if it is served."""
    versions = crd["spec"].get("versions") or ()
    return [_kind(crd["spec"], v) for v in versions if v.get("served") and v.get("storage")]


def _kind(spec: Object, version: Object) -> Kind:
    names = spec["names"]
    return Kind(
        group=spec["group"],
        version=version["name"],
        kind=names["kind"],
        plural=names["plural"],
        singular=names.get("singular") or names["kind"].lower(),
        namespaced=spec["scope"] == "Namespaced",
        verbs=VERBS,
        schema=Node("any"),
        rules=Rules(columns=columns_of(version)),
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        list_kind=names.get("listKind", ""),
        custom=True,
    )
