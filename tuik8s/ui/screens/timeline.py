"""The timeline: faults, leaders, nodes down, pods pending, forks, who changed how much when, and
every mark; Enter goes there.

`+` and `o` show less or more time at once. What is drawn is read from the log, so it is the same
for a cluster that runs, one that has stopped, and any fork.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from tuik8s.api.times import format_time, human_duration, parse_time
from tuik8s.api.types import Object
from tuik8s.ui.control import Relative
from tuik8s.ui.feed import Feed
from tuik8s.ui.fork_tree import fork_lanes
from tuik8s.ui.leaders import leader_text
from tuik8s.ui.levels import LevelReader, bars, is_down, is_pending
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.timeline import (
    BOOKMARK,
    FAILURE,
    FAULT,
    Mark,
    Timeline,
    column_of,
    shown_range,
    summary,
)
from tuik8s.ui.timeline_reader import FAULTS
from tuik8s.ui.widgets.lanes import LABEL, Lane, Lanes
from tuik8s.ui.widgets.live_table import LiveTable

SPANS_MS = tuple(minutes * 60_000 for minutes in (1, 5, 15, 60, 240, 1440))
AXIS_EVERY = 16
"""Cells from one time on the axis to the next."""
AT_ONCE = ("Done", "Refused")
"""Phases of faults that are over as soon as they have begun."""


class TimelineScreen(DashboardScreen):
    """Lanes above, marks below."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("plus", "zoom(-1)", "Less time", id="timeline.closer"),
        Binding("equals_sign", "zoom(-1)", "Less time", show=False, id="timeline.closer_too"),
        Binding("underscore", "zoom(1)", "More time", show=False, id="timeline.farther_too"),
        Binding("o", "zoom(1)", "More time", id="timeline.farther"),
    ]

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._span = 2
        self._marks: dict[str, Mark] = {}
        self._drawn = -1
        self._family: list[Relative] = []
        self._levels = {
            "nodes down": LevelReader(feed, "nodes", is_down),
            "pods pending": LevelReader(feed, "pods", is_pending),
        }
        self._store = RowStore(
            (
                ColumnSpec("TIME"),
                ColumnSpec("AGO", "right"),
                ColumnSpec("REVISION", "right"),
                ColumnSpec(""),
                ColumnSpec("WHAT", wide=True),
            )
        )

    def body(self) -> ComposeResult:
        with Vertical(classes="panel", id="upper"):
            yield Lanes()
        with Vertical(classes="panel", id="lower"):
            yield Static("marks, Enter goes there", classes="heading", id="marks-heading")
            yield LiveTable(id="marks")

    def on_mount(self) -> None:
        self._store.set_sort(0, True)
        table = self.query_one(LiveTable)
        table.set_store(self._store)
        table.focus()

    def pump(self, now_ms: int) -> None:
        timeline = self.dashboard.reader.timeline
        if self.is_due("lanes", 1_000):
            self._show_lanes(timeline, now_ms)
        table = self.query_one(LiveTable)
        if self._drawn != timeline.marks_version:
            self._drawn = timeline.marks_version
            self._take_marks(timeline)
        for uid in table.visible_uids():  # their ages go on
            if uid in self._marks:
                self._put(uid)
        table.refresh_rows(now_ms)

    def title_line(self) -> str:
        return f"timeline of {human_duration(SPANS_MS[self._span])}"

    def action_zoom(self, by: int) -> None:
        self._span = max(0, min(self._span + by, len(SPANS_MS) - 1))
        self._due.clear()

    def on_live_table_selected(self, event: LiveTable.Selected) -> None:
        event.stop()
        mark = self._marks.get(event.uid)
        if mark is not None:
            self.dashboard.rewinder.go_to(mark.moment.revision)

    def _show_lanes(self, timeline: Timeline, now_ms: int) -> None:
        live_ms, widget = self.feed.live_ms(), self.query_one(Lanes)
        if self.is_due("family", 5_000):
            self._family = self.dashboard.control.family()
        start_ms, end_ms = shown_range(timeline, now_ms, live_ms, SPANS_MS[self._span])
        width = widget.chart_width
        lanes = [Lane("", axis(width, start_ms, end_ms), "axis")]
        if self.feed.kind("fault"):
            for fault in self.feed.items(FAULTS):
                lane = fault_lane(fault, width, start_ms, end_ms, live_ms)
                lanes += [lane] if lane is not None else []
        lanes += self._state_lanes(width, start_ms, end_ms)
        marks = [mark for mark in timeline.marks if mark.sign == BOOKMARK]
        lanes += fork_lanes(self._family, marks, width, start_ms, end_ms)
        for name in timeline.lanes:
            total = timeline.total(name, start_ms, end_ms)
            if total:
                text = timeline.lane(name, width, start_ms, end_ms)
                lanes.append(Lane(f"{name[: LABEL - 9]:<{LABEL - 9}}{total:>6}", text))
        widget.show(lanes, column_of(now_ms, width, start_ms, end_ms))

    def _state_lanes(self, width: int, start_ms: int, end_ms: int) -> list[Lane]:
        """Who led, how many nodes were down and pods pending."""
        lanes = []
        for name, terms in sorted(self.dashboard.reader.leaders.terms.items()):
            text = leader_text(terms, lambda ms: column_of(ms, width, start_ms, end_ms), width)
            lanes.append(Lane(f"leader of {name}", text))
        for name, reader in self._levels.items():
            reader.look()
            now_value = reader.now_value()
            cells = reader.level.cells(width, start_ms, end_ms, now_value)
            lanes.append(Lane(f"{name:<{LABEL - 9}}{now_value:>6}", bars(cells)))
        return lanes

    def _take_marks(self, timeline: Timeline) -> None:
        """Have a row for each mark and for no other."""
        heading = f"marks, Enter goes there   {summary(timeline.marks)}"
        self.query_one("#marks-heading", Static).update(heading)
        self._marks = {f"{m.moment.revision}{m.sign}{m.text}": m for m in timeline.marks}
        self._store.keep(self._marks)
        for uid in self._marks:
            if uid not in self._store:
                self._put(uid)

    def _put(self, uid: str) -> None:
        mark = self._marks[uid]
        revision, at_ms = mark.moment
        bad = "bad" if mark.sign in (FAULT, FAILURE) else "accent"
        cells = (
            Cell(format_time(at_ms)[11:19], "dim"),
            Cell(human_duration(max(0, self.feed.live_ms() - at_ms)), "dim"),
            Cell(f"#{revision}"),
            Cell(mark.sign, bad),
            Cell(mark.text, bad if mark.sign == FAULT else ""),
        )
        keys = (revision, -revision, revision, mark.sign, mark.text)
        self._store.put(uid, cells, keys, "", at_ms)


def axis(width: int, start_ms: int, end_ms: int) -> str:
    """Times along the chart, each above the cell it belongs to."""
    line = [" "] * width
    for cell in range(0, max(1, width - 7), AXIS_EVERY):
        text = format_time(start_ms + (end_ms - start_ms) * cell // width)[11:19]
        line[cell : cell + len(text)] = text
    return "".join(line)[:width]


def fault_lane(fault: Object, width: int, start_ms: int, end_ms: int, now_ms: int) -> Lane | None:
    """A fault as a bar from its beginning to its end; None when it is not in sight."""
    status, spec = fault.get("status") or {}, fault["spec"]
    begins_ms = _time_in(status, "startedAt")
    if begins_ms is None:
        return None
    ends_ms = _time_in(status, "endsAt")
    if ends_ms is None:
        ends_ms = begins_ms if status.get("phase") in AT_ONCE else now_ms
    if ends_ms < start_ms or begins_ms > end_ms:
        return None
    first = column_of(begins_ms, width, start_ms, end_ms)
    last = column_of(min(ends_ms, now_ms), width, start_ms, end_ms)
    what = f"!{spec['action']} {spec.get('target', '')}"
    bar = what[: last - first + 1].ljust(last - first + 1, "━")
    return Lane(fault["metadata"]["name"], f"{' ' * first}{bar}".ljust(width), "fault")


def _time_in(status: Object, name: str) -> int | None:
    """A time in ms, None where there is none: the status of a fault is a text for anybody."""
    try:
        return parse_time(status.get(name) or "")
    except ValueError:
        return None
