"""An Event about an object in cells: time, type, reason, count, who says it, message. Pure."""

from __future__ import annotations

from tuik8s.api.types import Object
from tuik8s.ui.describe import event_source, event_time
from tuik8s.ui.rowstore import Cell


def cells_of(event: Object) -> tuple[Cell, ...]:
    """A row of the events of one object; the time to the millisecond where the event has it."""
    style = "warn" if event.get("type") == "Warning" else ""
    series = event.get("series") or {}
    return (
        Cell(event_time(event)[11:23].rstrip("Z"), "dim"),
        Cell(str(event.get("type", "")), style),
        Cell(str(event.get("reason", "")), style),
        Cell(str(series.get("count") or event.get("count") or 1)),
        Cell(event_source(event), "dim"),
        Cell(str(event.get("message") or event.get("note") or ""), style),
    )
