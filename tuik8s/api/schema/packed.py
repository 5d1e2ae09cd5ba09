"""Reads the compiled schemas: package data in, shared nodes out.

The data file (`tools/compile_schemas.py` writes it) lists kinds, and maps schema ids to packed
schemas:

    p fields by name    r required fields    g [[group, version, kind] ...]
    t type              f format             x map type

and a field is packed as

    t type   f format   $ schema id   d default   e enum   i items   a values of a map
    l list type   k list keys   m merge key   s patch strategies   x map type   z flags
    y Go's name of a text type (of the items, where the field is a list)

A schema is unpacked when it is first asked for and its node shared from then on, so that trees
are cyclic where types are, and a start pays only for what it uses. A field that adds a default to
a shared type gets a node of its own that shares the type's `fields`.
"""

from __future__ import annotations

import zlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from tuik8s.api.schema.node import Node, NodeType

_DATA: Final = Path(__file__).parent / "data"

FLAG_ZERO_IS_MEANT: Final = 1
FLAG_DEFAULT_LEFT_OUT: Final = 2
FLAG_WRITTEN_AS_NULL: Final = 4

_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."
_EXTENSIONS: Final = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
_NAMED_SCALARS: Final[dict[str, tuple[NodeType, str]]] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": ("string", "quantity"),
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": ("any", "int-or-string"),
    _META + "Time": ("string", "date-time"),
    _META + "MicroTime": ("string", "micro-time"),
    _META + "FieldsV1": ("any", ""),
    _META + "Patch": ("any", ""),
    "io.k8s.apimachinery.pkg.runtime.RawExtension": ("any", ""),
    _EXTENSIONS + "JSON": ("any", ""),
    _EXTENSIONS + "CustomResourceSubresourceStatus": ("any", ""),
}
_SCHEMA_OR: Final = {
    _EXTENSIONS + "JSONSchemaPropsOrArray": "schema-or-array",
    _EXTENSIONS + "JSONSchemaPropsOrBool": "schema-or-bool",
    _EXTENSIONS + "JSONSchemaPropsOrStringArray": "schema-or-strings",
}

Packed = dict[str, Any]


def read_data(name: str, expected: Any) -> Any:
    """The content of one data file as the expected type."""
    path = _DATA / f"{name}.msgpack.z"
    return msgspec.msgpack.decode(zlib.decompress(path.read_bytes()), type=expected)


class _Data(msgspec.Struct):
    kinds: list[tuple[str, str, str, str]]
    schemas: dict[str, msgspec.Raw]


@lru_cache(maxsize=1)
def _data() -> _Data:
    return cast(_Data, read_data("schemas", _Data))


def schema_ids() -> tuple[str, ...]:
    """Every schema id, in alphabetical order."""
    return tuple(_data().schemas)


@cache
def packed_schema(schema_id: str) -> Packed:
    """The packed schema of an id; KeyError if there is none."""
    return cast(Packed, msgspec.msgpack.decode(_data().schemas[schema_id]))


@lru_cache(maxsize=1)
def schema_ids_by_kind() -> dict[tuple[str, str, str], str]:
    """(group, version, kind) -> schema id, for everything that has a kind."""
    return {(group, version, kind): name for group, version, kind, name in _data().kinds}


class LazyNode(Node):
    """A node of a named type that unpacks its fields when they are first asked for."""

    __slots__ = ("schema_id",)

    def __init__(self, schema_id: str) -> None:
        super().__init__("object")
        del self.fields
        self.schema_id = schema_id

    def __getattr__(self, name: str) -> Any:
        # Only slots that are not filled yet come here.
        if name != "fields":
            raise AttributeError(name)
        self.fields = fields_of(self.schema_id)
        return self.fields

    def variant(self) -> LazyNode:
        """A node of the same type for one field to mark; the fields stay shared."""
        node = LazyNode(self.schema_id)
        node.go_type = self.go_type
        node.description_id = self.description_id
        node.required = self.required
        node.map_type = self.map_type
        return node


_NODES: Final[dict[str, Node]] = {}
_FIELDS: Final[dict[str, dict[str, Node]]] = {}


def load(schema_id: str) -> Node:
    """The shared node of a schema id."""
    node = _NODES.get(schema_id)
    if node is None:
        node = _NODES[schema_id] = _unpack_schema(schema_id)
    return node


def load_kind(group: str, version: str, kind: str) -> Node:
    """The shared node of a kind; KeyError if the built-in schemas have none."""
    return load(schema_ids_by_kind()[group, version, kind])


def fields_of(schema_id: str) -> dict[str, Node]:
    """The fields of a named type, unpacked once."""
    fields = _FIELDS.get(schema_id)
    if fields is None:
        fields = _FIELDS[schema_id] = {}
        packed = packed_schema(schema_id)
        required = packed.get("r", ())
        for name, field in packed.get("p", {}).items():
            fields[name] = _unpack_field(schema_id, field, name in required)
    return fields


def _unpack_schema(schema_id: str) -> Node:
    node: Node
    go_type = schema_id.rsplit(".", 1)[1]
    if schema_id in _NAMED_SCALARS:
        node_type, node_format = _NAMED_SCALARS[schema_id]
        node = Node(node_type)
        node.format = node_format
        node.preserve_unknown = node_type == "any"
        return node
    if schema_id in _SCHEMA_OR:
        node = Node("any")
        node.format = _SCHEMA_OR[schema_id]
        node.items = load(_EXTENSIONS + "JSONSchemaProps")
        return node
    packed = packed_schema(schema_id)
    node = LazyNode(schema_id)
    node.go_type = go_type
    node.description_id = schema_id
    node.required = tuple(packed.get("r", ()))
    if packed.get("x"):
        node.map_type = packed["x"]
    return node


def _unpack_field(owner: str, field: Packed, is_required: bool) -> Node:
    node = _unpack_type(owner, field)
    default = field.get("d", Node.ABSENT)
    flags = field.get("z", 0)
    is_scalar = node.type in ("string", "integer", "boolean", "number")
    node.written_as_null = bool(flags & FLAG_WRITTEN_AS_NULL) or (
        is_required and node.type == "list"
    )
    if default is not Node.ABSENT and not flags & FLAG_DEFAULT_LEFT_OUT:
        node.default = default
    elif not flags & FLAG_ZERO_IS_MEANT and not field.get("$"):
        node.omits_zero = is_scalar or (not is_required and not node.written_as_null)
    if "y" in field:
        named = node.items if node.type == "list" and node.items is not None else node
        if named.type == "string":
            named.go_type = field["y"]
    if "s" in field:
        node.merge_strategies = tuple(field["s"].split(","))
    node.merge_key = field.get("m", "")
    if "x" in field:
        node.map_type = field["x"]
    return node


def _unpack_type(owner: str, field: Packed) -> Node:
    """A node of its own for the field (sharing the fields of a named type)."""
    if "$" in field:
        node = load(field["$"])
        return node.variant() if isinstance(node, LazyNode) else _unpack_schema(field["$"])
    field_type = field.get("t", "")
    if field_type == "array":
        node = Node("list")
        node.items = _unpack_type(owner, field["i"])
        node.list_type = field.get("l", "atomic")
        node.list_keys = tuple(field.get("k", ()))
    elif field_type == "object" and "a" in field:
        node = Node("map")
        node.items = _unpack_type(owner, field["a"])
        if node.items.format == "quantity" and owner.startswith(_RESOURCE_LISTS):
            node.format = "resource-list"
    elif field_type in ("string", "integer", "boolean", "number"):
        node = Node(field_type)
        node.format = field.get("f", "")
    else:
        node = Node("any")
    return node


_RESOURCE_LISTS: Final = ("io.k8s.api.core.v1.", "io.k8s.api.node.v1.")
