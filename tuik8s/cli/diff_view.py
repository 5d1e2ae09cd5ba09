"""Two states side by side on the terminal: what came, what went, and the fields that changed."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.text import Text

from tuik8s.api.comparison import SIGNS, WORDS, ChangedObject, State, shown_key
from tuik8s.api.types import Object
from tuik8s.cli.moments import shown
from tuik8s.cli.states import Compared
from tuik8s.components.store import Moment

STYLES = {"ADDED": "green", "DELETED": "red", "MODIFIED": "yellow"}
_VALUE_MAX = 200


def print_objects(found: Compared, console: Console | None = None) -> None:
    """Every object that differs, with its fields."""
    console = console or Console(highlight=False, soft_wrap=True)
    console.print(Text(f"{_name(found.old)}\n{_name(found.new)}", style="bold"))
    if found.note:
        console.print(Text(found.note))
    for one in found.objects:
        style = f"bold {STYLES[one.type]}"
        console.print(Text(f"{SIGNS[one.type]} {shown_key(found.kinds, one.key)}", style=style))
        if one.type == "MODIFIED":
            _print_fields(one, console)
    counts = [
        f"{sum(one.type == kind for one in found.objects)} {word}" for kind, word in WORDS.items()
    ]
    console.print(Text(", ".join(counts) + _left_out(found), style="bold"))


def print_names(found: Compared, *, with_what: bool) -> None:
    """One line for each object: `~ pod/web -n shop`; with_what: and what differs most."""
    for one in found.objects:
        what = f"  {one.what}" if with_what and one.type == "MODIFIED" else ""
        print(f"{SIGNS[one.type]} {shown_key(found.kinds, one.key)}{what}")


def document(found: Compared) -> Object:
    """All of it as JSON."""
    return {
        "old": _state(found.old),
        "new": _state(found.new),
        "items": [_item(one) for one in found.objects],
        "leftOut": found.left_out,
    }


def _print_fields(one: ChangedObject, console: Console) -> None:
    width = min(max(len(field.path) for field in one.fields), 60)
    for path, old, new in one.fields:
        line = Text(f"    {path:<{width}}  ")
        line.append(_value(old), style="red")
        line.append(" -> ")
        line.append(_value(new), style="green")
        console.print(line)


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    is_plain = isinstance(value, str) and value.isprintable() and value
    line = str(value) if is_plain else json.dumps(value, ensure_ascii=False)
    return line if len(line) <= _VALUE_MAX else f"{line[: _VALUE_MAX - 1]}…"


def _name(state: State) -> str:
    return f"{state.name}  {shown(Moment(state.revision, state.at_ms))}"


def _left_out(found: Compared) -> str:
    if not found.left_out:
        return ""
    return f"; {found.left_out} left out that are Events or Leases (--all shows them)"


def _state(state: State) -> Object:
    return {"name": state.name, "revision": state.revision, "atMs": state.at_ms}


def _item(one: ChangedObject) -> Object:
    resource, namespace, name = one.key.split("/", 2)
    return {
        "type": one.type,
        "resource": resource,
        "namespace": namespace,
        "name": name,
        "object": one.new,
        "oldObject": one.old,
        "differences": [field._asdict() for field in one.fields],
    }
