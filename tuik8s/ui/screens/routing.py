"""How connections to a Service find their pod: addresses, rules, endpoints, live traffic, affinity.

    o next node   i as iptables or userspace would write the rules   r this Service alone, or all
    y the rules as iptables-save prints them   Enter on an endpoint: its pod

At a moment of the past the rules are compiled from the Services and EndpointSlices of then; what
proxies count is not in the log.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from tuik8s.api.routing import iptables, userspace
from tuik8s.api.routing.rules import ProxyNode, RuleSet
from tuik8s.ui.describe import shown
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import line
from tuik8s.ui.refs import NO_REF, Ref
from tuik8s.ui.routes import COLUMNS, Routes, describe_service, endpoint_rows, proxy_node, routes
from tuik8s.ui.rowstore import RowStore
from tuik8s.ui.rules import tree
from tuik8s.ui.screens.text import PageScreen, TextScreen
from tuik8s.ui.traffic import Traffic
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page

EVERY_MS = 1_000
SERVICES = "services"
SLICES = "endpointslices.discovery.k8s.io"
MODES = {"userspace": userspace.explain, "iptables": iptables.explain}
NOT_LOGGED = "the past: connections are not in the log"


class RoutingScreen(PageScreen):
    """ref: the Service or the node that is looked at, or NO_REF for all Services at all nodes."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("o", "node", "Next node", id="routes.node"),
        Binding("i", "mode", "iptables/userspace", id="routes.mode"),
        Binding("r", "narrow", "This Service/all", id="routes.narrow"),
        Binding("slash", "filter", "Filter", id="routes.filter"),
        Binding("y", "rules", "Rules as text", id="routes.text"),
        Binding("tab", "app.focus_next", "Next panel", id="routes.panel"),
    ]

    def __init__(self, feed: Feed, ref: Ref = NO_REF) -> None:
        super().__init__(feed)
        self._service = ref if ref.resource == SERVICES else NO_REF
        self._node = ref.name if ref.resource == "nodes" else ""
        """Whose traffic is shown; "" is all nodes."""
        self._mode = ""
        """How the rules are written; "" is as the proxies do."""
        self._found = Routes((), {})
        self._traffic = Traffic()
        self._stamp: Any = None
        self._compiled: Any = None
        self._store = RowStore(COLUMNS)
        self._uids: set[str] = set()
        self._part: Widget | None = None

    def body(self) -> ComposeResult:
        with Vertical():
            with Vertical(classes="panel"):
                yield Static("", classes="heading", id="rules-heading", markup=False)
                yield Page(id="rules")
            with Vertical(classes="panel"):
                yield Static("", classes="heading", id="ends-heading", markup=False)
                yield LiveTable(id="routes")

    def on_mount(self) -> None:
        self.query_one(LiveTable).set_store(self._store)
        self.query_one(LiveTable).focus()
        for name in self._node_names():
            self.feed.ask_routes(name)

    def pump(self, now_ms: int) -> None:
        for node, table in self.feed.take_routes():
            self._traffic.take(node, table)
        version = self.feed.version_of((SERVICES, SLICES))
        stamp = (self._service, self._node, self.mode, self.feed.namespace, self.feed.moves)
        if stamp != self._stamp or self.is_due("routes", EVERY_MS):
            self._stamp = stamp
            if self._compiled != (version, stamp):
                self._compiled = (version, stamp)
                self._compile()
            self._show(now_ms)
        self.query_one(LiveTable).refresh_rows(now_ms)

    def on_descendant_focus(self) -> None:
        if isinstance(self.focused, LiveTable | Page):
            self._part = self.focused  # the prompt, which has the keys next, is about it

    def part(self) -> Widget | None:
        return self._part

    @property
    def mode(self) -> str:
        """How the rules are written."""
        told = next(iter(self.feed.routes.values()), {})
        return self._mode or str(told.get("mode", "userspace"))

    def title_line(self) -> str:
        count = len(self._found.ports)
        ports = f"{count} port{'s' * (count != 1)}"
        of = str(self._service) if self._service != NO_REF else ports
        return f"routes of {of} at {self._node or 'all nodes'}"

    def subject(self) -> Ref:
        """The pod of the endpoint under the cursor, else its Service."""
        uid = self.query_one(LiveTable).cursor_uid or ""
        for port in self._found.ports:
            for end in port.endpoints:
                if uid == f"{port.id}/{end}" and self._found.pod(end) != NO_REF:
                    return self._found.pod(end)
            if uid.startswith(port.id):
                return Ref(SERVICES, port.namespace, port.name)
        return self._service

    # --- keys ---------------------------------------------------------------------------------

    def action_node(self) -> None:
        nodes = ["", *self._node_names()]
        index = nodes.index(self._node) if self._node in nodes else 0
        self._node = nodes[(index + 1) % len(nodes)]
        if self._node:
            self.feed.ask_routes(self._node)

    def action_mode(self) -> None:
        self._mode = "userspace" if self.mode == "iptables" else "iptables"

    def action_narrow(self) -> None:
        """Only the Service under the cursor; all again when it is one already."""
        if self._service != NO_REF:
            self._service = NO_REF
            return
        uid = self.query_one(LiveTable).cursor_uid or ""
        for port in self._found.ports:
            if uid == port.id or uid.startswith(f"{port.id}/"):
                self._service = Ref(SERVICES, port.namespace, port.name)

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        ref = self.subject()
        if ref != NO_REF:
            self.dashboard.open_detail(ref)

    def action_rules(self) -> None:
        """The rules one by one, as a tool on the node would print them."""
        rules, mode = self._rules(), self.mode

        def found() -> list[Any]:
            return [line(shown(rule)) for rule in MODES[mode](rules)] or [line("(no rules)", "dim")]

        self.app.push_screen(TextScreen(self.feed, f"{mode} rules of {rules.node}", found))

    # --- what is shown ------------------------------------------------------------------------

    def _compile(self) -> None:
        if self._service != NO_REF:
            service = self.feed.get(*self._service)
            services = [service] if service is not None else []
        else:
            wanted = self.feed.namespace
            services = [
                each
                for each in self.feed.items(SERVICES)
                if not wanted or each["metadata"]["namespace"] == wanted
            ]
        self._found = routes(services, self.feed.items(SLICES))

    def _show(self, now_ms: int) -> None:
        live = self.feed.past is None
        rules, node = self._rules(), self._place()
        told = (self.feed.routes.get(node.name) or {}) if live else {}
        rows = {row["id"]: row for row in told.get("services") or ()}
        self.query_one(Page).set_lines(tree(rules, self.mode, self._found.where, rows, now_ms))
        self.query_one("#rules-heading", Static).update(self._rules_heading(node, bool(told)))
        nodes = [self._node] if self._node else self._node_names()
        before, self._uids = self._uids, set()
        traffic = self._traffic if live else None
        for row in endpoint_rows(self._found, traffic, nodes, now_ms):
            self._uids.add(row.uid)
            self._store.put(row.uid, row.cells, row.sort_keys, row.health, now_ms)
        for uid in before - self._uids:
            self._store.remove(uid)
        where = f"connections that came in at {self._node or 'all nodes'}"
        heading = f"endpoints   {where if live else NOT_LOGGED}"
        self.query_one("#ends-heading", Static).update(heading)

    def _rules(self) -> RuleSet:
        return self._found.rules(self._place())

    def _place(self) -> ProxyNode:
        """The node whose rules are shown: with all nodes the first one's."""
        names = self._node_names()
        name = self._node or (names[0] if names else "")
        return proxy_node(name, self.feed.get("nodes", "", name))

    def _rules_heading(self, node: ProxyNode, is_told: bool) -> str:
        if self._service != NO_REF:
            service = self.feed.get(*self._service)
            return describe_service(service) if service else f"there is no {self._service} then"
        zone = f"  {node.zone}" if node.zone else ""
        silent = "" if is_told or self.feed.past else "  its proxy has not told its table"
        return f"{self.mode} rules of {node.name} {node.address}{zone}{silent}"

    def _node_names(self) -> list[str]:
        return sorted(name for _, name in self.feed.entries("nodes"))
