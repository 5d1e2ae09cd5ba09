"""The cluster at a glance: what runs, what is wrong, how loaded each node is, what happened last.

Up to a dozen nodes are a table; more are a map with a cell each. Enter goes to the object of a row,
on a node to its pods; w says why. A small window shows what is wrong and the nodes, the rest in two
lines.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from tuik8s.ui.digests import Digests, Load, PodDigest, loads
from tuik8s.ui.feed import Feed
from tuik8s.ui.happenings import COLUMNS as EVENT_COLUMNS
from tuik8s.ui.happenings import Happening, cells, happening, newest
from tuik8s.ui.lines import Line, line
from tuik8s.ui.machine import Status
from tuik8s.ui.nodemap import NodeDigest, node_digest
from tuik8s.ui.nodemap import cells as node_cells
from tuik8s.ui.problems import Problem
from tuik8s.ui.refs import NO_REF, Ref
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.summary import (
    MINUTE_S,
    NOT_LOGGED,
    Workloads,
    brief,
    is_at_limit,
    is_ready,
    plane,
    rate_lines,
    starts_per_second,
    workload_lines,
)
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.node_map import NodeMap
from tuik8s.ui.widgets.page import Page

EVERY_MS = 1_000
TABLE_MAX = 12
"""More nodes than this are a map."""
WORKLOADS = {
    "Deployments": "deployments.apps",
    "StatefulSets": "statefulsets.apps",
    "DaemonSets": "daemonsets.apps",
}
BUDGETS = "poddisruptionbudgets.policy"
_BAR = "▏▎▍▌▋▊▉█"
NODE_COLUMNS = (
    ColumnSpec("NODE"),
    ColumnSpec("STATUS"),
    ColumnSpec("PODS", "right"),
    ColumnSpec("CPU"),
    ColumnSpec("MEMORY"),
)


class OverviewScreen(DashboardScreen):
    """status: asks the supervisor for its processes."""

    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (104, "-roomy")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]
    BINDINGS: ClassVar[list[Any]] = [
        Binding("tab", "app.focus_next", "Next panel", id="overview.next"),
    ]
    CSS = """
    OverviewScreen {
        #glance { height: 10; }
        #troubles { width: 4fr; }
        #plane-panel, #work-panel { width: 3fr; }
        #brief { display: none; height: 2; }
        #nodes-panel { height: auto; max-height: 14; }
        #nodes { height: auto; max-height: 12; }
        #map { height: auto; max-height: 12; }
        &.-slim, &.-short {
            #brief { display: block; }
            #plane-panel, #work-panel { display: none; }
            #glance { height: 1fr; }
        }
        &.-short #nodes-panel { max-height: 6; }
        &.-short #events-panel { display: none; }
    }
    """

    def __init__(self, feed: Feed, status: Status) -> None:
        super().__init__(feed)
        self._status = status
        self._load = RowStore(NODE_COLUMNS)
        self._problems = RowStore((ColumnSpec("WHAT IS WRONG", wide=True),))
        self._events = RowStore(EVENT_COLUMNS)
        self._found: dict[str, Problem] = {}
        self._happenings: dict[str, Happening] = {}
        self._made: dict[str, Any] = {}
        """What was made -> the version of what it was made of."""
        self._node_digests = Digests(node_digest)
        self._heard = Digests(happening)
        self._ready = {resource: Digests(is_ready) for resource in WORKLOADS.values()}
        self._limits = Digests(is_at_limit)

    def body(self) -> ComposeResult:
        with Vertical():
            yield Page(id="brief")
            with Horizontal(id="glance"):
                with Vertical(classes="panel", id="plane-panel") as panel:
                    panel.border_title = "processes"
                    yield Page(id="plane")
                with Vertical(classes="panel", id="work-panel") as panel:
                    panel.border_title = "workloads"
                    yield Page(id="work")
                with Vertical(classes="panel", id="troubles"):
                    yield LiveTable(id="problems")
            with Vertical(classes="panel", id="nodes-panel"):
                yield LiveTable(id="nodes")
                yield NodeMap(id="map")
            with Vertical(classes="panel", id="events-panel") as panel:
                panel.border_title = "events: Enter goes to the object"
                yield LiveTable(id="events")

    def on_mount(self) -> None:
        self._events.set_sort(0, True)
        stores = {"nodes": self._load, "problems": self._problems, "events": self._events}
        for name, store in stores.items():
            self.query_one(f"#{name}", LiveTable).set_store(store)
        for name in ("brief", "plane", "work"):
            self.query_one(f"#{name}", Page).can_focus = False
        for resource in (*WORKLOADS.values(), BUDGETS):
            self.feed.informer(resource)
        self.query_one("#problems").focus()

    def pump(self, now_ms: int) -> None:
        if self.is_due("all", EVERY_MS):
            pods = self.dashboard.problems.pods()
            self._show_problems(now_ms)
            self._show_summary(pods, now_ms)
            if self._is_new("load", self.feed.version_of(("nodes", "pods"))):
                self._show_nodes(loads(pods), now_ms)
            reader = self.dashboard.reader.timeline.version
            if self._is_new("events", (self.feed.version_of(("events",)), reader)):
                self._show_events(now_ms)
        for table in self.query(LiveTable):
            table.refresh_rows(now_ms)

    def title_line(self) -> str:
        return "overview"

    def subject(self) -> Ref:
        table, about = self.focused, None
        if isinstance(table, LiveTable):
            about = self._about(str(table.id), table.cursor_uid or "")
        elif isinstance(table, NodeMap):
            about = ("nodes", "", table.cursor)
        kind = self.feed.kind(about[0]) if about is not None else None
        if about is None or kind is None:
            return NO_REF
        return Ref(kind.storage or kind.resource, about[1], about[2])

    # --- going there --------------------------------------------------------------------------

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        table = str(self.focused.id) if self.focused is not None else ""
        if table == "nodes":
            self._open_pods(event.uid)
            return
        about = self._about(table, event.uid)
        if about is not None:
            self.dashboard.open_object(*about)

    def on_node_map_selected(self, event: NodeMap.Selected) -> None:
        event.stop()
        self._open_pods(event.node)

    def on_node_map_moved(self) -> None:
        self._name_node()

    def _open_pods(self, node: str) -> None:
        self.dashboard.open_pods_of(node)

    def _about(self, table: str, uid: str) -> tuple[str, str, str] | None:
        """The object that a row is about."""
        if table == "nodes":
            return ("nodes", "", uid)
        if table == "problems" and uid in self._found:
            problem = self._found[uid]
            return (problem.resource, problem.namespace, problem.name)
        each = self._happenings.get(uid)
        return (each.kind, each.about_namespace, each.about) if each is not None else None

    # --- what is shown ------------------------------------------------------------------------

    def _is_new(self, name: str, version: Any) -> bool:
        if self._made.get(name) == version:
            return False
        self._made[name] = version
        return True

    def _show_summary(self, pods: list[PodDigest], now_ms: int) -> None:
        live = self.feed.past is None
        processes = self._status() if live else []
        told: list[Line] = plane(processes) if live else [line(NOT_LOGGED, "dim")]
        self.query_one("#plane", Page).set_lines(told)
        self.query_one("#brief", Page).set_lines(brief(processes, pods, told))
        workloads = []
        for label, resource in WORKLOADS.items():
            ready = self._ready[resource].look(self.feed.entries(resource))
            workloads.append(Workloads(label, sum(ready), len(ready)))
        bare = sum(problem.resource == "services" for problem in self._found.values())
        services = (len(self.feed.entries("services")), bare)
        limits = self._limits.look(self.feed.entries(BUDGETS))
        changes = self.dashboard.reader.timeline.per_second(now_ms - 1_000, MINUTE_S)
        lines = workload_lines(workloads, pods, services, (len(limits), sum(limits)))
        lines += rate_lines(changes, starts_per_second(pods, now_ms))
        self.query_one("#work", Page).set_lines(lines)

    def _show_nodes(self, used: dict[str, Load], now_ms: int) -> None:
        nodes = self._node_digests.look(self.feed.entries("nodes"))
        table, chart = self.query_one("#nodes", LiveTable), self.query_one("#map", NodeMap)
        many = len(nodes) > TABLE_MAX
        if table.display == many or chart.display != many:
            had = table.has_focus or chart.has_focus
            table.display, chart.display = not many, many
            if had:
                (chart if many else table).focus()
        if many:
            chart.show(node_cells(nodes, used))
            self._name_node()
            return
        names = {node.name for node in nodes}
        for node in nodes:
            row, keys = _node_row(node, used.get(node.name, Load()))
            self._load.put(node.name, row, keys, node.health, now_ms)
        self._load.keep(names)
        panel = self.query_one("#nodes-panel")
        panel.border_title = "nodes: share of what pods ask for; Enter lists the pods"

    def _name_node(self) -> None:
        chart, panel = self.query_one(NodeMap), self.query_one("#nodes-panel")
        total = len(self._node_digests.look(self.feed.entries("nodes")))
        panel.border_title = f"{total} nodes: height is cpu asked for   ✗ NotReady   / cordoned"
        cell = chart.cell
        panel.border_subtitle = f"▸ {cell.details}   Enter lists its pods" if cell else ""

    def _show_problems(self, now_ms: int) -> None:
        watch = self.dashboard.problems
        found = watch.look()
        if not self._is_new("problems", watch.judged):
            return
        self.query_one("#troubles").border_title = (
            f"problems: {len(found)}, Enter goes there, w says why"
            if found
            else "problems: nothing is wrong"
        )
        self._found = {f"{p.resource}/{p.namespace}/{p.name}/{p.text}": p for p in found}
        self._problems.keep(self._found)
        for rank, (uid, problem) in enumerate(self._found.items()):
            style = "bad" if problem.severity > 1 else "warn"
            mark = "✗" if problem.severity > 1 else "!"
            row = (Cell(f"{mark} {problem.text}", style),)
            self._problems.put(uid, row, (rank,), style, now_ms)

    def _show_events(self, now_ms: int) -> None:
        cause_of = self.dashboard.reader.cause_of_event
        found = newest(self._heard.look(self.feed.entries("events")))
        self._happenings = {each.uid: each for each in found}
        for each in found:
            row = cells(each, cause_of)
            keys = (each.time, *(cell.text for cell in row[1:3]), "", each.message)
            self._events.put(each.uid, row, keys, row[1].style, now_ms)
        self._events.keep(self._happenings)


def _node_row(node: NodeDigest, used: Load) -> tuple[tuple[Cell, ...], tuple[Any, ...]]:
    """(cells, what they sort by)"""
    text = {"ok": "Ready", "warn": "Cordoned", "bad": "NotReady"}[node.health]
    row = (
        Cell(node.name, "accent"),
        Cell(text, node.health),
        Cell(f"{used.pods}/{node.pods or '?'}"),
        Cell(bar(used.cpu, node.cpu)),
        Cell(bar(used.memory, node.memory)),
    )
    return row, (node.name, text, used.pods, used.cpu, used.memory)


def bar(used: int, room: int, width: int = 8) -> str:
    """A bar with a percentage: `████▌    45%`."""
    share = used / room if room else 0.0
    eighths = min(width * 8, round(share * width * 8))
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (_BAR[rest - 1] if rest else "")
    return f"{drawn:<{width}}{share:>5.0%}"
