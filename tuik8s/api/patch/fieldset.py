"""Sets of field paths, kept in the form in which managedFields write them (FieldsV1).

A set is a trie of path elements: `f:name` a member, `k:{"name":"c"}` an item of a keyed list,
`v:"x"` an item of a set. An element's path is in the set when nothing stands below it or a `.`
does:

    {"f:spec": {"f:replicas": {}, "f:containers": {'k:{"name":"c"}': {".": {}, "f:image": {}}}}}

holds `.spec.replicas`, `.spec.containers[name="c"]` and its image, but neither `.spec` nor
`.spec.containers`. So nothing has to be parsed, and operations share whatever they do not change:
never change a set in place. None stands for "nothing" below an element, `{}` for the path itself;
at the root `{}` is the empty set.

Source: sigs.k8s.io/structured-merge-diff fieldpath (set.go, serialize.go, pathelementmap.go).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

FieldSet = dict[str, Any]
MEMBER: Final = "."


def field_element(name: str) -> str:
    return "f:" + name


@lru_cache(maxsize=8192, typed=True)
def key_element(names: tuple[str, ...], *values: Any) -> str:
    """The element of a list item; `names` sorted, one scalar value for each."""
    return "k:" + _compact(dict(zip(names, values, strict=True)))


def value_element(value: Any) -> str:
    return "v:" + _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def is_member(below: FieldSet | None) -> bool:
    """Whether the path of an element is itself in the set, given what stands below it."""
    return below is not None and (not below or MEMBER in below)


def union(left: FieldSet, right: FieldSet) -> FieldSet:
    """All paths of both sets; `left` itself when it has them all."""
    if not left or not right:
        return left or right
    return _join(left, right)


def _join(left: FieldSet, right: FieldSet) -> FieldSet:
    if left is right or left == right:
        return left
    if not left or not right:
        other = left or right
        return {MEMBER: {}, **other} if other and MEMBER not in other else other
    joined = left
    for element, below in right.items():
        known = left.get(element)
        both = below if known is None else _join(known, below)
        if both is not known:
            if joined is left:
                joined = dict(left)
            joined[element] = both
    return joined


def difference(left: FieldSet, right: FieldSet) -> FieldSet:
    """The paths of `left` that are not in `right`; `left` itself when they have none in common."""
    if not left or not right:
        return left
    rest = _subtract(left, right, member=False)
    return {} if rest is None else rest


def _subtract(left: FieldSet, right: FieldSet, member: bool) -> FieldSet | None:
    """member: whether the path of the element above stays in the set."""
    changed = False
    rest: FieldSet = {}
    for element, below in left.items():
        if element == MEMBER:
            continue
        other = right.get(element)
        if other is None:
            rest[element] = below
            continue
        stays = is_member(below) and not is_member(other)
        left_over = _subtract(below, other, stays)
        if left_over is not below:
            changed = True
        if left_over is not None:
            rest[element] = left_over
    if is_member(left) == member and not changed:
        return left
    if member:
        return {MEMBER: {}, **rest} if rest else {}
    return rest or None


def without_below(left: FieldSet, right: FieldSet) -> FieldSet:
    """`left` without the paths of `right` and everything below them."""
    rest: FieldSet = {}
    changed = False
    for element, below in left.items():
        other = right.get(element)
        if other is None:
            rest[element] = below
        elif is_member(other):
            changed = True
        else:
            inner = without_below(below, other)
            changed = changed or inner is not below
            # An element whose last member went, and that was no member itself, goes too.
            if inner or is_member(below):
                rest[element] = inner
    return rest if changed else left


def intersection(left: FieldSet, right: FieldSet) -> FieldSet:
    """The paths in both sets."""
    return _common(left, right, member=False) or {}


def _common(left: FieldSet, right: FieldSet, member: bool) -> FieldSet | None:
    both: FieldSet = {}
    for element, below in left.items():
        other = right.get(element)
        if other is None or element == MEMBER:
            continue
        inner = _common(below, other, is_member(below) and is_member(other))
        if inner is not None:
            both[element] = inner
    if member:
        return {MEMBER: {}, **both} if both else {}
    return both or None


def ordered(fields: FieldSet) -> FieldSet:
    """The set with its elements in upstream's order, for writing; itself when they are so."""
    if len(fields) < 2:
        for element, below in fields.items():
            inner = ordered(below) if below else below
            return fields if inner is below else {element: inner}
        return fields
    names = sorted(fields)
    same = names == list(fields)
    out: FieldSet = {}
    for name in names:
        below = fields[name]
        inner = out[name] = ordered(below) if below else below
        same = same and inner is below
    return fields if same else out


def paths(fields: FieldSet, prefix: str = "") -> Iterator[str]:
    """The paths in order, as messages show them: `.spec.containers[name="c"].image`."""
    for element in sorted(fields):
        if element == MEMBER:
            continue
        path = prefix + element_text(element)
        below = fields[element]
        if is_member(below):
            yield path
        yield from paths(below, path)


def element_text(element: str) -> str:
    """A path element as messages show it."""
    kind, content = element[:2], element[2:]
    if kind == "f:":
        return f".{content}"
    if kind == "k:":
        keys = json.loads(content)
        return f"[{','.join(f'{name}={_compact(keys[name])}' for name in sorted(keys))}]"
    return f"[={content}]" if kind == "v:" else f"[{content}]"
