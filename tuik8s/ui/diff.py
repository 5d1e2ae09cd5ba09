"""What differs between two versions of an object: its YAML by lines, and its fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from tuik8s.api.types import Object
from tuik8s.ui.describe import shown, yaml_of
from tuik8s.ui.lines import Line, line
from tuik8s.ui.rowstore import Cell

CONTEXT = 3
NAMED = ("type", "name", "containerPort", "key", "uid", "ip", "topologyKey")
"""What tells the members of a list apart, in this order; else their places do."""

_HIDDEN = ("resourceVersion", "managedFields", "generation")
_MISSING = object()
_CONDITION = re.compile(r"status\.conditions\[(.*)\]\.status")


def diff_lines(before: Object | None, after: Object | None) -> list[Line]:
    """A unified diff of the YAML, `-` was and `+` is, with a few lines around each change."""
    old, new = _yaml(before), _yaml(after)
    if old == new:
        return [line("Nothing that is shown differs.", "dim")]
    lines: list[Line] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT):
        if lines:
            lines.append(line("  …", "dim"))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [line(f"  {text}", "dim") for text in old[i1:i2]]
            else:
                lines += [line(f"- {text}", "bad") for text in old[i1:i2]]
                lines += [line(f"+ {text}", "ok") for text in new[j1:j2]]
    return lines


def counted(lines: list[Line]) -> str:
    """`+3 -1`, as a title needs it."""
    added = sum(each[0].text.startswith("+ ") for each in lines)
    removed = sum(each[0].text.startswith("- ") for each in lines)
    return f"+{added} -{removed}"


def _yaml(obj: Object | None) -> list[str]:
    """Without the resourceVersion, which differs whenever anything does."""
    if obj is None:
        return []
    meta = {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}
    return yaml_of({**obj, "metadata": meta}).rstrip("\n").split("\n")


def field_changes(before: Object | None, after: Object | None) -> list[tuple[str, str, str]]:
    """(path, was, is) of every field that differs; "" where there was or is nothing."""
    return [
        (path, _plain(old), _plain(new))
        for path, old, new in _walk("", before or {}, after or {})
        if path.rpartition(".")[2] not in _HIDDEN and "managedFields" not in path
    ]


def summary(before: Object | None, after: Object | None, most: int = 4) -> str:
    """What changed in one line: `spec.nodeName → node-2, status.phase Pending → Running`."""
    if before is None or after is None:
        return ""
    found = _without_details(sorted(field_changes(before, after), key=_weight))
    told = [_told(*each) for each in found[:most]]
    more = len(found) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _without_details(found: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Of a condition that turned only that it did, and why; not its times and its other fields."""
    turned = {path[: -len(".status")] for path, _, _ in found if _CONDITION.fullmatch(path)}
    return [
        (path, was, now)
        for path, was, now in found
        if path.rpartition(".")[0] not in turned or path.endswith(".status")
    ]


def field_lines(before: Object | None, after: Object | None) -> list[Line]:
    """The fields that differ, one a line."""
    return [
        (
            Cell(f"{path}  ", "accent"),
            Cell(old or "<unset>", "dim"),
            Cell(" → "),
            Cell(new or "<unset>"),
        )
        for path, old, new in sorted(field_changes(before, after), key=_weight)
    ]


def _told(path: str, old: str, new: str) -> str:
    condition = _CONDITION.fullmatch(path)
    short = condition[1] if condition else path.removeprefix("status.")
    if not old:
        return f"{short} = {_short(new)}" if len(new) < 40 else f"{short} set"
    if not new:
        return f"{short} removed"
    return f"{short} {_short(old)} → {_short(new)}"


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"


def _weight(found: tuple[str, str, str]) -> tuple[int, str]:
    """What people look for first: the spec, phases and the truth of conditions; times last."""
    path = found[0]
    if path.startswith(("spec.", "metadata.deletion")):
        return (0, path)
    if path.endswith((".status", ".phase", "eplicas", ".reason", ".message", ".ready")):
        return (1, path)
    return (3 if "Time" in path or "observed" in path else 2, path)


def _walk(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            inner = f"{path}.{key}" if path else key
            yield from _walk(inner, old.get(key, _MISSING), new.get(key, _MISSING))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        was, now = _by_name(old), _by_name(new)
        for key in dict.fromkeys((*was, *now)):
            yield from _walk(f"{path}[{key}]", was.get(key, _MISSING), now.get(key, _MISSING))
    elif isinstance(new, dict | list) and old is _MISSING and new:
        yield from _walk(path, type(new)(), new)
    elif isinstance(old, dict | list) and new is _MISSING and old:
        yield from _walk(path, old, type(old)())
    else:
        yield path, old, new


def _by_name(items: Any) -> dict[str, Any]:
    for field in NAMED:
        names = [item.get(field) if isinstance(item, dict) else None for item in items]
        if names and None not in names and len(set(map(str, names))) == len(names):
            return dict(zip(map(str, names), items, strict=True))
    return {str(index): item for index, item in enumerate(items)}


def _plain(value: Any) -> str:
    if value is _MISSING or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value in ({}, [], ()):
        return "{}" if value == {} else "[]"
    return shown(str(value)).replace("\n", "\\n")
