"""Logs of whatever is named, on one time axis: `:logs web-0 kubelet/node-1 scheduler`."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from tuik8s.ui.feed import Feed
from tuik8s.ui.log_sources import Meant, meant
from tuik8s.ui.screens.text import PageScreen
from tuik8s.ui.widgets.log_page import LogPage


class NamedLogs(LogPage):
    """words: as `log_sources.meant` reads them."""

    def __init__(self, feed: Feed, words: Sequence[str]) -> None:
        super().__init__(feed)
        self._named = words

    def find(self) -> Meant:
        return meant(self._named, self.feed, self.parties.names)


class LogsScreen(PageScreen):
    """One page of logs."""

    def __init__(self, feed: Feed, words: Sequence[str]) -> None:
        super().__init__(feed)
        self._words = words

    def body(self) -> ComposeResult:
        yield NamedLogs(self.feed, self._words)

    def on_mount(self) -> None:
        self.query_one(NamedLogs).focus()

    def pump(self, now_ms: int) -> None:
        page = self.query_one(NamedLogs)
        if page.size.height:  # laid out: where its end is can be said
            page.pump(now_ms)

    def title_line(self) -> str:
        word = self.word()
        said = self.query_one(NamedLogs).words()
        return "  ".join(
            part
            for part in (f"logs {' '.join(self._words)}", said, f"/{word}" if word else "")
            if part
        )
