"""Faults: an active one is bad by intention."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.ui.rows.base import plain_style


def health(obj: Object) -> str:
    phase = (obj.get("status") or {}).get("phase", "")
    return {"Active": "bad", "Refused": "warn"}.get(phase, "")


def style(column: str, text: str) -> str:
    if column == "PHASE":
        return {"Active": "bad", "Refused": "warn", "Healed": "ok"}.get(text, "")
    return plain_style(column, text)
