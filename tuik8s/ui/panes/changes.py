"""Every change of the object that the log has: who made it, because of what, and what changed.

Enter shows what a change changed; w says why it was made.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding

from tuik8s.api.times import format_micro_time
from tuik8s.ui.feed import Feed
from tuik8s.ui.history import History, LogChange
from tuik8s.ui.panes.base import dashboard_of
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.widgets.live_table import LiveTable

COLUMNS = (
    ColumnSpec("REVISION", "right"),
    ColumnSpec("TIME"),
    ColumnSpec("TYPE"),
    ColumnSpec("BY"),
    ColumnSpec("CAUSE", "right"),
    ColumnSpec("WHAT", wide=True),
)
STYLES = {"ADDED": "ok", "MODIFIED": "", "DELETED": "bad"}


class ChangesPane(LiveTable):
    TITLE: ClassVar[str] = "changes"
    BINDINGS = [Binding("w", "why", "Why", id="changes.why")]

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__(RowStore(COLUMNS))
        self.feed, self.ref = feed, ref
        self.history = History(feed.client, ref)
        self._stamp: Any = None
        self.rows.set_sort(0, True)

    @property
    def rows(self) -> RowStore:
        assert self.store is not None
        return self.store

    def pump(self, now_ms: int) -> None:
        obj = self.feed.get(*self.ref)
        version = obj["metadata"].get("resourceVersion") if obj is not None else ""
        self.history.follow(version, now_ms)
        stamp = (self.history.version, self.feed.moves)
        if stamp != self._stamp:
            self._stamp = stamp
            self._fill(now_ms)
        self.refresh_rows(now_ms)

    def words(self) -> str:
        if self.history.refused:
            return self.history.refused
        if not self.history.is_loaded:
            return "reading the log"
        return f"{self.rows.counts[0]} changes, Enter shows one"

    def _fill(self, now_ms: int) -> None:
        shown = self.history.until(now_ms)
        seen = set()
        for change in shown:
            uid = str(change.revision)
            seen.add(uid)
            if self.rows.find(uid) is None:
                cells = cells_of(change)
                keys = (change.revision, *(cell.text for cell in cells[1:]))
                self.rows.put(uid, cells, keys, "", change.at_ms)
        self.rows.keep(seen)

    def _change(self, uid: str) -> LogChange | None:
        return next((c for c in self.history.changes if str(c.revision) == uid), None)

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        change = self._change(event.uid)
        if change is not None:
            dashboard_of(self).open_change(change.revision)

    def action_why(self) -> None:
        change = self._change(self.cursor_uid or "")
        if change is not None:
            dashboard_of(self).open_why(self.ref, change.revision)


def cells_of(change: LogChange) -> tuple[Cell, ...]:
    """A row of the list of changes."""
    return (
        Cell(str(change.revision), "accent"),
        Cell(format_micro_time(change.at_ms)[11:23], "dim"),
        Cell(change.type, STYLES.get(change.type, "")),
        Cell(change.by),
        Cell(str(change.cause) if change.cause else "", "dim"),
        Cell(change.what),
    )
