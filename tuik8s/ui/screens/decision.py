"""The scheduler's decision about one pod: nodes by filters and points, and what would help.

a goes through the attempts; i asks where the pod would go if it were another one; w is why.
"""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding

from tuik8s.ui.decision import (
    Attempt,
    Attempts,
    attempt_words,
    node_table,
    placement,
    told,
)
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import EMPTY, Line, line
from tuik8s.ui.panes.base import absent
from tuik8s.ui.refs import Ref
from tuik8s.ui.screens.text import PageScreen
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.page import Page

ATTEMPTS_SHOWN = 5
ASK_EVERY_MS = 2_000
"""An attempt that ends as the one before changes nothing in the pod: only asking tells of it."""


class DecisionScreen(PageScreen):
    """The newest decision about a pod at the moment that is shown, or an earlier one."""

    BINDINGS = [
        Binding("i", "what_if", "What if", id="decision.what_if"),
        Binding("a", "attempt", "Attempts", id="decision.attempt"),
        Binding("w", "causes", "Why", id="decision.causes"),
    ]

    def __init__(self, feed: Feed, ref: Ref) -> None:
        super().__init__(feed)
        self.ref = ref
        self._attempts = Attempts(feed.client, ref)
        self._chosen = 0
        """How many attempts before the newest one."""
        self._asked = 0
        self._stamp: Any = None

    def body(self) -> ComposeResult:
        yield Page(id="told")
        yield LiveTable(id="ranks")

    def on_mount(self) -> None:
        self.query_one(LiveTable).focus()

    def subject(self) -> Ref:
        return self.ref

    def part(self) -> Page | LiveTable:
        focused = self.focused
        return focused if isinstance(focused, Page) else self.query_one(LiveTable)

    def about(self) -> object:
        """The decision that is shown, as the scheduler noted it."""
        made = self._attempts.until(self.feed.now_ms())
        return made[-1 - min(self._chosen, len(made) - 1)].decision if made else None

    def title_line(self) -> str:
        return f"decision about {self.ref}"

    def pump(self, now_ms: int) -> None:
        pod = self.feed.get(*self.ref)
        if self.is_due("attempts", ASK_EVERY_MS):
            self._asked += 1
        self._attempts.follow(self._asked)
        stamp = (self._attempts.version, self.feed.moves, self._chosen, pod is None)
        if stamp != self._stamp:
            self._stamp = stamp
            self._show(now_ms)
        self.query_one(LiveTable).refresh_rows(now_ms)

    def _show(self, now_ms: int) -> None:
        made = self._attempts.until(now_ms)
        self._chosen = min(self._chosen, max(len(made) - 1, 0))
        if not made:
            self.query_one("#told", Page).set_lines(self._nothing_told())
            return
        attempt = made[-1 - self._chosen]
        lines = told(attempt.decision)
        if len(made) > 1:
            lines += [EMPTY, *self._list(made)]
        page = self.query_one("#told", Page)
        page.styles.height = min(len(lines) + 1, self.size.height // 2)
        page.set_lines(lines)
        self.query_one(LiveTable).set_store(node_table(attempt.decision, attempt.at_ms))

    def _nothing_told(self) -> list[Line]:
        pod = self.feed.get(*self.ref)
        if self._attempts.refused:
            return [line(self._attempts.refused, "bad")]
        if not self._attempts.version:
            return [line("reading the log", "dim")]
        if pod is None:
            return absent(self.ref)
        stands = placement(pod)
        where = f"It is on {stands.node}. " if stands.node else f"It is {stands.state}. "
        return [line(f"{where}The scheduler has noted no decision about it at this moment.")]

    def _list(self, made: list[Attempt]) -> list[Line]:
        last = made[-ATTEMPTS_SHOWN:]
        lines = [line(f"Attempts: {len(made)}, a goes through them", "head")]
        for attempt in last:
            here = attempt is made[-1 - self._chosen]
            text = f"{'▸' if here else ' '} {attempt_words(attempt)}"
            lines.append(line(text, "accent" if here else "dim"))
        return lines

    def action_attempt(self) -> None:
        """The attempt before, and after the oldest one the newest again."""
        count = len(self._attempts.until(self.feed.now_ms()))
        self._chosen = (self._chosen + 1) % max(count, 1)

    def action_what_if(self) -> None:
        self.dashboard.open_what_if(self.ref)

    def action_causes(self) -> None:
        self.dashboard.open_why(self.ref)
