"""Structural schemas of custom resources: openAPIV3Schema in, nodes out; pruning and defaulting.

    node = from_openapi(schema)          raises nothing: definitions are validated where they enter
    decode_object(value, node)           prunes, defaults, checks metadata as for any kind
    check.check(value, node)             then validates values

The root knows apiVersion, kind and a typed `metadata`, whatever its schema says. What is not in a
schema is pruned unless `x-kubernetes-preserve-unknown-fields` keeps it. Null in a field that may
not be null, and has a default, counts as absent.

Source: k8s.io/apiextensions-apiserver pkg/apiserver/schema (structural, pruning, defaulting),
1.36; golden/policy, "Custom resources".
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.schema.node import Node, NodeType
from tuik8s.api.schema.packed import load
from tuik8s.api.schema.scalars import DecodeError, Found, Walk
from tuik8s.api.schema.walk import walk_of
from tuik8s.api.types import Object

_OBJECT_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_TYPES: Final[dict[str, NodeType]] = {
    "object": "object",
    "array": "list",
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}
_VALUE_CHECKS: Final = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems"),
    *("minProperties", "maxProperties", "enum", "format"),
)
_MANY: Final = ("allOf", "anyOf", "oneOf")


class StructuralRoot(Node):
    """The root of a custom kind's schema; `source` is the schema that it was made from."""

    __slots__ = ("source",)

    def __init__(self, source: Object) -> None:
        super().__init__("object")
        self.source = source


def from_openapi(schema: Object) -> Node:
    """The node of a custom kind's whole object."""
    root = StructuralRoot(schema)
    _fill(root, schema)
    root.type = "object"
    root.fields = {**root.fields, **_type_fields()}
    root.walk = _root_walk(root)
    return root


def _type_fields() -> dict[str, Node]:
    return {
        "apiVersion": Node("string"),
        "kind": Node("string"),
        "metadata": load(_OBJECT_META),
    }


def _node(schema: Object) -> Node:
    node_type = _TYPES.get(schema.get("type", ""), "any")
    values = schema.get("additionalProperties")
    if node_type == "object" and values and not schema.get("properties"):
        node_type = "map"
    node = Node(node_type)
    _fill(node, schema)
    return node


def _fill(node: Node, schema: Object) -> None:
    node.fields = {name: _node(sub) for name, sub in schema.get("properties", {}).items()}
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        node.items = _node(values)
    elif values:
        node.preserve_unknown = True
        node.items = Node("any") if node.type == "map" else None
        if node.items is not None:
            node.items.preserve_unknown = True
    if isinstance(schema.get("items"), dict):
        node.items = _node(schema["items"])
    if schema.get("x-kubernetes-int-or-string"):
        node.format = "int-or-string"
    else:
        node.format = schema.get("format", "")
    node.nullable = bool(schema.get("nullable"))
    node.preserve_unknown |= bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    node.embedded = bool(schema.get("x-kubernetes-embedded-resource"))
    if node.embedded:
        node.fields = {**_type_fields(), **node.fields}
    node.required = tuple(schema.get("required", ()))
    node.list_type = schema.get("x-kubernetes-list-type", "atomic")
    node.list_keys = tuple(schema.get("x-kubernetes-list-map-keys", ()))
    node.map_type = schema.get("x-kubernetes-map-type", "granular")
    node.rules = tuple(schema.get("x-kubernetes-validations", ()))
    if "default" in schema:
        node.default = schema["default"]
    node.checks = _checks(schema)


def _checks(schema: Object) -> dict[str, Any]:
    """What `check` looks at; the members of allOf and its like are nodes without structure."""
    checks = {name: schema[name] for name in _VALUE_CHECKS if schema.get(name) is not None}
    for name in _MANY:
        if schema.get(name):
            checks[name] = tuple(_node(sub) for sub in schema[name])
    if schema.get("not"):
        checks["not"] = _node(schema["not"])
    return checks


def _root_walk(root: Node) -> Walk:
    metadata = root.fields["metadata"]

    def walk(value: Any, found: Found) -> Any:
        for name in ("apiVersion", "kind"):
            if value.get(name, "") is None:
                del value[name]
        if value.get("metadata") is None:
            value["metadata"] = {}
        try:
            walk_of(metadata)(value["metadata"], found)
        except DecodeError as error:
            error.enter("", "metadata")
            raise
        prune(value, root, found, skip=("metadata",))
        fill_defaults(value, root, skip=("metadata",))
        return value

    return walk


def prune(value: Any, node: Node, found: Found, skip: tuple[str, ...] = ()) -> None:
    """Collect (container, key) of every field that the schema does not know."""
    if isinstance(value, list):
        if node.items is not None:
            for item in value:
                prune(item, node.items, found)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in skip:
                continue
            child = node.fields.get(key) or node.items
            if child is not None:
                prune(item, child, found)
            elif not node.preserve_unknown:
                found.append((value, key))


def fill_defaults(value: Any, node: Node, skip: tuple[str, ...] = ()) -> None:
    """Fill in the defaults of absent fields, everywhere in a value."""
    if isinstance(value, list):
        if node.items is not None:
            for item in value:
                fill_defaults(item, node.items)
    elif isinstance(value, dict):
        _default_fields(value, node, skip)
        for key, item in value.items():
            child = node.fields.get(key) or node.items
            if child is not None and key not in skip:
                fill_defaults(item, child)


def _default_fields(value: Object, node: Node, skip: tuple[str, ...]) -> None:
    for name, field in node.fields.items():
        if field.default is Node.ABSENT:
            if value.get(name, "") is None and not field.nullable and name not in skip:
                del value[name]
            continue
        if name not in value or (value[name] is None and not field.nullable):
            value[name] = _copied(field.default)
    values = node.items
    if values is not None and values.default is not Node.ABSENT and not values.nullable:
        for key in [key for key, item in value.items() if item is None]:
            value[key] = _copied(values.default)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
