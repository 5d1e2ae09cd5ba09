"""How a node's proxy routes: service ports, where they listen, endpoints, connections, affinity.

o goes to the next node; Enter shows the rules as an operator would see them.
"""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from tuik8s.ui.describe import shown
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line, line
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.screens.text import TextScreen
from tuik8s.ui.widgets.live_table import LiveTable


class RoutingScreen(DashboardScreen):
    """The routing table of one node."""

    BINDINGS = [("o", "node(1)", "Next node"), ("O", "node(-1)", "Previous node")]

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._shown_node = ""
        self._shown_version = -1
        self._store = RowStore(
            (
                ColumnSpec("SERVICE PORT"),
                ColumnSpec("LISTENS"),
                ColumnSpec("ENDPOINT"),
                ColumnSpec("ON NODE"),
                ColumnSpec("READY"),
                ColumnSpec("OPEN", "right"),
                ColumnSpec("TOTAL", "right"),
                ColumnSpec("FAILED", "right"),
                ColumnSpec("IN", "right"),
                ColumnSpec("OUT", "right"),
                ColumnSpec("CLIENTS", "right"),
            )
        )

    def body(self) -> ComposeResult:
        yield LiveTable(id="routes")

    def on_mount(self) -> None:
        self.query_one(LiveTable).set_store(self._store)
        self.query_one(LiveTable).focus()
        for name in self._node_names():
            self.feed.ask_routes(name)

    def pump(self, now_ms: int) -> None:
        nodes = self._node_names()
        if self._shown_node not in nodes:
            self._shown_node = nodes[0] if nodes else ""
            self._shown_version = -1
            if self._shown_node:
                self.feed.ask_routes(self._shown_node)
        if self._shown_version != self.feed.routes_version:
            self._shown_version = self.feed.routes_version
            self._fill(self.feed.routes.get(self._shown_node) or {}, now_ms)
        self.query_one(LiveTable).refresh_rows(now_ms)

    def title_line(self) -> str:
        table = self.feed.routes.get(self._shown_node) or {}
        mode = table.get("mode", "waiting for its proxy")
        count = len(table.get("services") or ())
        where = f"routes of {self._shown_node}  ({mode})  {count} service ports"
        return f"{where}, Enter shows the rules" if table else where

    def action_node(self, step: int) -> None:
        nodes = self._node_names()
        if nodes:
            index = nodes.index(self._shown_node) if self._shown_node in nodes else 0
            self._shown_node = nodes[(index + step) % len(nodes)]
            self._shown_version = -1
            self.feed.ask_routes(self._shown_node)

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()

        def lines() -> list[Line]:
            rules = (self.feed.routes.get(self._shown_node) or {}).get("rules") or ()
            return [line(shown(str(rule))) for rule in rules] or [line("(no rules yet)", "dim")]

        self.app.push_screen(TextScreen(self.feed, f"rules of {self._shown_node}", lines))

    def _node_names(self) -> list[str]:
        return sorted(node["metadata"]["name"] for node in self.feed.items("nodes"))

    def _fill(self, table: dict[str, Any], now_ms: int) -> None:
        seen = set()
        for service in table.get("services") or ():
            for uid, cells, health in service_rows(service):
                seen.add(uid)
                keys = tuple(int(c.text) if c.text.isdigit() else -1 for c in cells[5:])
                texts = tuple(c.text for c in cells[:5])
                self._store.put(uid, cells, (*texts, *keys), health, now_ms)
        for uid in [uid for uid in self._store.order if uid not in seen]:
            self._store.remove(uid)


def service_rows(service: dict[str, Any]) -> list[tuple[str, tuple[Cell, ...], str]]:
    """The rows of one service port: one per endpoint, or one that says there is none."""
    listens = ", ".join(
        rule if where == rule else f"{rule} → {where}"
        for rule, where in (service.get("listens") or {}).items()
    )
    if service.get("local_port"):
        listens = f"{listens}  local {service['local_port']}" if listens else service["local_port"]
    id_, endpoints = service["id"], service.get("endpoints") or ()
    if not endpoints:
        none = (Cell(id_, "accent"), Cell(listens), Cell("no endpoints", "warn"))
        return [(id_, (*none, *(Cell("") for _ in range(8))), "warn")]
    affinity = service.get("affinity") or ()
    rows: list[tuple[str, tuple[Cell, ...], str]] = []
    for endpoint in endpoints:
        address, tally = endpoint["address"], endpoint.get("tally") or {}
        clients = sum(entry["endpoint"] == address for entry in affinity)
        cells = (
            Cell(id_, "accent"),
            Cell(listens),
            Cell(address),
            Cell(endpoint.get("node") or "-", "dim"),
            Cell("yes", "ok") if endpoint["ready"] else Cell("no", "warn"),
            Cell(str(tally.get("open", 0))),
            Cell(str(tally.get("total", 0))),
            Cell(str(tally.get("failed", 0)), "bad" if tally.get("failed") else ""),
            Cell(str(tally.get("bytes_in", 0)), "dim"),
            Cell(str(tally.get("bytes_out", 0)), "dim"),
            Cell(str(clients) if affinity else ""),
        )
        rows.append((f"{id_}/{address}", cells, "" if endpoint["ready"] else "warn"))
    return rows
