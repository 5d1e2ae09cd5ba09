"""Nodes: Ready is good, cordoned is a warning, anything else is bad."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.ui.rows.base import plain_style


def health(obj: Object) -> str:
    for condition in (obj.get("status") or {}).get("conditions") or ():
        if condition["type"] == "Ready":
            if condition["status"] != "True":
                return "bad"
            return "warn" if obj["spec"].get("unschedulable") else "ok"
    return "bad"


def style(column: str, text: str) -> str:
    if column == "STATUS":
        return "ok" if text == "Ready" else "warn" if text.startswith("Ready") else "bad"
    return plain_style(column, text)
