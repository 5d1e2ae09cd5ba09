"""Everything about one object, a tab for each view of it; Tab goes on, letters go straight there.

d describe   y YAML   v events   l logs   x ownership   h changes
"""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from tuik8s.ui.feed import Feed
from tuik8s.ui.panes.registry import PANES
from tuik8s.ui.refs import Ref
from tuik8s.ui.screens.text import PageScreen

LOGGING = ("pods", "services", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs",
           "replicationcontrollers", "nodes")  # fmt: skip
"""Kinds that have pods or processes whose logs can be read."""


class DetailScreen(PageScreen):
    """The detail of a ref. tab: a name of `panes.registry`, the first to be shown."""

    BINDINGS = [
        Binding("tab", "turn(1)", "Next tab", priority=True, id="detail.next"),
        Binding(
            "shift+tab", "turn(-1)", "Tab before", show=False, priority=True, id="detail.before"
        ),
        Binding("d", "tab('describe')", "Describe", show=False, id="detail.describe"),
        Binding("y", "tab('yaml')", "YAML", show=False, id="detail.yaml"),
        Binding("v", "tab('events')", "Events", show=False, id="detail.events"),
        Binding("l", "tab('logs')", "Logs", show=False, id="detail.logs"),
        Binding("x", "tab('ownership')", "Ownership", show=False, id="detail.ownership"),
        Binding("h", "tab('changes')", "Changes", show=False, id="detail.changes"),
    ]

    def __init__(self, feed: Feed, ref: Ref, tab: str = "describe") -> None:
        super().__init__(feed)
        self.ref = ref
        self.tabs = [name for name in PANES if name != "logs" or ref.plural in LOGGING]
        self.tab = tab if tab in self.tabs else self.tabs[0]
        self._panes: dict[str, Any] = {}
        self._shown_tabs: object = None

    def body(self) -> ComposeResult:
        yield Static(id="tabs", classes="heading")
        yield Container(id="pane")

    def on_mount(self) -> None:
        self._open()

    def pump(self, now_ms: int) -> None:
        pane = self._panes[self.tab]
        if pane.size.height:  # laid out: where its end is can be said
            pane.pump(now_ms)

    def subject(self) -> Ref:
        return self.ref

    def part(self) -> Widget:
        found: Widget = self._panes[self.tab]
        return found

    def about(self) -> object:
        return self.feed.get(*self.ref) if self.tab in ("describe", "yaml") else None

    def title_line(self) -> str:
        kind = self.feed.kinds.by_resource(self.ref.resource)
        where = f" -n {self.ref.namespace}" if self.ref.namespace else ""
        name = f"{kind.singular if kind else self.ref.plural}/{self.ref.name}{where}"
        word = self.word()
        said = self._panes[self.tab].words()
        return "  ".join(part for part in (name, said, f"/{word}" if word else "") if part)

    def action_turn(self, step: int) -> None:
        self.action_tab(self.tabs[(self.tabs.index(self.tab) + step) % len(self.tabs)])

    def action_tab(self, name: str) -> None:
        if name not in self.tabs:
            self.notify(f"{self.ref.plural} have no {name}", severity="warning")
        elif name != self.tab:
            self.tab = name
            self._open()

    def _open(self) -> None:
        """Show the pane of the tab, made when it is first asked for."""
        pane = self._panes.get(self.tab)
        if pane is None:
            made: Any = PANES[self.tab](self.feed, self.ref)
            pane = self._panes[self.tab] = made
            self.query_one("#pane").mount(pane)
        for name, each in self._panes.items():
            each.display = name == self.tab
        self.set_focus(pane)
        heads = [f"[{name}]" if name == self.tab else f" {name} " for name in self.tabs]
        self.query_one("#tabs", Static).update("".join(heads).replace("[", "\\["))
