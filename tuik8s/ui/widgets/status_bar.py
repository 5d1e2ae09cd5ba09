"""The first line of every screen.

Which cluster, live or lost, the time, what is shown, what is wrong.
"""

from __future__ import annotations

import re
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
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
        self._shown: tuple[str, tuple[str, str], str, str, str] | None = None

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._shown = None  # another theme: the next tick paints it anew

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
        self.refresh()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"status--{name}", partial=True)

    def render(self) -> Text:
        if self._shown is None:
            return Text()
        cluster, (state, state_style), clock, what, wrong = self._shown
        wrong = f"   {wrong}" if wrong else ""
        ends = len(f" tuik8s  {cluster}    {clock}   {wrong}")
        if cell_len(state) + cell_len(what) + ends > self.size.width:
            state = re.sub(r" \(.*?\)", "", state)  # how far back: the line below shows it, too
        line = Text(no_wrap=True)
        line.append(" tuik8s ", "bold reverse")
        line.append(f" {cluster}  ")
        line.append(state, self._style(state_style))
        line.append(f" {clock}   ")
        # What is wrong stays in sight; a long name gives way as far as something of it is seen.
        room = self.size.width - line.cell_len - cell_len(wrong)
        if 0 < room < cell_len(what):
            what = f"{set_cell_size(what, room - 1).rstrip()}…"
        line.append(what, "bold")
        line.append(wrong, self._style("warn"))
        line.truncate(self.size.width, overflow="ellipsis")
        return line
