"""How a kind looks in tables: health of an object, and which cells deserve a colour.

What kubectl prints is defined once, beside the kind (`Kind.rules.columns`); here only width,
alignment, colour and health are added. To add a kind: one file here with `health` and `style`,
one line in `registry.py`, one test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tuik8s.api.types import Object

Health = Callable[[Object], str]
"""object -> "ok", "warn", "bad", or "" when it has none to speak of"""

Style = Callable[[str, str], str]
"""(column name, cell text) -> style of the cell: "", "ok", "warn", "bad", "dim", "accent" """


class Look(NamedTuple):
    """The two functions of a kind."""

    health: Health
    style: Style


def plain_style(column: str, text: str) -> str:
    """Names stand out, ages and absent values step back."""
    if column == "NAME":
        return "accent"
    if column in ("AGE", "NAMESPACE") or text in ("<none>", "<unknown>", ""):
        return "dim"
    return ""
