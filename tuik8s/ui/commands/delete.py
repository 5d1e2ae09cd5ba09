"""`:delete KIND NAME`: deletes by name, whatever the filter hides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    listing = dashboard.listing
    if listing is None:
        return "objects are of tables: go to one first (:pods)"
    why = listing.why_not("delete", ())
    if why or not rest:
        return why or f"the name of one of the {listing.kind.plural}"
    found = [obj for obj in listing.table.objects() if obj["metadata"]["name"] == rest]
    if len(found) != 1:
        return f"{len(found) or 'no'} {listing.kind.plural} named {rest!r} here"
    listing.delete(found)
    return ""


def names(dashboard: Dashboard) -> Iterable[str]:
    listing = dashboard.listing
    return [] if listing is None else [o["metadata"]["name"] for o in listing.table.objects()]


COMMAND = Command(("delete", "kill"), "NAME", "delete by name, even if it is hidden", run, names)
