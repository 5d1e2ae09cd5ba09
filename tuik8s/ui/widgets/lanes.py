"""Who changed how much when, a line each, and faults as bars, all in one widget."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuik8s.ui.measure import text_width

LABEL = 26
HERE = "┃"
ODD = "·"
"""In place of a character that would drive the terminal, or take more than one cell."""


class Lane(NamedTuple):
    """One line: its name, its text of as many cells as the chart is wide, and how it looks."""

    name: str
    text: str
    style: str = "rate"


class Lanes(ScrollView, can_focus=False):
    """Lanes one below the other; a line shows where the moment is."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lane--rate", "lane--fault", "lane--name", "lane--here", "lane--axis",
    }  # fmt: skip
    DEFAULT_CSS = """
    Lanes {
        background: $surface;
        & > .lane--rate { color: $text-accent; }
        & > .lane--fault { color: $text-error; text-style: bold; }
        & > .lane--name { color: $foreground; }
        & > .lane--axis { color: $text-muted; }
        & > .lane--here { color: $text-warning; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lanes: list[Lane] = []
        self._here = 0

    @property
    def chart_width(self) -> int:
        """Cells of a lane's text."""
        return max(1, self.scrollable_content_region.width - LABEL - 1)

    def as_text(self) -> str:
        return "\n".join(f"{each.name:<{LABEL}}{each.text}".rstrip() for each in self._lanes)

    def show(self, lanes: list[Lane], here: int) -> None:
        """here: the cell of the moment that is shown. Whoever holds a Lease says who that is."""
        lanes = [Lane(_in_cells(name), _in_cells(text), style) for name, text, style in lanes]
        if (lanes, here) == (self._lanes, self._here):
            return
        self._lanes, self._here = lanes, here
        self.virtual_size = Size(self.size.width, len(lanes))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if index >= len(self._lanes):
            return Strip.blank(self.size.width, self.rich_style)
        lane, here = self._lanes[index], self._here
        name = f" {lane.name[: LABEL - 2]:<{LABEL - 1}}"
        style = self._style(lane.style)
        segments = [
            Segment(name, self._style("name")),
            Segment(lane.text[:here], style),
            Segment(HERE, self._style("here")),
            Segment(lane.text[here + 1 :], style),
        ]
        return Strip(segments).crop_extend(0, self.size.width, self.rich_style)

    def _style(self, name: str) -> Style:
        return self.rich_style + self.get_component_rich_style(f"lane--{name}", partial=True)


def _in_cells(text: str) -> str:
    """Text with one cell for each of its characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() and text_width(c) == 1 else ODD for c in text)
