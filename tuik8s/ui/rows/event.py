"""Events: a warning is one."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.ui.rows.base import plain_style


def health(obj: Object) -> str:
    return "warn" if obj.get("type") == "Warning" else ""


def style(column: str, text: str) -> str:
    if column == "TYPE":
        return "warn" if text == "Warning" else "dim"
    if column == "REASON":
        return "accent"
    return plain_style("AGE" if column == "LAST SEEN" else column, text)
