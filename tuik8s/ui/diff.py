"""What differs between two versions of an object: its YAML by lines, and its fields. Pure."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import Any

from tuik8s.api.difference import differences
from tuik8s.api.types import Object
from tuik8s.ui.describe import shown, yaml_of
from tuik8s.ui.lines import EMPTY, Line, line
from tuik8s.ui.rowstore import Cell

CONTEXT = 3


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


def object_lines(before: Object | None, after: Object | None) -> list[Line]:
    """All that differs: how much, the fields, then the YAML."""
    diff = diff_lines(before, after)
    fields = field_lines(before, after) if before is not None and after is not None else []
    lines: list[Line] = [(Cell(f"{'lines':<8}", "accent"), Cell(counted(diff)))]
    if fields:
        lines += [EMPTY, line("Fields", "head"), *fields]
    return [*lines, EMPTY, line("Difference", "head"), *diff]


def counted(lines: list[Line]) -> str:
    """`+3 -1`, as a title needs it."""
    added = sum(each[0].text.startswith("+ ") for each in lines)
    removed = sum(each[0].text.startswith("- ") for each in lines)
    return f"+{added} -{removed}"


def field_lines(before: Object | None, after: Object | None) -> list[Line]:
    """The fields that differ, one a line."""
    return [
        (
            Cell(f"{d.path}  ", "accent"),
            Cell(_plain(d.old), "dim"),
            Cell(" → "),
            Cell(_plain(d.new)),
        )
        for d in differences(before, after)
    ]


def _yaml(obj: Object | None) -> list[str]:
    """Without the resourceVersion, which differs whenever anything does."""
    if obj is None:
        return []
    meta = {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}
    return yaml_of({**obj, "metadata": meta}).rstrip("\n").split("\n")


def _plain(value: Any) -> str:
    if value is None:
        return "<unset>"
    return shown(value) if isinstance(value, str) and value else shown(json.dumps(value))
