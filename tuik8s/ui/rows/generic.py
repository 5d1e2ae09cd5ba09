"""Any kind that has no file of its own.

Healthy unless one of the usual conditions says otherwise.
"""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.ui.rows.base import plain_style

_GOOD = ("Ready", "Available", "Established", "Complete")


def health(obj: Object) -> str:
    if "deletionTimestamp" in obj["metadata"]:
        return "warn"
    for condition in (obj.get("status") or {}).get("conditions") or ():
        if condition.get("type") in _GOOD:
            return "ok" if condition.get("status") == "True" else "warn"
    return ""


def style(column: str, text: str) -> str:
    return plain_style(column, text)
