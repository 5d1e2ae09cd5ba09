"""Where would a pod go if it were another one: a form, and the scheduler's answer for a copy.

Nothing is changed. Enter asks; the scheduler answers for the cluster as it is now, also while an
earlier moment is shown, and the screen says so.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tuik8s.api.types import Object
from tuik8s.api.what_if import Verdict
from tuik8s.ui.decision import node_table, told
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import EMPTY, Line, line
from tuik8s.ui.questions import Questions
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import RowStore
from tuik8s.ui.screens.text import PageScreen
from tuik8s.ui.what_if import FIELDS, BadField, changed, fields_of
from tuik8s.ui.what_if import told as difference
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page

TRIES_MAX = 8


class WhatIfScreen(PageScreen):
    """A form about one pod."""

    DEFAULT_CSS = """
    WhatIfScreen #form { height: auto; border: round $panel; padding: 0 1; }
    WhatIfScreen #form Horizontal { height: 1; }
    WhatIfScreen #form Static { width: 16; color: $text-muted; }
    WhatIfScreen #form Input { border: none; height: 1; padding: 0; width: 1fr; }
    WhatIfScreen #form Input:focus { background: $panel; }
    """
    BINDINGS = [
        Binding("enter", "ask", "Ask", priority=True, id="what_if.ask"),
        Binding("down", "app.focus_next", "Next field", show=False, id="what_if.focus_next"),
        Binding(
            "up", "app.focus_previous", "Field before", show=False, id="what_if.focus_previous"
        ),
        Binding("escape", "app.leave", "Back", priority=True, id="what_if.leave"),
    ]

    def __init__(self, feed: Feed, ref: Ref, questions: Questions) -> None:
        super().__init__(feed)
        self.ref = ref
        self._questions = questions
        self._tries: list[str] = []
        self._ranks: RowStore | None = None
        """Of the last answer, which may come when somebody has left; only `pump` draws."""
        self._lines: list[Line] = [line("Change a field and press Enter.", "dim")]

    def body(self) -> ComposeResult:
        with Vertical(id="form"):
            for name in FIELDS:
                with Horizontal():
                    yield Static(name)
                    yield Input(id=name.replace(" ", "-"), compact=True)
        yield Page()
        yield LiveTable(id="ranks")

    def on_mount(self) -> None:
        pod = self.feed.get(*self.ref)
        for name, text in (fields_of(pod) if pod is not None else {}).items():
            self._input(name).value = text
        self._input("cpu").focus()

    def subject(self) -> Ref:
        return self.ref

    def title_line(self) -> str:
        when = "" if self.feed.past is None else "  (asked of the cluster as it is now)"
        return f"what if {self.ref} were another{when}"

    def pump(self, now_ms: int) -> None:
        lines = list(self._lines)
        if self._tries:
            lines += [EMPTY, line("Asked so far", "head")]
            lines += [line(each, "dim") for each in self._tries[-TRIES_MAX:]]
        self.query_one(Page).set_lines(lines)
        table = self.query_one(LiveTable)
        if self._ranks is not None:
            table.set_store(self._ranks)
        table.refresh_rows(now_ms)

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name.replace(' ', '-')}", Input)

    def action_ask(self) -> None:
        pod = self.feed.get(*self.ref)
        if pod is None:
            self._lines = [line(f"There is no {self.ref} at this moment to make a copy of.", "bad")]
            return
        fields = {name: self._input(name).value.strip() for name in FIELDS}
        try:
            wanted = changed(pod, fields)
        except BadField as bad:
            self._lines = [line(str(bad), "bad")]
            return
        self._send(wanted, difference(pod, fields))

    def _send(self, wanted: Object, what: str) -> None:
        self._lines = [line("asking the scheduler", "dim")]
        self._questions.ask(wanted, lambda verdict: self._on_verdict(verdict, what))

    def _on_verdict(self, verdict: Verdict, what: str) -> None:
        decision = verdict.decision
        if decision is None:
            self._lines = [line(verdict.refused, "bad")]
            self._tries.append(f"{what} → {verdict.refused}")
            return
        self._lines = told(decision)
        self._ranks = node_table(decision, self.feed.now_ms())
        points = (decision.get("total") or {}).get(decision["node"])
        came = decision["node"] + (f" ({points} points)" if points is not None else "")
        self._tries.append(f"{what} → {came or 'no node'}")
