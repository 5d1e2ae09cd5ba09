"""Screens with a page on them: `/` searches it or filters a table; and the simplest of them."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget

from tuik8s.ui import filter as filters
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page
from tuik8s.ui.widgets.prompt import Prompt

REFRESH_EVERY_MS = 1_000


class PageScreen(DashboardScreen):
    """What is typed after `/` goes to the part that has the keys."""

    BINDINGS = [
        Binding("escape,q", "app.leave", "Back", id="page.back"),
        Binding("slash", "filter", "Filter", id="page.filter"),
    ]

    def part(self) -> Widget | None:
        """The page or the table that `/` is about."""
        return self.query(Page).first() if self.query(Page) else None

    def word(self) -> str:
        """What is searched for or filtered by, "" for nothing."""
        part = self.part()
        if isinstance(part, LiveTable):
            return str(part.store.filter or "") if part.store is not None else ""
        return part.word if isinstance(part, Page) else ""

    def action_filter(self) -> None:
        """For a table; a page has a key of its own to be searched."""
        self.query_one(Prompt).open("/", self.word())

    def prompt_changed(self, sign: str, text: str) -> str:
        return self._look_for(text) if sign == "/" else ""

    def prompt_done(self, sign: str, text: str | None) -> str:
        if sign == "/":
            return self._look_for("") if text is None else ""
        return super().prompt_done(sign, text)

    def _look_for(self, text: str) -> str:
        """Search or filter; what is wrong with the text, "" if nothing."""
        part = self.part()
        if isinstance(part, Page):
            part.search(text)
        elif isinstance(part, LiveTable) and part.store is not None:
            try:
                part.store.set_filter(filters.parse(text) if text.strip() else None)
            except filters.BadFilter as bad:
                return filters.explain(text, bad)
        return ""


class TextScreen(PageScreen):
    """A page of lines that are made anew each second, and drawn when they differ."""

    def __init__(self, feed: Feed, title: str, lines: Callable[[], list[Line]]) -> None:
        super().__init__(feed)
        self._title = title
        self._make = lines

    def body(self) -> ComposeResult:
        yield Page()

    def on_mount(self) -> None:
        self.query_one(Page).focus()
        self.pump(self.feed.now_ms())

    def pump(self, now_ms: int) -> None:
        if self.is_due("lines", REFRESH_EVERY_MS):
            self.query_one(Page).set_lines(self._make())

    def title_line(self) -> str:
        word = self.word()
        return self._title + (f"  /{word}" if word else "")
