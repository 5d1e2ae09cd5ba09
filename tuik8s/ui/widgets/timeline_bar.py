"""The second line of every screen: the rate of changes over time, marks, and where one is.

A click goes to that time.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tuik8s.api.times import format_time
from tuik8s.ui.timeline import (
    BOOKMARK,
    FAILURE,
    FAULT,
    LEADER,
    PERSON,
    Timeline,
    column_of,
    shown_range,
)

SPAN_MS = 15 * 60_000
REDRAW_MS = 2_000
"""Time alone moves it no more often; a new change or another moment does so at once."""
LABEL = 10
HERE = "●"
STYLES = {FAULT: "fault", FAILURE: "failure", PERSON: "person", BOOKMARK: "bookmark",
          LEADER: "person"}  # fmt: skip


class TimelineBar(Widget):
    """One line; it repaints only when what it shows differs."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "time--rate", "time--fault", "time--failure", "time--person", "time--bookmark",
        "time--here", "time--label",
    }  # fmt: skip
    DEFAULT_CSS = """
    TimelineBar {
        height: 1; background: $surface;
        & > .time--rate { color: $text-muted; }
        & > .time--label { color: $text-muted; }
        & > .time--fault { color: $text-error; text-style: bold; }
        & > .time--failure { color: $text-error; }
        & > .time--person { color: $text-accent; }
        & > .time--bookmark { color: $text-success; text-style: bold; }
        & > .time--here { color: $text-warning; text-style: bold; }
    }
    """

    class Chosen(Message):
        """A time was clicked."""

        def __init__(self, at_ms: int) -> None:
            super().__init__()
            self.at_ms = at_ms

    def __init__(self) -> None:
        super().__init__()
        self._timeline: Timeline | None = None
        self._range = (0, 1)
        self._shown_ms = 0
        self._drawn: tuple[object, ...] = ()
        self._styles: dict[str, Style] = {}

    def show(self, timeline: Timeline, shown_ms: int, now_ms: int) -> None:
        """Draw up to now. shown_ms: the time of what the screen shows."""
        start_ms, end_ms = shown_range(timeline, shown_ms, now_ms, SPAN_MS)
        self._timeline, self._range, self._shown_ms = timeline, (start_ms, end_ms), shown_ms
        cell_ms = max(REDRAW_MS, (end_ms - start_ms) // max(1, self._width))
        drawn = (timeline.version, start_ms // cell_ms, end_ms // cell_ms, shown_ms // cell_ms)
        if drawn != self._drawn:
            self._drawn = drawn
            self.refresh()

    @property
    def _width(self) -> int:
        return max(1, self.size.width - 2 * LABEL)

    def on_resize(self) -> None:
        self._drawn = ()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn = ()
        self._styles = {}

    def render_line(self, y: int) -> Strip:
        if self._timeline is None or y:
            return Strip.blank(self.size.width, self.rich_style)
        (start_ms, end_ms), width = self._range, self._width
        cells = [
            Segment(column.text, self._style(STYLES.get(column.sign, "rate")))
            for column in self._timeline.columns(width, start_ms, end_ms)
        ]
        here = column_of(self._shown_ms, width, start_ms, end_ms)
        cells[here] = Segment(HERE, self._style("here"))
        label = self._style("label")
        left = Segment(f" {format_time(start_ms)[11:19]} ", label)
        right = Segment(f" {format_time(end_ms)[11:19]} ", label)
        return Strip([left, *cells, right]).simplify()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        column = event.x - LABEL
        start_ms, end_ms = self._range
        if 0 <= column < self._width:
            at_ms = start_ms + (end_ms - start_ms) * (column + 1) // self._width
            self.post_message(self.Chosen(at_ms))

    def _style(self, name: str) -> Style:
        found = self._styles.get(name)
        if found is None:
            component = self.get_component_rich_style(f"time--{name}", partial=True)
            found = self._styles[name] = self.rich_style + component
        return found
