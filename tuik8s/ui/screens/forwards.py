"""The ports of this machine at which pods and Services are reached, and how to stop that."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding

from tuik8s.ui.feed import Feed
from tuik8s.ui.forwarding import Forwarded
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.widgets.live_table import LiveTable

EMPTY = "nothing is forwarded   (Shift+F on a pod or a Service, or :forward service/web 8080:80)"


class ForwardsScreen(DashboardScreen):
    """One row per forward."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("delete,ctrl+k", "stop", "Stop", id="forwards.stop"),
        Binding("c", "copy", "Copy address", id="forwards.copy"),
        Binding("escape", "app.leave", "Back", show=False, id="forwards.back"),
    ]

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._there: dict[str, Forwarded] = {}
        self._store = RowStore(
            (
                ColumnSpec("NAMESPACE"),
                ColumnSpec("TARGET"),
                ColumnSpec("PORT"),
                ColumnSpec("AT"),
                ColumnSpec("OPEN", "right"),
                ColumnSpec("EVER", "right"),
                ColumnSpec("LAST PROBLEM", wide=True),
            )
        )

    def body(self) -> ComposeResult:
        yield LiveTable()

    def on_mount(self) -> None:
        table = self.query_one(LiveTable)
        table.set_store(self._store)
        table.empty = EMPTY
        table.focus()

    def title_line(self) -> str:
        return f"port-forwards {len(self._there)}"

    def pump(self, now_ms: int) -> None:
        self._there = {
            f"{f.address[0]}:{f.address[1]}": f for f in self.dashboard.machine.forwards()
        }
        self._store.keep(self._there)
        for address, each in self._there.items():
            texts = (each.namespace, each.target, each.port, address)
            counts = (each.open_count, each.total_count)
            cells = (
                *(Cell(text) for text in texts),
                *(Cell(str(count)) for count in counts),
                Cell(each.problem, "bad"),
            )
            health = "warn" if each.problem else ""
            self._store.put(address, cells, (*texts, *counts, each.problem), health, now_ms)
        self.query_one(LiveTable).refresh_rows(now_ms)

    def _chosen(self) -> str:
        uid = self.query_one(LiveTable).cursor_uid or ""
        return uid if uid in self._there else ""

    def action_stop(self) -> None:
        address = self._chosen()
        if address:
            self.dashboard.machine.stop_forward(self._there[address])

    def action_copy(self) -> None:
        address = self._chosen()
        if address:
            self.app.copy_to_clipboard(address)
            self.notify(f"copied {address}", markup=False)
