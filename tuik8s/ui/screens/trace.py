"""How a pod came about: a sequence diagram from the request to Running, with measured times.

j and k choose a step, Enter shows what it changed, w why it was made.
"""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal

from tuik8s.ui.diff import field_lines
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import EMPTY, Line, line
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.screens.text import PageScreen
from tuik8s.ui.sequence import draw
from tuik8s.ui.trace import Step, path_rows
from tuik8s.ui.trace_reader import TraceReader
from tuik8s.ui.widgets.page import Page

BAR_WIDTH = 10
GUTTER = 2
"""For the cursor."""

READ_EVERY_MS = 300


class TraceScreen(PageScreen):
    """The trace of one pod."""

    DEFAULT_CSS = """
    TraceScreen #sequence { height: 2fr; border: round $panel; }
    TraceScreen #sequence:focus { border: heavy $primary; }
    TraceScreen #more { height: 1fr; min-height: 8; }
    TraceScreen #more > Page { border: round $panel; }
    TraceScreen #step { width: 3fr; }
    TraceScreen #path { width: 2fr; }
    TraceScreen.-narrow #path, TraceScreen.-short #more { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]
    BINDINGS = [Binding("w", "explain", "Why", id="trace.explain")]

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__(feed)
        self.ref = ref
        self._reader = TraceReader(feed, ref)
        self._steps: list[Step] = []
        self._stamp: Any = None
        self._chosen = ""

    def body(self) -> ComposeResult:
        yield Page(id="sequence", cursor=True)
        with Horizontal(id="more"):
            yield Page(id="step")
            yield Page(id="path")

    def on_mount(self) -> None:
        self.query_one("#sequence").focus()

    def subject(self) -> Ref:
        return self.ref

    def title_line(self) -> str:
        if not self._steps:
            return f"trace of {self.ref}"
        took_ms = self._steps[-1].change.at_ms - self._steps[0].change.at_ms
        return f"trace of {self.ref}  {len(self._steps)} steps  {took_ms:,} ms"

    def pump(self, now_ms: int) -> None:
        if self.is_due("read", READ_EVERY_MS):
            self._reader.look(now_ms)
        page = self.query_one("#sequence", Page)
        stamp = (self._reader.version, self.feed.moves, page.size.width)
        if stamp != self._stamp and page.size.width:
            self._stamp = stamp
            self._steps = self._reader.steps(now_ms)
            lines, uids = draw(self._steps, page.size.width - GUTTER)
            page.set_lines(lines or [line(self._reader.said or "reading the log", "dim")], uids)
            self.query_one("#path", Page).set_lines(path_lines(self._steps))
            self._chosen = ""
        if page.cursor_uid != self._chosen:
            self._chosen = page.cursor_uid
            step = self._step(self._chosen)
            self.query_one("#step", Page).set_lines(step_lines(step) if step else [])

    def _step(self, uid: str) -> Step | None:
        return next((step for step in self._steps if step.uid == uid), None)

    def on_page_selected(self, event: Page.Selected) -> None:
        event.stop()
        step = self._step(event.uid)
        if step is not None:
            self.dashboard.open_change(step.change.revision)

    def action_explain(self) -> None:
        step = self._step(self._chosen)
        if step is not None:
            self.dashboard.open_why(step.change.ref, step.change.revision)


def step_lines(step: Step) -> list[Line]:
    """All that is known of one step."""
    change = step.change
    head = [
        ("step", f"#{change.revision}  {step.text}"),
        ("who", change.author if change.by == change.author else f"{change.by}  ({change.author})"),
        ("what", f"{change.type} {change.ref}"),
        ("wait", f"{step.wait_ms:,} ms after the step before"),
        ("cause", f"#{change.cause}" if change.cause else "none is recorded; w says what it was"),
    ]
    lines: list[Line] = [(Cell(f"{name:<6} ", "accent"), Cell(text)) for name, text in head]
    if change.before and change.after:
        lines += field_lines(change.before, change.after)
    return lines


def path_lines(steps: list[Step]) -> list[Line]:
    """Where the time went, the longest first."""
    rows = path_rows(steps)
    whole_ms = sum(ms for _, ms in rows)
    lines = [line(f"Where {whole_ms:,} ms went", "head"), EMPTY]
    for what, ms in rows:
        bar = "▇" * max(1, round(BAR_WIDTH * ms / whole_ms))
        share = f"{ms / whole_ms:>4.0%}"
        lines.append(
            (Cell(f"{ms:>8,} ms {share} "), Cell(f"{bar:<{BAR_WIDTH}} ", "warn"), Cell(what))
        )
    return lines if rows else [line("No time passed between the steps.", "dim")]
