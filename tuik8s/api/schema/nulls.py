"""What answers show as null: fields that a Go struct writes although nothing is in them.

Objects are kept without such nulls, so that no reader has to expect them; the HTTP door fills them
in when it writes JSON (`fill_nulls`). The plan of a node visits only the branches that can have
such a field, so that a pod costs a few microseconds.

Source: golden (`"rules":null`, `"lastProbeTime":null`, `"endpoints":null`); fields without
omitempty and times that are values in k8s.io/api.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tuik8s.api.schema.node import Node

_Plan = tuple[tuple[str, ...], tuple[tuple[str, Node], ...]]


def fill_nulls(value: Any, node: Node) -> None:
    """Write null, in place, where a real server would."""
    if isinstance(value, list):
        for item in value:
            fill_nulls(item, node)
    elif isinstance(value, dict):
        names, branches = _plan(node)
        for name in names:
            if name not in value:
                value[name] = None
        for name, child in branches:
            item = value.get(name)
            if item is not None:
                fill_nulls(item, child)


@lru_cache(maxsize=1024)
def _plan(node: Node) -> _Plan:
    """Fields to write as null, and fields to descend into with the node of their objects."""
    names, branches = [], []
    for name, field in node.fields.items():
        if field.written_as_null:
            names.append(name)
        element = _objects_of(field)
        if element is not None and _matters(element, ()):
            branches.append((name, element))
    return tuple(names), tuple(branches)


def _objects_of(node: Node) -> Node | None:
    """The node of the objects that a field holds, directly or in a list."""
    if node.type == "list" and node.items is not None:
        return _objects_of(node.items)
    return node if node.type == "object" else None


def _matters(node: Node, above: tuple[int, ...]) -> bool:
    if id(node.fields) in above:
        return False
    below = (*above, id(node.fields))
    for field in node.fields.values():
        element = _objects_of(field)
        if field.written_as_null or (element is not None and _matters(element, below)):
            return True
    return False
