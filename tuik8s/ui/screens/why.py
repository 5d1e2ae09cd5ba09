"""Why an object is as it is: what made each author write, back to the first command or fault.

For a pod, what the scheduler decided and why comes with it. Enter shows what a change changed; w
explains another change of the list; for a pod i asks what would be if it were another one.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding

from tuik8s.api.reasons import is_news
from tuik8s.api.times import format_micro_time
from tuik8s.ui.causes import Chain, chain_lines, ref_of_step
from tuik8s.ui.decision import Attempts, told
from tuik8s.ui.feed import Feed
from tuik8s.ui.history import History
from tuik8s.ui.lines import EMPTY, Line, line
from tuik8s.ui.ownership import container_lines, state_of
from tuik8s.ui.panes.base import absent
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.screens.text import PageScreen
from tuik8s.ui.widgets.page import Page

SHOWN_MAX = 12
DECISION = "decision"


class WhyScreen(PageScreen):
    """revision: of the change to explain; 0 is the newest of the object."""

    BINDINGS = [Binding("w", "explain", "Why this one", id="why.explain")]

    def __init__(self, feed: Feed, ref: Ref, revision: int = 0) -> None:
        super().__init__(feed)
        self.ref = ref
        self._wanted = revision
        self._history = History(feed.client, ref)
        self._attempts = Attempts(feed.client, ref) if ref.resource == "pods" else None
        self._chain: Chain | None = None
        self._stamp: Any = None

    def body(self) -> ComposeResult:
        yield Page(cursor=True)

    def on_mount(self) -> None:
        self.query_one(Page).focus()

    def subject(self) -> Ref:
        return self.ref

    def title_line(self) -> str:
        return f"why {self.ref}"

    def pump(self, now_ms: int) -> None:
        obj = self.feed.get(*self.ref)
        version = obj["metadata"].get("resourceVersion") if obj is not None else ""
        self._history.follow(version, now_ms)
        if self._attempts is not None:
            self._attempts.follow(version)
        self._follow_newest(now_ms)
        chain, attempts = self._chain, self._attempts
        stamp = (
            version, self._history.version, self.feed.moves, now_ms // 1000,
            chain and (chain.revision, chain.version), attempts and attempts.version,
        )  # fmt: skip
        if stamp != self._stamp:
            self._stamp = stamp
            self._show(now_ms)

    def _follow_newest(self, now_ms: int) -> None:
        shown = self._history.until(now_ms)
        wanted = self._wanted or (shown[-1].revision if shown else 0)
        if wanted and (self._chain is None or self._chain.revision != wanted):
            self._chain = Chain(self.feed.client, self.ref, wanted)

    def _show(self, now_ms: int) -> None:
        lines: list[Line] = []
        uids: list[str] = []

        def add(found: list[Line], of: list[str] | None = None) -> None:
            lines.extend(found)
            uids.extend(of if of is not None else [""] * len(found))

        add(self._state(now_ms))
        pending = self._decision(now_ms)
        is_placed = bool((self.feed.get(*self.ref) or {}).get("spec", {}).get("nodeName"))
        if pending and not is_placed:
            add([EMPTY, *pending], ["", DECISION, *[""] * (len(pending) - 1)])
        if self._chain is not None:
            add([EMPTY, line("What made it so", "head")])
            add(*chain_lines(self._chain))
        elif self._history.refused:
            add([EMPTY, line(self._history.refused, "bad")])
        if pending and is_placed:
            add([EMPTY, *pending], ["", DECISION, *[""] * (len(pending) - 1)])
        add([EMPTY, line("Its last changes", "head")])
        add(*self._changes(now_ms))
        self.query_one(Page).set_lines(lines, uids)

    def _state(self, now_ms: int) -> list[Line]:
        obj, kind = self.feed.get(*self.ref), self.feed.kinds.by_resource(self.ref.resource)
        if obj is None or kind is None:
            return absent(self.ref)
        head = (Cell(str(self.ref)), state_of(kind, obj, now_ms))
        return [head, *(container_lines(obj) if self.ref.resource == "pods" else ())]

    def _decision(self, now_ms: int) -> list[Line]:
        made = self._attempts.until(now_ms) if self._attempts is not None else []
        if not made:
            return []
        tries = f", attempt {len(made)}" if len(made) > 1 else ""
        at = format_micro_time(made[-1].at_ms)[11:23]
        head = line(f"What the scheduler decided at {at}{tries} (Enter: node by node)", "head")
        return [head, *told(made[-1].decision)]

    def _changes(self, now_ms: int) -> tuple[list[Line], list[str]]:
        """The newest first; those that only say that somebody still lives are left out."""
        news = (c for c in reversed(self._history.until(now_ms)) if is_news(c.before, c.after))
        shown = list(islice(news, SHOWN_MAX))
        lines: list[Line] = [
            (
                Cell(f"#{change.revision:<7} {format_micro_time(change.at_ms)[11:23]}  ", "dim"),
                Cell(f"{change.by:<24} ", "accent"),
                Cell(f"{change.type:<9}"),
                Cell(change.what, "dim"),
            )
            for change in shown
        ]
        return lines, [f"last {change.revision}" for change in shown]

    def on_page_selected(self, event: Page.Selected) -> None:
        event.stop()
        if event.uid == DECISION:
            self.dashboard.open_decision(self.ref)
        else:
            self.dashboard.open_change(revision_of(event.uid))

    def action_explain(self) -> None:
        uid = self.query_one(Page).cursor_uid
        steps = self._chain.steps if self._chain is not None else []
        step = next((each for each in steps if str(each["revision"]) == uid), None)
        ref = ref_of_step(step) if step is not None else self.ref
        if ref != self.ref:
            self.dashboard.open_why(ref, revision_of(uid))
        elif revision_of(uid):
            self._wanted = revision_of(uid)


def revision_of(uid: str) -> int:
    """Of the change that a line stands for; 0 if it stands for none."""
    text = uid.rpartition(" ")[2]
    return int(text) if text.isdigit() else 0
