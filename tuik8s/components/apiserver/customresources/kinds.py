"""From a definition to the kinds that it adds, one for each served version.

Source: k8s.io/apiextensions-apiserver pkg/apiserver/customresource_handler.go,
customresource_discovery_controller.go (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.base import Kind, Rules, Subresource
from tuik8s.api.kinds.custom_resource_definition.columns import columns_of
from tuik8s.api.names import name_is_subdomain
from tuik8s.api.schema.check import check
from tuik8s.api.schema.node import Node
from tuik8s.api.schema.structural import from_openapi
from tuik8s.api.types import Object
from tuik8s.components.apiserver.customresources import expressions, replicas
from tuik8s.components.apiserver.customresources.ratcheting import unforgiven

VERBS: Final = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
_PART_VERBS: Final = ("get", "patch", "update")


def kinds_of(definition: Object) -> list[Kind]:
    """The kinds of a definition, the version that objects are stored in first."""
    spec = definition["spec"]
    served = [version for version in spec["versions"] if version.get("served")]
    served.sort(key=lambda version: not version.get("storage"))
    return [_kind(definition, version) for version in served]


def version_of(definition: Object, name: str) -> Object:
    """One version of a definition."""
    found: Object = next(v for v in definition["spec"]["versions"] if v["name"] == name)
    return found


def _kind(definition: Object, version: Object) -> Kind:
    spec, names = definition["spec"], definition["status"]["acceptedNames"]
    schema = (version.get("schema") or {}).get("openAPIV3Schema") or {"type": "object"}
    if spec.get("preserveUnknownFields"):
        schema = {**schema, "x-kubernetes-preserve-unknown-fields": True}
    node = from_openapi(schema)
    parts = version.get("subresources") or {}
    return Kind(
        group=spec["group"],
        version=version["name"],
        kind=names["kind"],
        plural=names["plural"],
        singular=names["singular"],
        namespaced=spec["scope"] == "Namespaced",
        verbs=VERBS,
        schema=node,
        rules=_rules(version, node, _deprecation(definition, version)),
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        subresources=_subresources(spec["group"], version["name"], names["kind"], parts),
        list_kind=names["listKind"],
        custom=True,
    )


def _subresources(group: str, version: str, kind: str, parts: Object) -> tuple[Subresource, ...]:
    found: list[Subresource] = []
    if parts.get("status") is not None:
        found.append(Subresource("status", group, version, kind, _PART_VERBS))
    if parts.get("scale") is not None:
        found.append(Subresource("scale", "autoscaling", "v1", "Scale", _PART_VERBS))
    return tuple(found)


def _deprecation(definition: Object, version: Object) -> str:
    if not version.get("deprecated"):
        return ""
    spec = definition["spec"]
    said: str = version.get("deprecationWarning") or ""
    return said or f"{spec['group']}/{version['name']} {spec['names']['kind']} is deprecated"


def _rules(version: Object, node: Node, deprecation: str) -> Rules:
    judged = expressions.has_rules(node)
    scale = (version.get("subresources") or {}).get("scale")

    def validate(obj: Object) -> list[FieldError]:
        return _judged(check(obj, node), obj, None) + replicas.judge(obj, scale)

    def validate_update(new: Object, old: Object) -> list[FieldError]:
        found = unforgiven(check(new, node), new, old, node)
        return _judged(found, new, old) + replicas.judge(new, scale)

    def _judged(found: list[FieldError], new: Object, old: Object | None) -> list[FieldError]:
        if not judged:
            return found
        if expressions.is_blocked(found):
            return [*found, expressions.unchecked()]
        return found + expressions.judge(new, old, node)

    paths = [entry["jsonPath"].strip("{}").lstrip(".") for entry in _selectable(version)]
    return Rules(
        validate=validate,
        validate_update=validate_update,
        validate_status=validate_update,
        columns=columns_of(version),
        selectable={path: path for path in paths},
        validate_name=name_is_subdomain,
        unconditional_update=False,
        deprecation=deprecation,
    )


def _selectable(version: Object) -> list[Any]:
    return list(version.get("selectableFields") or ())
