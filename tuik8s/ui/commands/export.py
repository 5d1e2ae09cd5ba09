"""`:export csv|json|txt|svg FILE`: what is on screen as a file; Ctrl+S writes them all.

csv, json: the rows of the table that has the keys, else what the screen is about (an object, a
decision), else its lines. txt: everything on the screen, also what there is no room for.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.api.times import format_time
from tuik8s.ui.commands.base import Command
from tuik8s.ui.export import FORMATS, as_document, exported, lines_exported
from tuik8s.ui.rowstore import RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    style, _, name = rest.partition(" ")
    if style not in FORMATS:
        return f"one of {', '.join(FORMATS)}, then a file: :export csv pods.csv"
    return _write(dashboard, style, name.strip() or f"{_file_name(dashboard)}.{style}")


def save_all(dashboard: Dashboard) -> str:
    """Write every form of what is on screen; what is wrong with that, "" if nothing."""
    name = _file_name(dashboard)
    for style in FORMATS if isinstance(dashboard.screen, DashboardScreen) else ("svg",):
        problem = _write(dashboard, style, f"{name}.{style}")
        if problem:
            return problem
    return ""


def _write(dashboard: Dashboard, style: str, name: str) -> str:
    text = _text(dashboard, style)
    if dashboard.is_web:
        dashboard.deliver_text(io.StringIO(text), save_filename=name)
        return ""
    try:
        path = dashboard.machine.write(name, text)
    except OSError as problem:
        return f"cannot write it: {problem}"
    dashboard.notify(f"saved {path}", markup=False)
    return ""


def _text(dashboard: Dashboard, style: str) -> str:
    screen = dashboard.screen
    if style == "svg" or not isinstance(screen, DashboardScreen):
        return dashboard.export_screenshot()
    if style == "txt":
        return screen.as_text() + "\n"
    about, store = screen.about(), _rows(screen)
    if about is not None and style == "json":
        return as_document(about)
    if store is not None:
        return exported(store, style)
    pages = [page.as_text().split("\n") for page in screen.query(Page) if screen.is_shown(page)]
    return lines_exported([each for page in pages for each in page], style)


def _rows(screen: DashboardScreen) -> RowStore | None:
    """The table that has the keys, else the first there is."""
    tables = [each for each in screen.query(LiveTable) if each.store and screen.is_shown(each)]
    chosen = [table for table in tables if table.has_focus] or tables
    return chosen[0].store if chosen else None


def _file_name(dashboard: Dashboard) -> str:
    what = dashboard.memory.place.partition(" ")[0] or "tuik8s"
    return f"{what}-{format_time(dashboard.feed.now_ms()).replace(':', '')}"


def words(dashboard: Dashboard) -> Iterable[str]:
    return FORMATS


COMMAND = Command(("export",), "csv|json|txt|svg FILE", "what is on screen, as a file", run, words)
