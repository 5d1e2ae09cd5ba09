"""`:location` copies where one looks, `:go LOCATION` looks there again (`ui/location.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.location import BadLocation, Location, parse_location

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard
    from tuik8s.ui.screens.listing import Listing


def here(dashboard: Dashboard) -> Location:
    """Where the dashboard looks now; of what lies above a table, that table."""
    moment = dashboard.rewinder.moment
    found = Location(
        dashboard.cluster,
        dashboard.memory.place,
        moment.revision if moment is not None else 0,
        dashboard.feed.namespace,
    )
    listing = dashboard.listing
    if listing is None:
        return found
    view = listing.view
    return found._replace(
        filter=view.filter,
        sort=view.sort,
        descending="1" if view.descending else "",
        uid=listing.rows.cursor_uid or "",
    )


def copy(dashboard: Dashboard, rest: str) -> str:
    text = str(here(dashboard))
    dashboard.copy(text, text)
    return ""


def go(dashboard: Dashboard, rest: str) -> str:
    try:
        wanted = parse_location(rest)
    except BadLocation as bad:
        return str(bad)
    if wanted.cluster != dashboard.cluster:
        return (
            f"that is in cluster {wanted.cluster!r}, this is {dashboard.cluster!r}: :ls goes there"
        )
    problem = dashboard.set_namespace(wanted.namespace) or dashboard.go(wanted.view)
    if not problem and dashboard.listing is not None:
        problem = _restore(dashboard.listing, wanted)
    if problem:
        return problem
    if wanted.revision:
        dashboard.rewinder.go_to(wanted.revision)
    else:
        dashboard.rewinder.live()
    return ""


def _restore(listing: Listing, wanted: Location) -> str:
    store = listing.table.store
    names = [column.name for column in store.columns]
    if wanted.sort and wanted.sort not in names:
        return f"no column {wanted.sort!r} to sort by; columns: {', '.join(names)}"
    if wanted.sort:
        store.set_sort(names.index(wanted.sort), bool(wanted.descending))
    listing.point_at(wanted.uid)
    return listing.set_filter(wanted.filter)


COPY = Command(("location",), "", "copy where this is: view, filter, moment", copy)
GO = Command(("go",), "LOCATION", "look where a location says", go)
