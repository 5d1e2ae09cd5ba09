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
    spec, names = crd["spec"], crd["spec"]["names"]
    found = []
    for version in spec.get("versions") or ():
        if version.get("served") and version.get("storage"):
            found.append(
                Kind(
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
            )
    return found
