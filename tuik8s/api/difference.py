"""What differs between two versions of an object, field by field.

    spec.containers[name=web].image    nginx:1 -> nginx:2
    metadata.labels["example.com/a"]   (absent) -> b

Items of a list are matched by the keys that their schema gives them (those of server-side apply,
else that of strategic merge), so an item that moved does not differ. Where there is no schema, a
name or the like that all items have stands in for a key, and else their places do. What came or
went as a whole is one difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object

BOOKKEEPING: Final = frozenset({"managedFields", "resourceVersion"})
"""What differs in the metadata whenever anything does."""
HEARTBEAT: Final = ".lastHeartbeatTime"
_FREE: Final = Node("any")
_LIKELY_KEYS: Final = ("name", "type", "key", "uid", "ip", "containerPort", "port")


class Difference(NamedTuple):
    """A field and its two values; None where it is absent."""

    path: str
    old: Any
    new: Any


def differences(
    old: Object | None, new: Object | None, schema: Node | None = None, *, everything: bool = False
) -> list[Difference]:
    """The fields that differ, in the objects' order.

    schema: of the kind, where it is known. everything: bookkeeping and heartbeats, too.
    """
    if everything:
        return list(_values("", old, new, schema or _FREE))
    found = _values("", _bare(old), _bare(new), schema or _FREE)
    return [difference for difference in found if not difference.path.endswith(HEARTBEAT)]


def _bare(obj: Object | None) -> Object | None:
    """An object without its bookkeeping, which is much to compare and nothing to tell."""
    if obj is None or type(obj.get("metadata")) is not dict:
        return obj
    kept = {name: value for name, value in obj["metadata"].items() if name not in BOOKKEEPING}
    return {**obj, "metadata": kept}


def _values(path: str, old: Any, new: Any, node: Node) -> Iterator[Difference]:
    if old == new:
        return
    if type(old) is type(new) is dict:
        for name in {**old, **new}:
            yield from _values(_member(path, name), old.get(name), new.get(name), _at(node, name))
    elif type(old) is type(new) is list:
        yield from _lists(path, old, new, node)
    else:
        yield Difference(path, old, new)


def _lists(path: str, old: list[Any], new: list[Any], node: Node) -> Iterator[Difference]:
    items = node.items or _FREE
    before, after = _placed(old, new, node)
    for place in {**before, **after}:
        yield from _values(f"{path}[{place}]", before.get(place), after.get(place), items)


def _placed(old: list[Any], new: list[Any], node: Node) -> tuple[dict[str, Any], dict[str, Any]]:
    """The items of two lists by what identifies them in both."""
    for names in _keys(node):
        before, after = _by_key(old, names), _by_key(new, names)
        if before is not None and after is not None:
            return before, after
    return ({str(i): v for i, v in enumerate(old)}, {str(i): v for i, v in enumerate(new)})


def _keys(node: Node) -> Iterator[tuple[str, ...]]:
    """Ways to tell the items of a list apart, the best first; () stands for their values."""
    if node.list_keys:
        yield node.list_keys
    if node.merge_key:
        yield (node.merge_key,)
    if node.list_type == "set":
        yield ()
    if node.type == "any":
        yield from ((name,) for name in _LIKELY_KEYS)


def _by_key(items: list[Any], names: tuple[str, ...]) -> dict[str, Any] | None:
    """Items by key; None when these keys do not tell them apart."""
    found: dict[str, Any] = {}
    for item in items:
        if names and not (type(item) is dict and any(name in item for name in names)):
            return None
        place = ",".join(f"{n}={item[n]}" for n in names if n in item) if names else str(item)
        if place in found:
            return None
        found[place] = item
    return found


def _at(node: Node, name: str) -> Node:
    """The schema of a member."""
    if node.type == "map":
        return node.items or _FREE
    return node.fields.get(name) or _FREE


def _member(path: str, name: str) -> str:
    if not all(c.isalnum() or c in "-_" for c in name):
        return f'{path}["{name}"]'
    return f"{path}.{name}" if path else name
