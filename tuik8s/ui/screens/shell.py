"""Commands in the containers of a pod: a line to type, what came back, how it ended.

Each line is a shell of its own (`sh -c LINE`) without input, asked for on the bus like everything
else; its whole output comes when it has ended. Time passes in the cluster while it runs.
"""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tuik8s.api.types import Reply, Request
from tuik8s.bus.client import decode
from tuik8s.ui.describe import shown
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line, line
from tuik8s.ui.log_sources import sources_of
from tuik8s.ui.refs import Ref
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.widgets.page import Page

TIME_S = 60
"""What a command gets before it is ended."""
DEADLINE_MS = 1_000 * (TIME_S + 10)
LINES_MAX = 5_000
HISTORY_MAX = 200
BEGIN = "Type a command and press Enter: ls, env, cat /etc/hosts, ps, kill 1, sh syntax with | ; &&"


class ShellScreen(DashboardScreen):
    """A pod's command line. typed: what was entered before, which grows."""

    DEFAULT_CSS = """
    ShellScreen Page { height: 1fr; }
    ShellScreen #ask { height: 1; }
    ShellScreen #where { width: auto; color: $accent; text-style: bold; }
    ShellScreen Input { border: none; height: 1; padding: 0; width: 1fr; }
    """
    BINDINGS = [
        Binding("enter", "run", "Run", priority=True, id="shell.run"),
        Binding("tab", "container", "Container", priority=True, id="shell.container"),
        Binding("up", "recall(-1)", "Earlier", show=False, priority=True, id="shell.earlier"),
        Binding("down", "recall(1)", "Later", show=False, priority=True, id="shell.later"),
        Binding("pageup", "pages(-1)", "Page up", show=False, priority=True, id="shell.up"),
        Binding("pagedown", "pages(1)", "Page down", show=False, priority=True, id="shell.down"),
        Binding("ctrl+l", "clear", "Clear", show=False, priority=True, id="shell.clear"),
        Binding("escape", "app.leave", "Back", priority=True, id="shell.leave"),
    ]

    def __init__(self, feed: Feed, ref: Ref, typed: list[str]) -> None:
        super().__init__(feed)
        self.ref = ref
        self._typed = typed
        self._recalled = len(typed)
        self._lines: list[Line] = [line(BEGIN, "dim")]
        self._version = 0
        self._shown: Any = None
        self._command = ""
        pod = feed.get(*ref)
        sources = sources_of("pods", pod, ()) if pod is not None else []
        self._containers = [source.container for source in sources] or [""]
        wanted = ((pod or {}).get("metadata") or {}).get("annotations") or {}
        default = wanted.get("kubectl.kubernetes.io/default-container", "")
        self._chosen = self._containers.index(default) if default in self._containers else 0

    def body(self) -> ComposeResult:
        yield Page()
        with Horizontal(id="ask"):
            yield Static(id="where", markup=False)
            yield Input(compact=True)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def subject(self) -> Ref:
        return self.ref

    def title_line(self) -> str:
        count = len(self._containers)
        more = f"  (container {self._chosen + 1} of {count}, Tab changes)" if count > 1 else ""
        inside = f" -c {self._container}" if self._container else ""
        return f"kubectl exec -it {self.ref.name} -n {self.ref.namespace}{inside} -- sh{more}"

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        return self.feed.why_fixed if action == "run" else super().why_not(action, parameters)

    def pump(self, now_ms: int) -> None:
        stamp = (self._version, self._command, self._chosen, self.feed.why_fixed)
        if stamp == self._shown:
            return
        self._shown = stamp
        lines = list(self._lines)
        if self._command:
            lines.append(line("running", "dim"))
        page = self.query_one(Page)
        page.set_lines(lines)
        page.action_bottom()
        self.query_one("#where", Static).update(f"{self._container or self.ref.name} $ ")

    @property
    def _container(self) -> str:
        return self._containers[self._chosen]

    # --- keys ---------------------------------------------------------------------------------

    def action_run(self) -> None:
        box = self.query_one(Input)
        text = box.value.strip()
        if self._command or not text:
            return
        box.value = ""
        if text == "exit":
            self.dashboard.pop_screen()
            return
        self._typed[:] = [*(each for each in self._typed if each != text), text][-HISTORY_MAX:]
        self._recalled = len(self._typed)
        self._command = text
        self._say(f"{self._container or self.ref.name} $ {text}", "accent")
        request = Request(
            verb="create",
            resource="pods",
            subresource="exec",
            namespace=self.ref.namespace,
            name=self.ref.name,
            query={
                "command": ["sh", "-c", text],
                "container": [self._container],
                "timeoutSeconds": [str(TIME_S)],
            },
        )
        self.feed.client.call(request, self._answered, deadline_ms=DEADLINE_MS)

    def action_container(self) -> None:
        self._chosen = (self._chosen + 1) % len(self._containers)

    def action_recall(self, step: int) -> None:
        """Bring back what was entered before."""
        self._recalled = max(0, min(self._recalled + step, len(self._typed)))
        box = self.query_one(Input)
        box.value = self._typed[self._recalled] if self._recalled < len(self._typed) else ""
        box.cursor_position = len(box.value)

    def action_pages(self, direction: int) -> None:
        self.query_one(Page).action_pages(2 * direction)

    def action_clear(self) -> None:
        self._lines.clear()
        self._version += 1

    # --- answers ------------------------------------------------------------------------------

    def _answered(self, reply: Reply) -> None:
        self._command = ""
        told = decode(reply)
        if not reply.ok:
            self._say(str(told.get("message") or "the API server did not answer in time"), "bad")
            return
        self._say_all(told["stdout"].splitlines(), "")
        self._say_all(told["stderr"].splitlines(), "warn")
        if told["exitCode"]:
            self._say(f"exit code {told['exitCode']}", "bad")

    def _say(self, text: str, style: str) -> None:
        self._say_all([text], style)

    def _say_all(self, texts: list[str], style: str) -> None:
        new = [line(shown(text), style) for text in texts[-LINES_MAX:]]
        self._lines = [*self._lines, *new][-LINES_MAX:]
        self._version += 1
