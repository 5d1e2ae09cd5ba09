"""What server-side apply knows of values by their schema: compare, merge, list the fields, prune.

A map is followed into unless it is atomic; a list only when its items are known by keys or are
themselves a set. Everything else is a leaf, which is owned and replaced as a whole.

A Go struct that is no pointer is always there, even when a JSON object leaves it out: its schema
has the default `{}` (`spec`, `strategy`). So its appearance is no news and makes no `.` in
managedFields, while that of `securityContext` does. A field that Go writes as null (a required
list, a zero time) is likewise known to be there.

Source: sigs.k8s.io/structured-merge-diff typed (compare.go, merge.go, tofieldset.go, remove.go)
and merge/update.go; k8s.io/apimachinery pkg/util/managedfields.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tuik8s.api.patch.fieldset import (
    MEMBER,
    FieldSet,
    field_element,
    is_member,
    key_element,
    value_element,
)
from tuik8s.api.schema.node import Node

_UNTYPED = Node("map")
_UNTYPED.preserve_unknown = True
_MAP_OR_NULL = frozenset((dict, type(None)))
_LIST_OR_NULL = frozenset((list, type(None)))
_Pair = tuple[FieldSet | None, FieldSet | None]


def child_of(node: Node, name: str) -> Node:
    """The schema of a member; what no schema knows is followed into like a map."""
    if node.type == "map":
        return node.items or _UNTYPED
    return node.fields.get(name) or _UNTYPED


def is_granular_map(node: Node) -> bool:
    return node.type in ("object", "map") and node.map_type != "atomic"


def is_granular_list(node: Node) -> bool:
    return node.type == "list" and node.list_type != "atomic"


def item_element(item: Any, node: Node) -> str:
    """The path element of an item of a granular list; absent keys take their defaults."""
    if node.list_type == "set" or type(item) is not dict:
        return value_element(item)
    names, defaults = _keys(node)
    values = [item.get(n, d) for n, d in zip(names, defaults, strict=True)]
    try:
        return key_element(names, *values)
    except TypeError:  # a key that is a map or a list, for `check` to refuse
        return key_element.__wrapped__(names, *values)


@lru_cache(maxsize=1024)
def _keys(node: Node) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The sorted names of the keys of a list's items, and their defaults."""
    names = tuple(sorted(node.list_keys))
    fields = node.items.fields if node.items is not None else {}
    defaults = [fields[name].default if name in fields else None for name in names]
    return names, tuple(None if default is Node.ABSENT else default for default in defaults)


@lru_cache(maxsize=4096)
def _implied(node: Node) -> tuple[str, ...]:
    """Names of the fields that Go writes even when they are empty."""
    return tuple(name for name, field in node.fields.items() if _is_always_there(field))


def _is_always_there(field: Node) -> bool:
    default = field.default
    return default in ({}, "", 0) or bool(getattr(field, "written_as_null", False))


def compare(old: Any, new: Any, node: Node) -> tuple[FieldSet, FieldSet]:
    """What turns `old` into `new`: fields added or modified, and fields removed."""
    if old == new:
        return {}, {}
    changed, removed = _differ_maps(old, new, node)
    return changed or {}, removed or {}


def _differ(old: Any, new: Any, node: Node) -> _Pair:
    """The fields below two values that differ."""
    kinds = {type(old), type(new)}
    if dict in kinds and kinds <= _MAP_OR_NULL and is_granular_map(node):
        return _differ_maps(old or {}, new or {}, node)
    if list in kinds and kinds <= _LIST_OR_NULL and is_granular_list(node):
        return _differ_lists(old or [], new or [], node)
    return {}, None


def _differ_maps(old: dict[str, Any], new: dict[str, Any], node: Node) -> _Pair:
    changed: FieldSet = {}
    removed: FieldSet = {}
    for name, value in new.items():
        before = old.get(name)
        if before == value:
            continue
        child = child_of(node, name)
        if name not in old and not _is_always_there(child):
            changed["f:" + name] = _whole(value, child)
        elif before or value or value == []:  # null and an empty list are told apart
            _note(changed, removed, "f:" + name, _differ(before, value, child))
    for name, value in old.items():
        if name in new:
            continue
        child = child_of(node, name)
        if not _is_always_there(child):
            removed["f:" + name] = _whole(value, child)
        elif value:
            _note(changed, removed, "f:" + name, _differ(value, None, child))
    return changed or None, removed or None


def _differ_lists(old: list[Any], new: list[Any], node: Node) -> _Pair:
    before, after = _by_element(old, node), _by_element(new, node)
    items = node.items or _UNTYPED
    changed: FieldSet = {}
    removed: FieldSet = {}
    for element, values in after.items():
        known = before.get(element)
        if known is None:
            changed[element] = _whole(values[0], items)
        elif known != values:
            single = len(known) == len(values) == 1
            differences = _differ(known[0], values[0], items) if single else ({}, None)
            _note(changed, removed, element, differences)
    for element, values in before.items():
        if element not in after:
            removed[element] = _whole(values[0], items)
    return changed or None, removed or None


def _by_element(items: list[Any], node: Node) -> dict[str, list[Any]]:
    """Items by path element; a well-formed list has one for each."""
    found: dict[str, list[Any]] = {}
    for item in items:
        found.setdefault(item_element(item, node), []).append(item)
    return found


def _note(changed: FieldSet, removed: FieldSet, element: str, differences: _Pair) -> None:
    if differences[0] is not None:
        changed[element] = differences[0]
    if differences[1] is not None:
        removed[element] = differences[1]


def _whole(value: Any, node: Node) -> FieldSet:
    """Every field of a value that came or went as a whole."""
    below: FieldSet = {}
    if type(value) is dict and is_granular_map(node):
        for name, member in value.items():
            below["f:" + name] = _whole(member, child_of(node, name))
        if node.type == "object":
            for name in _implied(node):
                below.setdefault("f:" + name, {})
    elif type(value) is list and is_granular_list(node):
        items = node.items or _UNTYPED
        for item in value:
            below[item_element(item, node)] = _whole(item, items)
    return {MEMBER: {}, **below} if below else {}


def field_set(value: Any, node: Node) -> FieldSet:
    """The fields that an applied configuration names: leaves, list items, and empty maps."""
    below: FieldSet = {}
    if type(value) is dict and is_granular_map(node):
        for name, member in value.items():
            child = child_of(node, name)
            inner = field_set(member, child)
            if name not in node.fields and inner and not is_member(inner):
                inner = {MEMBER: {}, **inner}
            if inner or not _is_empty_list(member, child):
                below[field_element(name)] = inner
    elif type(value) is list and is_granular_list(node):
        items = node.items or _UNTYPED
        for item in value:
            inner = field_set(item, items)
            below[item_element(item, node)] = {MEMBER: {}, **inner} if inner else {}
    return below


def _is_empty_list(value: Any, node: Node) -> bool:
    """An empty granular list names no field at all."""
    return type(value) is list and not value and is_granular_list(node)


def merge(live: Any, patch: Any, node: Node) -> Any:
    """`live` with the fields of `patch` laid over it; shares what it does not change."""
    if type(live) is dict and is_granular_map(node) and (type(patch) is dict or patch is None):
        if not live and not patch:
            return patch
        merged = dict(live)
        for name, value in (patch or {}).items():
            known = name in merged
            child = child_of(node, name)
            merged[name] = merge(merged[name], value, child) if known else value
        return merged
    if type(live) is list and is_granular_list(node) and (type(patch) is list or patch is None):
        return _merge_lists(live, patch or [], node)
    return patch


def _merge_lists(live: list[Any], patch: list[Any], node: Node) -> list[Any]:
    """Items of both: shared ones in the patch's order, the live list's own in their places."""
    ours = [(item_element(item, node), item) for item in live]
    theirs = [(item_element(item, node), item) for item in patch]
    live_items, wanted = dict(reversed(ours)), dict(theirs)
    shared = iter([element for element, _ in theirs if element in live_items])
    expected = next(shared, None)
    merged: list[Any] = []
    done: set[str] = set()
    i = j = 0
    while i < len(ours) or j < len(theirs):
        if i < len(ours):
            element, item = ours[i]
            if element not in wanted:
                merged.append(item)
                i += 1
                continue
            if element in done or (j < len(theirs) and element not in (theirs[j][0], expected)):
                i += 1
                continue
        element, item = theirs[j]
        if element in live_items:
            item = merge(live_items[element], item, node.items or _UNTYPED)
        merged.append(item)
        done.add(element)
        j += 1
        if element == expected:
            expected = next(shared, None)
    return merged


def prune(value: Any, last: FieldSet, owned: FieldSet, node: Node) -> Any:
    """`value` without the fields of `last` that are not in `owned`.

    A struct counts as being in a set when anything below it is, so an applied struct goes as a
    whole when nobody owns anything in it any more, defaults included.
    """
    if type(value) is dict and is_granular_map(node):
        kept: dict[str, Any] = {}
        for name, member in value.items():
            element = field_element(name)
            below, others = last.get(element), owned.get(element)
            if below is None:
                kept[name] = member
                continue
            declared = node.type == "object" and name in node.fields
            if (declared or is_member(below)) and not _is_owned(others, declared):
                continue
            kept[name] = prune(member, below, others or {}, child_of(node, name))
        return kept
    if type(value) is list and is_granular_list(node):
        items: list[Any] = []
        for item in value:
            element = item_element(item, node)
            below, others = last.get(element), owned.get(element)
            if below is None:
                items.append(item)
            elif not is_member(below) or is_member(others):
                items.append(prune(item, below, others or {}, node.items or _UNTYPED))
        return items
    return value


def _is_owned(others: FieldSet | None, declared: bool) -> bool:
    return others is not None and (declared or is_member(others))
