"""What the scheduler did last, pod by pod: where each went, or why it went nowhere."""

from __future__ import annotations

from heapq import nlargest

from textual.app import ComposeResult

from tuik8s.api.times import format_time
from tuik8s.ui.decision import Placement, placement
from tuik8s.ui.feed import Feed
from tuik8s.ui.pace import Pace
from tuik8s.ui.refs import NO_REF, Ref, ref_of_key
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.text import PageScreen
from tuik8s.ui.widgets.live_table import LiveTable

ROWS_MAX = 500
COLUMNS = (
    ColumnSpec("TIME"),
    ColumnSpec("POD"),
    ColumnSpec("STATE"),
    ColumnSpec("NODE"),
    ColumnSpec("MESSAGE", wide=True),
)


class SchedulingScreen(PageScreen):
    """The newest placements; Enter shows the decision node by node."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._store = RowStore(COLUMNS)
        self._store.set_sort(0, True)
        self._version = -1
        self._waiting = 0
        self._count = 0
        self._pace = Pace(feed)

    def body(self) -> ComposeResult:
        yield LiveTable(self._store)

    def on_mount(self) -> None:
        self.query_one(LiveTable).focus()

    def part(self) -> LiveTable:
        return self.query_one(LiveTable)

    def subject(self) -> Ref:
        uid = self.part().cursor_uid
        return ref_of_key(uid) if uid else NO_REF

    def title_line(self) -> str:
        total, shown = self._store.counts
        count = f"{shown}/{total}" if shown != total else str(total)
        word = self.word()
        wait = "1 pod waits" if self._waiting == 1 else f"{self._waiting} pods wait"
        said = f"scheduling: {count} newest placements, {wait}"
        return f"{said}  /{word}" if word else said

    def pump(self, now_ms: int) -> None:
        version = self.feed.version_of(("pods",))
        if version != self._version and self._pace.is_due(self._count):
            self._version = version
            self._fill(now_ms)
        self.part().refresh_rows(now_ms)

    def _fill(self, now_ms: int) -> None:
        inside = self.feed.namespace
        found = [
            placement(pod)
            for pod in self.feed.items("pods")
            if not inside or pod["metadata"].get("namespace") == inside
        ]
        self._count = len(found)
        self._waiting = sum(not each.node for each in found)
        # Those that wait come first: they are what somebody looks for here.
        newest = nlargest(ROWS_MAX, found, key=lambda each: (not each.node, each.at_ms, each.ref))
        seen = set()
        for each in newest:
            seen.add(each.ref.key)
            cells, keys = row_of(each)
            self._store.put(each.ref.key, cells, keys, each.style, now_ms)
        self._store.keep(seen)

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        self.dashboard.open_decision(ref_of_key(event.uid))


def row_of(found: Placement) -> tuple[tuple[Cell, ...], tuple[object, ...]]:
    """Cells and sort keys of one placement."""
    name = f"{found.ref.namespace}/{found.ref.name}"
    cells = (
        Cell(format_time(found.at_ms)[11:19], "dim"),
        Cell(name),
        Cell(found.state, found.style),
        Cell(found.node or "-", "accent" if found.node else "dim"),
        Cell(found.message),
    )
    rank = (int(not found.node), found.at_ms)  # those that wait stay above those that are placed
    return cells, (rank, name, found.state, found.node, found.message)
