"""ComponentStatus: read only."""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import NAME, text
from tuik8s.api.types import Object

_WORDS: Final = {"True": "Healthy", "False": "Unhealthy"}


def _healthy(component: Object) -> Object:
    conditions = component.get("conditions") or ()
    found: Object = next((c for c in conditions if c.get("type") == "Healthy"), {})
    return found


def _status(component: Object, now_ms: int) -> Any:
    return _WORDS.get(_healthy(component).get("status", ""), "Unknown")


def _message(component: Object, now_ms: int) -> Any:
    return _healthy(component).get("message", "")


def _error(component: Object, now_ms: int) -> Any:
    return _healthy(component).get("error", "")


RULES = Rules(
    columns=(
        NAME,
        text("Status", _status, "Status of the component conditions"),
        text("Message", _message, "Message of the component conditions"),
        text("Error", _error, "Error of the component conditions"),
    ),
    generation_ignores=None,
)
