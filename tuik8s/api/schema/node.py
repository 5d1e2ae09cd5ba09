"""One node of a structural schema: what walker, patches and server-side apply know of a field.

The tree of a kind is compiled by `tools/` from the OpenAPI documents into package data, and built
at run time from a CustomResourceDefinition's schema. Shared types (`ObjectMeta`, `PodSpec`,
`JSONSchemaProps`) are shared nodes, so trees may be cyclic: resolve children by `fields`, never
walk a schema without an object beside it.
"""

from __future__ import annotations

from typing import Any, Literal

NodeType = Literal["object", "map", "list", "string", "integer", "number", "boolean", "any"]


class Node:
    """A schema node.

    type: `object` has `fields`, `map` has `items` for its values, `list` has `items`, `any` is
    free JSON. format: `int32`, `int64`, `double`, `byte` (base64), `date-time` (Time), `micro-
    time`, `quantity`, `int-or-string`, `duration`, or "". go_type: upstream's name of the
    innermost struct, for decode errors ("EnvVar"). list_type: `atomic`, `set` or `map` (with
    list_keys) for apply; map_type `atomic` or `granular`. merge_key and strategies (`merge`,
    `retainKeys`, `replace`) are those of strategic merge patch. default: JSON value or ABSENT.
    preserve_unknown, nullable, embedded and rules (x-kubernetes-validations) occur in custom
    resources, as do the value checks in `checks` (minimum, maxLength, pattern, enum, ...).
    omits_zero: an empty value ("", 0, false, [], {}) is the same as none and is left out.
    written_as_null: answers show null where there is none. walk: the decoder's compiled function.
    """

    __slots__ = (
        "additional_allowed",
        "checks",
        "default",
        "description_id",
        "embedded",
        "fields",
        "format",
        "go_type",
        "items",
        "list_keys",
        "list_type",
        "map_type",
        "merge_key",
        "merge_strategies",
        "nullable",
        "omits_zero",
        "preserve_unknown",
        "required",
        "rules",
        "type",
        "walk",
        "written_as_null",
    )

    ABSENT: Any = object()

    def __init__(self, node_type: NodeType) -> None:
        self.type: NodeType = node_type
        self.format: str = ""
        self.go_type: str = ""
        self.fields: dict[str, Node] = {}
        self.items: Node | None = None
        self.required: tuple[str, ...] = ()
        self.list_type: Literal["atomic", "set", "map"] = "atomic"
        self.list_keys: tuple[str, ...] = ()
        self.map_type: Literal["atomic", "granular"] = "granular"
        self.merge_key: str = ""
        self.merge_strategies: tuple[str, ...] = ()
        self.default: Any = Node.ABSENT
        self.nullable = False
        self.preserve_unknown = False
        self.embedded = False
        self.additional_allowed = False
        self.checks: dict[str, Any] = {}
        self.rules: tuple[dict[str, Any], ...] = ()
        self.description_id: str = ""
        self.omits_zero = False
        self.written_as_null = False
        self.walk: Any = None
