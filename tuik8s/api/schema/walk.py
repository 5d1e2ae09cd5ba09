"""The walker, compiled: each node becomes a function that checks and normalises its values.

    function(value, found) -> the value to store, the same object wherever nothing changes

Objects are changed in place. A function is compiled when its node first meets a value, so a start
costs nothing. What the functions do is what a value suffers on its way through a Go struct: wrong
types are refused in Go's words, null is absent, empty values of fields that do not distinguish
them are dropped, scalars are normalised, and the schema's defaults are filled in. Unknown fields
are only collected (`found`: container and key); `decode` reports and removes them, because nearly
every object has none.

Source: encoding/json and sigs.k8s.io/json decoding into the API's structs (omitempty, pointers).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuik8s.api.schema.node import Node
from tuik8s.api.schema.packed import LazyNode, load
from tuik8s.api.schema.scalars import (
    FAST,
    PLAIN,
    SPECIAL,
    DecodeError,
    Found,
    Walk,
    mismatch,
    resource_amount,
)


def walk_of(node: Node) -> Walk:
    """The compiled function of a node."""
    walk: Walk | None = node.walk
    if walk is None:
        walk = node.walk = _compile(node)
    return walk


def go_type_of(node: Node) -> str:
    """The Go type of a node's values, as error messages print it."""
    if node.type == "object":
        package = node.description_id.rsplit(".", 2)[-2] if node.description_id else "v1"
        return f"{package}.{node.go_type}"
    if node.format == "resource-list":
        return "v1.ResourceList"
    if node.type == "list":
        return "[]" + go_type_of(_items(node))
    if node.type == "map":
        return "map[string]" + go_type_of(_items(node))
    if node.format == "byte":
        return "[]uint8"
    if node.type == "string" and node.go_type:
        return node.go_type
    named = {"boolean": "bool", "number": "float64", "integer": node.format or "int64"}
    return named.get(node.type, "string")


def _items(node: Node) -> Node:
    assert node.items is not None, f"{node.type} node without items"
    return node.items


def _compile(node: Node) -> Walk:
    if isinstance(node, LazyNode):
        shared = load(node.schema_id)
        return _compile_object(node) if shared is node else walk_of(shared)
    if node.type == "object":
        return _compile_object(node)
    if node.type == "map":
        return _compile_map(node)
    if node.type == "list":
        return _compile_list(node)
    if node.type == "any" and node.format.startswith("schema-or-"):
        return _compile_schema_or(node)
    if node.type == "string" and node.go_type:
        return _named_text(node.go_type)
    special = SPECIAL.get(node.format)
    if special is not None:
        return special
    return PLAIN[node.type]


def _named_text(go_type: str) -> Walk:
    def walk(value: Any, found: Found) -> Any:
        if type(value) is not str:
            raise mismatch(value, go_type)
        return value

    return walk


def _compile_object(node: Node) -> Walk:
    go_type = node.go_type
    plan: dict[str, tuple[type | None, bool, Walk]] = {}
    defaults: list[tuple[str, Callable[[], Any]]] = []
    compiled = False

    def compile_fields() -> None:
        nonlocal compiled
        compiled = True
        for name, field in node.fields.items():
            plan[name] = (FAST.get((field.type, field.format)), field.omits_zero, _late(field))
            if field.default is not Node.ABSENT:
                defaults.append((name, _maker(field)))

    def walk(value: Any, found: Found) -> Any:
        if type(value) is not dict:
            raise mismatch(value, go_type_of(node))
        if not compiled:
            compile_fields()
        dropped: list[str] | None = None
        for key, item in value.items():
            entry = plan.get(key)
            if entry is None:
                found.append((value, key))
                continue
            expected, omits_zero, step = entry
            if type(item) is not expected:
                if item is None:
                    dropped = [key] if dropped is None else [*dropped, key]
                    continue
                try:
                    new = step(item, found)
                except DecodeError as error:
                    error.enter(go_type, key)
                    raise
                if new is not item:
                    value[key] = item = new
            if omits_zero and not item:
                dropped = [key] if dropped is None else [*dropped, key]
        if dropped is not None:
            for key in dropped:
                del value[key]
        for name, make in defaults:
            if name not in value:
                value[name] = make()
        return value

    return walk


def _late(node: Node) -> Walk:
    """The function of a field, compiled at its first value (types may contain themselves)."""
    if node.type not in ("object", "list", "map"):
        return walk_of(node)

    def walk(value: Any, found: Found) -> Any:
        return walk_of(node)(value, found)

    return walk


def _maker(node: Node) -> Callable[[], Any]:
    """Makes a new copy of a field's default, with the defaults inside it."""
    default = node.default
    if not isinstance(default, dict | list):
        return lambda: default
    if node.type == "object" and not default:
        return lambda: walk_of(node)({}, [])
    return lambda: walk_of(node)(_copied(default), [])


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value


def _compile_map(node: Node) -> Walk:
    items = _items(node)
    expected = FAST.get((items.type, items.format))
    step = resource_amount if node.format == "resource-list" else _late(items)

    def walk(value: Any, found: Found) -> Any:
        if type(value) is not dict:
            raise mismatch(value, go_type_of(node))
        for key, item in value.items():
            if type(item) is not expected:
                new = _zero(items) if item is None else step(item, found)
                if new is not item:
                    value[key] = new
        return value

    return walk


def _compile_list(node: Node) -> Walk:
    items = _items(node)
    expected = FAST.get((items.type, items.format))
    step = _late(items)

    def walk(value: Any, found: Found) -> Any:
        if type(value) is not list:
            raise mismatch(value, go_type_of(node))
        for index, item in enumerate(value):
            if type(item) is not expected:
                new = _zero(items) if item is None else step(item, found)
                if new is not item:
                    value[index] = new
        return value

    return walk


def _zero(node: Node) -> Any:
    """What null stands for in a list or map: the zero value of the type."""
    if node.type == "object":
        return walk_of(node)({}, [])
    if node.format == "quantity":
        return "0"
    zeros: dict[str, Any] = {"string": "", "boolean": False, "integer": 0, "number": 0}
    return zeros.get(node.type)


def _compile_schema_or(node: Node) -> Walk:
    """JSONSchemaProps or a list of them, a boolean, or a list of strings."""
    schema = _items(node)

    def walk(value: Any, found: Found) -> Any:
        if type(value) is dict:
            return walk_of(schema)(value, found)
        if type(value) is list and node.format == "schema-or-array":
            for item in value:
                walk_of(schema)(item, found)
        return value

    return walk
