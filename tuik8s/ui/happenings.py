"""The newest Events and what led to each. Pure."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nlargest
from typing import NamedTuple

from tuik8s.api.reasons import shown_author
from tuik8s.api.types import Object
from tuik8s.ui.causes import VERBS
from tuik8s.ui.past import LoggedChange
from tuik8s.ui.refs import singular
from tuik8s.ui.rowstore import Cell, ColumnSpec

SHOWN = 100
COLUMNS = (
    ColumnSpec("LAST"),
    ColumnSpec("REASON"),
    ColumnSpec("OBJECT"),
    ColumnSpec("BECAUSE"),
    ColumnSpec("MESSAGE", wide=True),
)
CauseOf = Callable[[str, str], LoggedChange | None]
"""(namespace, name of an Event) -> the change that led to it, if known"""


class Happening(NamedTuple):
    """An Event, as far as it is shown. time: as the API has it, so that it sorts."""

    time: str
    uid: str
    namespace: str
    name: str
    reason: str
    kind: str
    about: str
    about_namespace: str
    message: str
    is_warning: bool
    source: str


def happening(event: Object) -> Happening:
    about, meta = event.get("involvedObject") or {}, event["metadata"]
    return Happening(
        time=str(event.get("lastTimestamp") or event.get("eventTime") or ""),
        uid=meta["uid"],
        namespace=meta["namespace"],
        name=meta["name"],
        reason=str(event.get("reason", "")),
        kind=str(about.get("kind", "")),
        about=str(about.get("name", "")),
        about_namespace=str(about.get("namespace", "")),
        message=str(event.get("message", "")),
        is_warning=event.get("type") == "Warning",
        source=str(
            (event.get("source") or {}).get("component") or event.get("reportingComponent") or ""
        ),
    )


def newest(found: list[Happening]) -> list[Happening]:
    return nlargest(SHOWN, found)


def cells(each: Happening, cause_of: CauseOf) -> tuple[Cell, ...]:
    style = "warn" if each.is_warning else ""
    return (
        Cell(each.time[11:19], "dim"),
        Cell(each.reason, style),
        Cell(f"{each.kind.lower()}/{each.about}"),
        Cell(because(each, cause_of(each.namespace, each.name)), "dim"),
        Cell(each.message, style),
    )


def because(each: Happening, cause: LoggedChange | None) -> str:
    """The change that led to it, else at least who said it."""
    if cause is None:
        return each.source
    who = shown_author(cause.author)
    what = f"{singular(cause.key.resource.partition('.')[0])} {cause.key.name}"
    return f"#{cause.moment.revision} {who} {VERBS[cause.type]} {what}"
