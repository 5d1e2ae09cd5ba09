"""The first line of every screen.

Which cluster, live or lost, the time, what is shown, what is wrong.
"""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from tuik8s.api.times import format_time

LIVE = ("● LIVE", "green")
LOST = ("✗ LOST, reconnecting, last heard", "bold red")


class StatusBar(Widget):
    """One line; it repaints only when its text changes."""

    DEFAULT_CSS = """
    StatusBar { dock: top; height: 1; background: $primary-background; color: $text; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._line = Text()

    def show(
        self, cluster: str, connected: bool, paused: bool, now_ms: int, what: str, wrong: str
    ) -> None:
        """Set the line. now_ms: of what is shown; what: the screen and its counts; wrong: in a
        word or two."""
        state = (
            ("● LIVE", "green") if connected else ("✗ LOST, reconnecting, last heard", "bold red")
        )
        if paused:
            state = ("‖ PAUSED", "bold yellow")
        clock = format_time(now_ms)[11:19]
        shown = (cluster, state, clock, what, wrong)
        if shown == self._shown:
            return
        self._shown = shown
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(" tuik8s ", "bold reverse")
        line.append(f" {cluster}  ")
        line.append(*state)
        line.append(f" {shown[2]}   ")
        line.append(what, "bold")
        if wrong:
            line.append(f"   {wrong}", "yellow")
        self._line = line
        self.refresh()

    def render(self) -> Text:
        return self._line
