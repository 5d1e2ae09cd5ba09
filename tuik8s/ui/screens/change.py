"""One change of the log: who made it, because of what, and what it changed, as a diff."""

from __future__ import annotations

from tuik8s.api.reasons import shown_author
from tuik8s.api.times import format_micro_time
from tuik8s.ui.diff import object_lines
from tuik8s.ui.feed import Feed
from tuik8s.ui.history import LogChange, change_of
from tuik8s.ui.lines import Line, line
from tuik8s.ui.logbook import Logbook, Page
from tuik8s.ui.refs import NO_REF, Ref
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.screens.text import TextScreen


class ChangeScreen(TextScreen):
    """Shows a change that is read from the log once; it never becomes another one."""

    def __init__(self, feed: Feed, revision: int) -> None:
        super().__init__(feed, f"change #{revision}", lambda: self._lines)
        self.revision = revision
        self._change: LogChange | None = None
        self._lines = [line("reading the log", "dim")]
        Logbook(feed.client).page(self._read, after=revision - 1, limit=1)

    def subject(self) -> Ref:
        return NO_REF if self._change is None else self._change.ref

    def _read(self, page: Page) -> None:
        found = [logged for logged in page.changes if logged.moment.revision == self.revision]
        if found:
            self._change = change_of(found[0])
            self._lines = change_lines(self._change)
        else:
            gone = f"revision {self.revision} is no longer in the log"
            self._lines = [line(page.refused or gone, "bad")]


def change_lines(change: LogChange) -> list[Line]:
    """A head of what is known of the change, its fields, then the diff of the YAML."""
    by = shown_author(change.author)
    head = [
        ("change", f"#{change.revision} {change.type} {change.ref}"),
        ("time", format_micro_time(change.at_ms)),
        ("by", by if by == change.author else f"{by}  ({change.author})"),
        ("cause", f"#{change.cause}, w follows it" if change.cause else "none is recorded"),
    ]
    lines: list[Line] = [(Cell(f"{name:<8}", "accent"), Cell(text)) for name, text in head]
    return [*lines, *object_lines(change.before, change.after)]
