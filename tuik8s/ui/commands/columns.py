"""`:cols +app -AGE`: which columns the table shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    listing = dashboard.listing
    if listing is None:
        return "columns are of tables: go to one first (:pods)"
    if not rest:
        listing.action_columns()
        return ""
    return listing.change_columns(rest.split())


def words(dashboard: Dashboard) -> Iterable[str]:
    listing = dashboard.listing
    if listing is None:
        return ()
    hidden = listing.table.hidden
    shown = [name for name in listing.table.column_names if name not in hidden]
    return ("reset", *(f"+{name}" for name in hidden), *(f"-{name}" for name in shown))


COMMAND = Command(("cols", "columns"), "+COLUMN +label -COLUMN reset", "which columns", run, words)
