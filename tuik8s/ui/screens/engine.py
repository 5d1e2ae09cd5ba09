"""The engine room: the processes of the cluster, what each counts, and which of them restarts."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from tuik8s.ui.feed import Feed
from tuik8s.ui.machine import Status
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.widgets.live_table import LiveTable

EVERY_MS = 1_000


class EngineScreen(DashboardScreen):
    """The supervisor's view. status: asks it for its processes."""

    def __init__(self, feed: Feed, status: Status) -> None:
        super().__init__(feed)
        self._status = status
        self._began: dict[str, tuple[int, int]] = {}
        """process -> its pid and when it began, as first heard: what is up grows on its own."""
        self._store = RowStore(
            (
                ColumnSpec("PROCESS"),
                ColumnSpec("PID", "right"),
                ColumnSpec("STATE"),
                ColumnSpec("RESTARTS", "right"),
                ColumnSpec("UP"),
                ColumnSpec("LAST EXIT"),
                ColumnSpec("COUNTS", wide=True),
            )
        )

    def body(self) -> ComposeResult:
        yield LiveTable(id="processes")

    def on_mount(self) -> None:
        self.query_one(LiveTable).set_store(self._store)
        self.query_one(LiveTable).focus()

    def pump(self, now_ms: int) -> None:
        if self.is_due("processes", EVERY_MS):
            for process in self._status():
                self._put(process, now_ms)
        self.query_one(LiveTable).refresh_rows(now_ms)

    def title_line(self) -> str:
        return "engine room"

    def _put(self, process: dict[str, Any], now_ms: int) -> None:
        state = process["state"]
        style = "ok" if state == "running" else "warn" if state == "starting" else "bad"
        counts = process.get("statistics") or {}
        told = "  ".join(f"{k} {v}" for k, v in counts.items() if "." not in k and v)
        cells = (
            Cell(process["name"], "accent"),
            Cell(str(process["pid"] or "-")),
            Cell(state, style),
            Cell(str(process["restarts"]), "warn" if process["restarts"] else ""),
            Cell(f"{process['up_ms'] // 1000}s" if process["pid"] else "-", "dim"),
            Cell(process["last_exit"], "dim"),
            Cell(told, "dim"),
        )
        name, pid = process["name"], process["pid"]
        if self._began.get(name, (None, 0))[0] != pid:
            self._began[name] = (pid, now_ms - process["up_ms"])
        keys = (name, pid, state, process["restarts"], -self._began[name][1], "", "")
        self._store.put(name, cells, keys, style, now_ms)
