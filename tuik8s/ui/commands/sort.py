"""`:sort COLUMN [desc]`: the order of the rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    listing = dashboard.listing
    if listing is None:
        return "rows are of tables: go to one first (:pods)"
    descends = rest.lower().endswith(" desc")
    name = (rest[: -len(" desc")] if descends else rest).strip().upper()
    names = [column.name for column in listing.table.store.columns]
    if name not in names:
        return f"columns: {', '.join(names)}"
    listing.table.store.set_sort(names.index(name), descends)
    return ""


def words(dashboard: Dashboard) -> Iterable[str]:
    listing = dashboard.listing
    return [] if listing is None else [c.name for c in listing.table.store.columns]


COMMAND = Command(("sort",), "COLUMN [desc]", "sort the rows", run, words)
