"""The engine room: processes, bus topics, subscribers, work queues, leases, the log of the store.

Tab goes from table to table. Enter or l on a process shows its own log. In the past there are the
leases of then; what processes count is not in the log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from tuik8s.ui import engine
from tuik8s.ui.engine import EngineRow, Look
from tuik8s.ui.feed import Feed
from tuik8s.ui.machine import Status
from tuik8s.ui.refs import NO_REF, Ref
from tuik8s.ui.rowstore import ColumnSpec, RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.screens.logs import LogsScreen
from tuik8s.ui.widgets.live_table import LiveTable

EVERY_MS = 1_000
LEASES = "leases.coordination.k8s.io"
NOT_LOGGED = "this is the past, and processes are not in the log; leases are"


class Part(NamedTuple):
    """One of the tables. rows: None for the leases, which come from the API."""

    name: str
    columns: tuple[ColumnSpec, ...]
    rows: Callable[[Look], list[EngineRow]] | None


PARTS = (
    Part("processes", engine.PROCESSES, engine.process_rows),
    Part("bus topics", engine.TOPICS, engine.topic_rows),
    Part("subscribers", engine.SUBSCRIBERS, engine.subscriber_rows),
    Part("work queues", engine.WORK, engine.work_rows),
    Part("leases", engine.LEASES, None),
    Part("log", engine.LOG, engine.log_rows),
)


class EngineScreen(DashboardScreen):
    """status: asks the supervisor for its processes."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("l", "log", "Log", id="engine.log"),
        Binding("tab", "part(1)", "Next table", id="engine.next"),
        Binding("shift+tab", "part(-1)", "Table before", show=False, id="engine.before"),
    ]

    def __init__(self, feed: Feed, status: Status) -> None:
        super().__init__(feed)
        self._status = status
        self._look = Look()
        self._index = 0
        self._stores = {part.name: RowStore(part.columns) for part in PARTS}

    def body(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static("", classes="heading", id="parts", markup=False)
            yield LiveTable(id="engine")

    def on_mount(self) -> None:
        self.feed.informer(LEASES)
        self.query_one(LiveTable).focus()
        self._show_part()

    def pump(self, now_ms: int) -> None:
        table = self.query_one(LiveTable)
        if self.is_due("processes", EVERY_MS):
            live = self.feed.past is None
            self._look.take(self._status() if live else [], self.feed.real_ms())
            self._fill(now_ms)
            table.empty = "nothing is told of this" if live else NOT_LOGGED
        table.refresh_rows(now_ms)

    @property
    def part(self) -> Part:
        """The table that is shown."""
        return PARTS[self._index]

    def title_line(self) -> str:
        return f"engine room: {self.part.name}"

    def subject(self) -> Ref:
        uid = self.query_one(LiveTable).cursor_uid
        if self.part.rows is not None or not uid:
            return NO_REF
        namespace, _, name = uid.partition("/")
        return Ref(LEASES, namespace, name)

    def action_part(self, step: int) -> None:
        self._index = (self._index + step) % len(PARTS)
        self._show_part()

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        if self.subject() != NO_REF:
            self.dashboard.open_detail(self.subject())
        elif self.part.name in ("processes", "subscribers"):
            self._open_log(event.uid)

    def action_log(self) -> None:
        """The log of the process under the cursor."""
        uid = self.query_one(LiveTable).cursor_uid
        if uid and self.part.name in ("processes", "subscribers"):
            self._open_log(uid)
        else:
            self.notify("processes and subscribers have logs; Tab goes there", severity="warning")

    def _open_log(self, process: str) -> None:
        self.app.push_screen(LogsScreen(self.feed, [process]))

    def _show_part(self) -> None:
        names = (f"[{part.name}]" if part is self.part else f" {part.name} " for part in PARTS)
        self.query_one("#parts", Static).update(" ".join(names))
        self.query_one(LiveTable).set_store(self._stores[self.part.name])
        self._due.clear()

    def _fill(self, now_ms: int) -> None:
        part, store = self.part, self._stores[self.part.name]
        if part.rows is not None:
            rows = part.rows(self._look)
        else:
            rows = engine.lease_rows(self.feed.items(LEASES), now_ms)
        found = {row.uid for row in rows}
        for row in rows:
            store.put(row.uid, row.cells, row.sort_keys, row.health, now_ms)
        store.keep(found)
