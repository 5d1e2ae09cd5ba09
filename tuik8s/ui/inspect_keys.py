"""Looking closer, from any screen: why, how it came about, what hangs together, what differs.

    w why   t trace   x xray   r routes   D difference to another moment
    of the object under the cursor   s commands in a pod   l logs   F its ports, here

A screen says what is under its cursor (`DashboardScreen.subject`); everything here opens on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.binding import Binding

from tuik8s.ui.compare import Comparison
from tuik8s.ui.control import Acts, Control
from tuik8s.ui.feed import Feed
from tuik8s.ui.forwarding import pair_for, ports_of, target_of
from tuik8s.ui.futures import Futures
from tuik8s.ui.past import Moment
from tuik8s.ui.questions import Questions
from tuik8s.ui.refs import NO_REF, Ref
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.when import BadMoment, parse_when
from tuik8s.ui.widgets.prompt import Prompt

AGAINST = "Δ"
ROUTED = ("services", "nodes")
"""What connections go to, and where they come in."""


class InspectKeys(Futures):
    """The part of the dashboard that opens screens about one object."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("w", "why", "Why", show=False, id="inspect.why"),
        Binding("t", "trace", "Trace", show=False, id="inspect.trace"),
        Binding("x", "xray", "Xray", show=False, id="inspect.xray"),
        Binding("r", "routes", "Routes", show=False, id="inspect.routes"),
        Binding("s", "shell", "Exec", show=False, id="inspect.shell"),
        Binding("l", "logs", "Logs", show=False, id="inspect.logs"),
        Binding("F", "forward", "Port-forward", show=False, id="inspect.forward"),
        Binding("D", "difference", "Difference", show=False, id="inspect.difference"),
    ]

    def __init__(
        self, feed: Feed, control: Control | None = None, acts: Acts | None = None
    ) -> None:
        super().__init__(feed, control, acts)
        self._questions: Questions | None = None
        self._compared = NO_REF
        self._typed: list[str] = []
        """Commands that were run in pods, oldest first."""

    def open_detail(self, ref: Ref, tab: str = "describe") -> None:
        """Everything about one object."""
        from tuik8s.ui.screens.detail import DetailScreen

        self.push_screen(DetailScreen(self.feed, ref, tab))

    def open_change(self, revision: int) -> None:
        """What one change of the log changed."""
        from tuik8s.ui.screens.change import ChangeScreen

        self.push_screen(ChangeScreen(self.feed, revision))

    def open_why(self, ref: Ref, revision: int = 0) -> None:
        """Why an object is as it is, or why the change of it at a revision was made."""
        from tuik8s.ui.screens.why import WhyScreen

        self.push_screen(WhyScreen(self.feed, ref, revision))

    def open_decision(self, ref: Ref) -> None:
        """What the scheduler decided about a pod."""
        from tuik8s.ui.screens.decision import DecisionScreen

        self.push_screen(DecisionScreen(self.feed, ref))

    def open_trace(self, ref: Ref) -> str:
        """How a pod came about; why not, for anything else."""
        if ref.resource != "pods":
            return f"a trace is of a pod, not of {ref.plural}; w says why"
        from tuik8s.ui.screens.trace import TraceScreen

        self.push_screen(TraceScreen(self.feed, ref))
        return ""

    def open_xray(self, ref: Ref) -> str:
        """What hangs together with an object; of a namespace, all that is in it."""
        whole = ref.resource == "namespaces"
        from tuik8s.ui.screens.xray import XrayScreen

        self.push_screen(XrayScreen(self.feed, ref, whole_namespace=whole))
        return ""

    def open_routes(self, ref: Ref) -> str:
        """The ways of connections to a Service or through a node; why not, for anything else."""
        if ref.resource not in ROUTED:
            return f"routes are of a Service or a node, not of {ref.plural}; :routes shows all"
        from tuik8s.ui.screens.routing import RoutingScreen

        self.push_screen(RoutingScreen(self.feed, ref))
        return ""

    def open_what_if(self, ref: Ref) -> None:
        """Where a pod would go if it were another one; a log has no scheduler to ask."""
        if self.feed.read_only:
            self._say(self.feed.read_only)
            return
        if self._questions is None:
            self._questions = Questions(self.feed.client)
        from tuik8s.ui.screens.what_if import WhatIfScreen

        self.push_screen(WhatIfScreen(self.feed, ref, self._questions))

    def subject(self) -> Ref:
        """The object that the keys are about; that there is none is said."""
        screen = self.screen
        ref = screen.subject() if isinstance(screen, DashboardScreen) else NO_REF
        if ref == NO_REF:
            self._say("there is no object under the cursor here")
        return ref

    def action_why(self) -> None:
        """For a pod that has no node the scheduler's decision says it; else the chain of causes."""
        ref = self.subject()
        if ref == NO_REF:
            return
        obj = self.feed.get(*ref)
        if ref.resource == "pods" and obj is not None and not obj["spec"].get("nodeName"):
            self.open_decision(ref)
        else:
            self.open_why(ref)

    def action_trace(self) -> None:
        self._open(self.open_trace)

    def action_logs(self) -> None:
        ref = self.subject()
        from tuik8s.ui.screens.detail import LOGGING

        if ref != NO_REF and ref.plural not in LOGGING:
            self._say(f"{ref.plural} write no logs; pods, workloads and nodes do")
        elif ref != NO_REF:
            self.open_detail(ref, "logs")

    def action_shell(self) -> None:
        ref = self.subject()
        if ref != NO_REF and ref.resource != "pods":
            self._say(f"commands run in pods, not in {ref.plural}")
        elif ref != NO_REF:
            from tuik8s.ui.screens.shell import ShellScreen

            self.push_screen(ShellScreen(self.feed, ref, self._typed))

    def action_forward(self) -> None:
        """Have the ports typed: those of the object are there, to be changed or entered."""
        ref = self.subject()
        target = target_of(ref)
        if ref != NO_REF and not target:
            self._say(f"ports are of a pod or a Service, not of {ref.plural}")
        elif target:
            pair = pair_for(ports_of(self.feed.get(*ref)))
            prompt = self.screen.query_one(Prompt)
            prompt.open(":", f"forward {ref.namespace}/{target} {pair}")

    def action_xray(self) -> None:
        self._open(self.open_xray)

    def action_routes(self) -> None:
        self._open(self.open_routes)

    def _open(self, how: Callable[[Ref], str]) -> None:
        ref = self.subject()
        problem = how(ref) if ref != NO_REF else ""
        if problem:
            self._say(problem)

    def action_difference(self) -> None:
        ref, screen = self.subject(), self.screen
        if ref != NO_REF and isinstance(screen, DashboardScreen):
            self._compared = ref
            names = list(self.bookmarks)
            screen.query_one(Prompt).open(
                AGAINST, "-1m", lambda text: [name for name in names if name.startswith(text)]
            )

    def show_difference(self, text: str) -> str:
        """Compare with a moment that was typed; what is wrong with it, "" if nothing."""
        now_ms = self.feed.world.now_ms()
        try:
            when = parse_when(text, self.feed.now_ms(), now_ms, self.bookmarks)
        except BadMoment as bad:
            return str(bad)
        if not isinstance(when, Moment) and when > now_ms:
            return f"{text} has not come yet"
        found = Comparison(self.feed, self._compared, when)
        title = f"{self._compared} against {text}"
        from tuik8s.ui.screens.text import TextScreen

        self.push_screen(TextScreen(self.feed, title, found.lines))
        return ""
