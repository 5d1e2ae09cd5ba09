"""What is said of one object in words: YAML, and a description in the manner of kubectl. Pure.

Text from the cluster may hold control characters; everything that is shown goes through `shown`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import yaml

from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object
from tuik8s.ui.lines import Line, line
from tuik8s.ui.rowstore import Cell

_HIDDEN = ("managedFields",)
_TITLED: Final = re.compile(r"(\s*(?:- )?)([A-Z][\w /.-]*:)(\s.*|)$")
_KEYED: Final = re.compile(r"([\s-]*)([^\s:'\"][^:]*:)(\s.*|)$")


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Lists and maps that occur twice in an object are written twice, as kubectl does."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def shown(text: str) -> str:
    """Text with control characters made visible."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text
    ).expandtabs(4)


def yaml_of(obj: Object, *, whole: bool = False) -> str:
    """The object as YAML, without managed fields unless the whole is wanted."""
    meta = {k: v for k, v in obj["metadata"].items() if whole or k not in _HIDDEN}
    plain = {**obj, "metadata": meta}
    return shown(
        yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    )


def yaml_lines(obj: Object, *, unfolded: bool = False) -> list[Line]:
    """The YAML with its keys in colour; managed fields are one line that says how many."""
    lines = [_keyed(each) for each in yaml_of(obj, whole=unfolded).rstrip("\n").split("\n")]
    managers = obj["metadata"].get("managedFields") or ()
    if managers and not unfolded:
        place = next((i for i, cells in enumerate(lines) if cells[0].text == "metadata:"), 0)
        folded = Cell(f" ({len(managers)} managers, m unfolds them)", "dim")
        lines.insert(place + 1, (Cell("  "), Cell("managedFields:", "accent"), folded))
    return lines


def _keyed(text: str) -> Line:
    found = _KEYED.match(text)
    if found is None:
        return line(text)
    indent, key, value = found.groups()
    return tuple(Cell(*c) for c in ((indent, ""), (key, "accent"), (value, "")) if c[0])


def described(text: str) -> list[Line]:
    """A description with its titles in colour; warnings among the events stand out."""
    lines: list[Line] = []
    for each in text.split("\n"):
        found = _TITLED.match(each)
        if each.startswith("  Warning "):
            lines.append(line(each, "warn"))
        elif found is None:
            lines.append(line(each))
        else:
            indent, title, value = found.groups()
            cells = ((indent, ""), (title, "accent" if value.strip() else "head"), (value, ""))
            lines.append(tuple(Cell(*cell) for cell in cells if cell[0]))
    return lines


def describe(obj: Object, events: Sequence[Object], now_ms: int) -> str:
    """Name, labels, spec and status indented, then the events about it."""
    meta = obj["metadata"]
    lines = [f"Name:         {meta['name']}"]
    if meta.get("namespace"):
        lines.append(f"Namespace:    {meta['namespace']}")
    lines.append(f"Kind:         {obj.get('kind', '')}  {obj.get('apiVersion', '')}")
    lines.append(f"Created:      {meta.get('creationTimestamp', '')}{_age(meta, now_ms)}")
    for title, values in (
        ("Labels", meta.get("labels")),
        ("Annotations", meta.get("annotations")),
    ):
        pairs = [f"{k}={v}" for k, v in (values or {}).items()] or ["<none>"]
        lines.append(f"{title + ':':<14}{pairs[0]}")
        lines += [f"{'':<14}{pair}" for pair in pairs[1:]]
    owners = [f"{o['kind']}/{o['name']}" for o in meta.get("ownerReferences") or ()]
    if owners:
        lines.append(f"Controlled by {', '.join(owners)}")
    skipped = ("apiVersion", "kind", "metadata")
    for section, value in obj.items():
        if obj.get("kind") == "Secret" and section in ("data", "stringData"):
            lines.append("Data:")
            lines += [f"  {key}:  {_decoded_size(text)} bytes" for key, text in value.items()]
        elif section not in skipped:
            lines.append(f"{_title(section)}:")
            lines += _indented(value, 1)
    return shown("\n".join([*lines, *_event_lines(events, now_ms)]))


def _event_lines(events: Sequence[Object], now_ms: int) -> list[str]:
    if not events:
        return ["Events:       <none>"]
    rows = [("TYPE", "REASON", "AGE", "FROM", "MESSAGE")]
    rows += [
        (
            str(event.get("type", "")),
            str(event.get("reason", "")),
            _since(event_time(event), now_ms),
            event_source(event),
            str(event.get("message", "")).replace("\n", " "),
        )
        for event in events
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = ["Events:"]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row[:4], widths, strict=True)]
        lines.append(f"  {'  '.join(cells)}  {row[4]}")
    return lines


def event_time(event: Object) -> str:
    """When it was last seen, as it stands in the event."""
    series = event.get("series") or {}
    last = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    return str(last or "")


def event_source(event: Object) -> str:
    source = (event.get("source") or {}).get("component")
    return str(source or event.get("reportingComponent") or event.get("reportingController") or "")


def _decoded_size(text: str) -> int:
    """How many bytes a base64 text stands for."""
    return len(text) * 3 // 4 - text[-2:].count("=")


def _since(time: Any, now_ms: int) -> str:
    if not time:
        return ""
    return human_duration(now_ms - parse_time(str(time)))


def _age(meta: Object, now_ms: int) -> str:
    created = meta.get("creationTimestamp")
    return f"  ({_since(created, now_ms)} ago)" if created else ""


def _indented(value: Any, depth: int) -> list[str]:
    pad = "  " * depth
    if isinstance(value, dict):
        lines = []
        for key, inner in value.items():
            if isinstance(inner, dict | list) and inner:
                lines.append(f"{pad}{_title(key)}:")
                lines += _indented(inner, depth + 1)
            else:
                lines.append(f"{pad}{_title(key) + ':':<22} {_plain(inner)}")
        return lines
    if isinstance(value, list):
        lines = []
        for item in value:
            inner_lines = _indented(item, depth + 1)
            first = inner_lines[0].strip() if inner_lines else ""
            lines.append(f"{pad}- {first}")
            lines += inner_lines[1:]
        return lines
    return [f"{pad}{_plain(value)}"]


def _plain(value: Any) -> str:
    if value in ({}, [], None, ""):
        return "<none>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("\n", "\\n")


def _title(key: str) -> str:
    """`terminationGracePeriodSeconds` -> `Termination Grace Period Seconds`."""
    words = ""
    for index, char in enumerate(key):
        if char.isupper() and index and not key[index - 1].isupper():
            words += " "
        words += char
    return words[:1].upper() + words[1:]
