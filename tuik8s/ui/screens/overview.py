"""The cluster at a glance: what is wrong, how loaded each node is, what happened last."""

from __future__ import annotations

from collections import defaultdict

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tuik8s.api.quantity import cpu_millis, value_of
from tuik8s.api.types import Object
from tuik8s.ui.feed import Feed
from tuik8s.ui.problems import Problem
from tuik8s.ui.refs import NO_REF, Ref
from tuik8s.ui.rows.node import health as node_health
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.watch import Watch
from tuik8s.ui.widgets.live_table import LiveTable

EVERY_MS = 1_000
LOADS = ("nodes", "pods")
_BAR = "▏▎▍▌▋▊▉█"


class OverviewScreen(DashboardScreen):
    """Three tables; Enter on a row goes to its object, Tab to the next table."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]
    """A narrow window has room for what is wrong, not for the loads of nodes; 3 lists those."""
    BINDINGS = [
        Binding("tab", "app.focus_next", "Next panel", id="overview.next"),
    ]

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._load = RowStore(
            (
                ColumnSpec("NODE"),
                ColumnSpec("STATUS"),
                ColumnSpec("PODS", "right"),
                ColumnSpec("CPU"),
                ColumnSpec("MEMORY"),
            )
        )
        self._problems = RowStore((ColumnSpec("WHAT IS WRONG", wide=True),))
        self._found: dict[str, Problem] = {}
        self._events = RowStore(
            (
                ColumnSpec("LAST"),
                ColumnSpec("REASON"),
                ColumnSpec("OBJECT"),
                ColumnSpec("MESSAGE", wide=True),
            )
        )
        self._made: dict[str, int] = {}
        """What was made -> the version of what it was made of."""
        self._watch = Watch(feed)
        self._abouts: dict[str, tuple[str, str, str]] = {}

    def body(self) -> ComposeResult:
        with Vertical():
            with Horizontal(id="upper"):
                with Vertical(classes="panel", id="load"):
                    yield Static("nodes: share of what pods ask for", classes="heading")
                    yield LiveTable(id="nodes")
                with Vertical(classes="panel"):
                    yield Static("problems", classes="heading", id="verdict")
                    yield LiveTable(id="problems")
            with Vertical(id="lower", classes="panel"):
                yield Static("events, Enter goes to the object", classes="heading")
                yield LiveTable(id="events")

    def on_mount(self) -> None:
        for name, store in (
            ("nodes", self._load),
            ("problems", self._problems),
            ("events", self._events),
        ):
            self.query_one(f"#{name}", LiveTable).set_store(store)
        self._events.set_sort(0, True)
        self.query_one("#problems").focus()

    def pump(self, now_ms: int) -> None:
        if self.is_due("tables", EVERY_MS):
            if self._is_new("load", self.feed.version_of(LOADS)):
                self._make_load(now_ms)
            self._make_problems(now_ms)
            if self._is_new("events", self.feed.version_of(("events",))):
                self._make_events(now_ms)
        for table in self.query(LiveTable):
            table.refresh_rows(now_ms)

    def title_line(self) -> str:
        return "overview"

    def _is_new(self, name: str, version: int) -> bool:
        if self._made.get(name) == version:
            return False
        self._made[name] = version
        return True

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        if self.focused is not None:
            self._open(str(self.focused.id), event.uid)

    def subject(self) -> Ref:
        table, about = self.focused, None
        if isinstance(table, LiveTable):
            about = self._about(str(table.id), table.cursor_uid or "")
        kind = self.feed.kind(about[0]) if about is not None else None
        if about is None or kind is None:
            return NO_REF
        return Ref(kind.storage or kind.resource, about[1], about[2])

    def _about(self, table: str, uid: str) -> tuple[str, str, str] | None:
        """The object that a row is about."""
        if table == "nodes":
            return ("nodes", "", uid)
        if table == "problems" and uid in self._found:
            problem = self._found[uid]
            return (problem.resource, problem.namespace, problem.name)
        return self._abouts.get(uid)

    def _open(self, table: str, uid: str) -> None:
        """Go to the object that a row is about."""
        about = self._about(table, uid)
        if about is not None:
            self.dashboard.open_object(*about)

    def _make_load(self, now_ms: int) -> None:
        used = load_of(self.feed.items("pods"))
        names = set()
        for node in self.feed.items("nodes"):
            name = node["metadata"]["name"]
            names.add(name)
            room = (node.get("status") or {}).get("allocatable") or {}
            pods, cpu, memory = used[name]
            cells = (
                Cell(name, "accent"),
                _status(node),
                Cell(f"{pods}/{room.get('pods', '?')}"),
                Cell(bar(cpu, cpu_millis(room.get("cpu", "0")))),
                Cell(bar(memory, value_of(room.get("memory", "0")))),
            )
            keys = (name, cells[1].text, pods, cpu, memory)
            self._load.put(name, cells, keys, node_health(node), now_ms)
        for uid in [uid for uid in self._load.order if uid not in names]:
            self._load.remove(uid)

    def _make_problems(self, now_ms: int) -> None:
        found = self._watch.look()
        if not self._is_new("problems", self._watch.judged):
            return
        verdict = (
            f"problems: {len(found)}, Enter goes there" if found else "problems: nothing is wrong"
        )
        self.query_one("#verdict", Static).update(verdict)
        self._found = {f"{p.resource}/{p.namespace}/{p.name}/{p.text}": p for p in found}
        for uid in [uid for uid in self._problems.order if uid not in self._found]:
            self._problems.remove(uid)
        for rank, (uid, problem) in enumerate(self._found.items()):
            style = "bad" if problem.severity > 1 else "warn"
            mark = "✗" if problem.severity > 1 else "!"
            self._problems.put(
                uid, (Cell(f"{mark} {problem.text}", style),), (rank,), style, now_ms
            )

    def _make_events(self, now_ms: int) -> None:
        newest = sorted(
            self.feed.items("events"),
            key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""),
        )[-100:]
        seen = set()
        self._abouts.clear()
        for event in newest:
            uid = event["metadata"]["uid"]
            seen.add(uid)
            about = event.get("involvedObject") or {}
            kind = str(about.get("kind", ""))
            self._abouts[uid] = (kind, about.get("namespace", ""), about.get("name", ""))
            time = str(event.get("lastTimestamp") or event.get("eventTime") or "")
            style = "warn" if event.get("type") == "Warning" else ""
            cells = (
                Cell(time[11:19], "dim"),
                Cell(str(event.get("reason", "")), style),
                Cell(f"{kind.lower()}/{about.get('name', '')}"),
                Cell(str(event.get("message", "")), style),
            )
            self._events.put(uid, cells, (time, *(c.text for c in cells[1:])), style, now_ms)
        for uid in [uid for uid in self._events.order if uid not in seen]:
            self._events.remove(uid)


def load_of(pods: object) -> defaultdict[str, list[int]]:
    """node -> [pods, cpu millis, memory bytes] that its unfinished pods ask for."""
    used: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for pod in pods:  # type: ignore[attr-defined]
        node = pod["spec"].get("nodeName")
        if not node or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
            continue
        sums = used[node]
        sums[0] += 1
        for container in pod["spec"]["containers"]:
            requests = (container.get("resources") or {}).get("requests") or {}
            sums[1] += cpu_millis(requests.get("cpu", "0"))
            sums[2] += value_of(requests.get("memory", "0"))
    return used


def bar(used: int, room: int, width: int = 8) -> str:
    """A bar with a percentage: `████▌    45%`."""
    share = used / room if room else 0.0
    eighths = min(width * 8, round(share * width * 8))
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (_BAR[rest - 1] if rest else "")
    return f"{drawn:<{width}}{share:>5.0%}"


def _status(node: Object) -> Cell:
    health = node_health(node)
    text = {"ok": "Ready", "warn": "Cordoned", "bad": "NotReady"}[health]
    return Cell(text, health)
