"""Component schemas of custom kinds, from the schema of their definition.

Source: k8s.io/apiextensions-apiserver pkg/controller/openapi/builder; golden/policy crd-openapi.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from tuik8s.api.kinds.base import Kind
from tuik8s.api.openapi.operations import META
from tuik8s.api.openapi.schemas import PREFIX, builtin_schema
from tuik8s.api.types import Object

_POD: Final = "io.k8s.api.core.v1.Pod"
_POD_LIST: Final = "io.k8s.api.core.v1.PodList"


def schema_id(group: str, version: str, kind: str) -> str:
    """com.example.v1.Widget for a Widget of example.com/v1."""
    return ".".join((*reversed(group.split(".")), version, kind))


def schemas_of(kinds: Iterable[Kind]) -> dict[str, Object]:
    """Schemas of the custom ones among some kinds, and of their lists, by id."""
    found: dict[str, Object] = {}
    for kind in kinds:
        if kind.custom:
            name = schema_id(kind.group, kind.version, kind.kind)
            found[name] = _schema(kind)
            found[schema_id(kind.group, kind.version, kind.list_kind)] = _list_schema(kind, name)
    return found


def fingerprint(kind: Kind) -> str:
    """What a kind's part of a document depends on."""
    source = msgspec.json.encode(source_of(kind)).decode() if kind.custom else ""
    subresources = ",".join(sub.name for sub in kind.subresources)
    return f"{kind.kind} {kind.plural} {kind.namespaced} {subresources} {source}"


def source_of(kind: Kind) -> Object:
    """The openAPIV3Schema that a custom kind was defined with."""
    source: Object = getattr(kind.schema, "source", {})
    return source


def _schema(kind: Kind) -> Object:
    source = dict(source_of(kind))
    properties = dict(source.get("properties", {}))
    metadata = {"allOf": [{"$ref": f"{PREFIX}{META}ObjectMeta"}]}
    type_meta = builtin_schema(_POD)["properties"]
    properties |= {name: type_meta[name] for name in ("apiVersion", "kind")}
    text = type_meta["metadata"].get("description")
    properties["metadata"] = {"description": text, **metadata} if text else metadata
    return {
        **source,
        "type": "object",
        "properties": dict(sorted(properties.items())),
        **_marks(kind, kind.kind),
    }


def _list_schema(kind: Kind, item: str) -> Object:
    like = builtin_schema(_POD_LIST)["properties"]
    properties = {name: like[name] for name in ("apiVersion", "kind")}
    more = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md"
    properties["items"] = {
        "description": f"List of {kind.plural}. More info: {more}",
        "type": "array",
        "items": {"$ref": PREFIX + item},
    }
    metadata = {key: value for key, value in like["metadata"].items() if key != "default"}
    return {
        "description": f"{kind.list_kind} is a list of {kind.kind}",
        "type": "object",
        "required": ["items"],
        "properties": {**properties, "metadata": metadata},
        **_marks(kind, kind.list_kind),
    }


def _marks(kind: Kind, name: str) -> Object:
    mark = {"group": kind.group, "kind": name, "version": kind.version}
    return {"x-kubernetes-group-version-kind": [mark]}
