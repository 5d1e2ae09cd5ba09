"""The first line of every screen.

Which cluster, live or lost, the time, what is shown, what is wrong.
"""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from tuik8s.api.times import format_time


class StatusBar(Widget):
    """One line; it repaints only when its text changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"status--ok", "status--warn", "status--bad"}

    DEFAULT_CSS = """
    StatusBar {
        dock: top; height: 1; background: $panel; color: $foreground;
        & > .status--ok { color: $text-success; }
        & > .status--warn { color: $text-warning; text-style: bold; }
        & > .status--bad { color: $text-error; text-style: bold reverse; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._line = Text()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._shown = ()  # another theme: the next tick paints it anew

    def show(
        self, cluster: str, state: tuple[str, str], now_ms: int, what: str, wrong: str
    ) -> None:
        """Set the line. state: a text and its style; now_ms: of what is shown; what: the screen
        and its counts; wrong: in a word or two."""
        clock = format_time(now_ms)[11:19]
        shown = (cluster, state, clock, what, wrong)
        if shown == self._shown:
            return
        self._shown = shown
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(" tuik8s ", "bold reverse")
        line.append(f" {cluster}  ")
        line.append(state[0], self._style(state[1]))
        line.append(f" {clock}   ")
        line.append(what, "bold")
        if wrong:
            line.append("   ")
            line.append(wrong, self._style("warn"))
        self._line = line
        self.refresh()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"status--{name}", partial=True)

    def render(self) -> Text:
        return self._line
