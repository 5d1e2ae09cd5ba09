"""The Events about the object, newest first; Enter shows one whole."""

from __future__ import annotations

from typing import ClassVar

from tuik8s.ui.event_cells import cells_of
from tuik8s.ui.feed import EVENTS, Feed
from tuik8s.ui.panes.base import dashboard_of
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import ColumnSpec, RowStore
from tuik8s.ui.widgets.live_table import LiveTable

COLUMNS = (
    ColumnSpec("TIME"),
    ColumnSpec("TYPE"),
    ColumnSpec("REASON"),
    ColumnSpec("COUNT", "right"),
    ColumnSpec("FROM"),
    ColumnSpec("MESSAGE", wide=True),
)


class EventsPane(LiveTable):
    TITLE: ClassVar[str] = "events"

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__(RowStore(COLUMNS))
        self.feed, self.ref = feed, ref
        self._version = -1
        self.rows.set_sort(0, True)

    @property
    def rows(self) -> RowStore:
        assert self.store is not None
        return self.store

    def pump(self, now_ms: int) -> None:
        version = self.feed.version_of((EVENTS, self.ref.resource))
        if version != self._version:
            self._version = version
            self._fill(now_ms)
        self.refresh_rows(now_ms)

    def _fill(self, now_ms: int) -> None:
        obj = self.feed.get(*self.ref)
        seen = set()
        for event in self.feed.events_about(obj) if obj is not None else ():
            uid = str(event["metadata"].get("uid") or event["metadata"]["name"])
            seen.add(uid)
            cells = cells_of(event)
            count = int(cells[3].text)
            keys = (
                cells[0].text,
                cells[1].text,
                cells[2].text,
                count,
                *(c.text for c in cells[4:]),
            )
            self.rows.put(uid, cells, keys, cells[1].style, now_ms)
        self.rows.keep(seen)

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        obj = self.feed.get(*self.ref)
        for each in self.feed.events_about(obj) if obj is not None else ():
            meta = each["metadata"]
            if event.uid in (meta.get("uid"), meta["name"]):
                ref = Ref(EVENTS, meta["namespace"], meta["name"])
                dashboard_of(self).open_detail(ref)

    def words(self) -> str:
        count = self.rows.counts[0]
        return f"{count} event{'s' * (count != 1)}" if count else "no events"
