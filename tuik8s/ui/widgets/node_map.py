"""Hundreds of nodes in a few lines, one cell each; the cursor names one, Enter chooses it."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuik8s.ui.nodemap import MapLine, NodeCell, arranged

LABEL = 10


class NodeMap(ScrollView, can_focus=True):
    """The owner calls `show` as often as it likes, equal maps cost nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "node--ok", "node--warn", "node--bad", "node--label", "node--cursor",
    }  # fmt: skip
    DEFAULT_CSS = """
    NodeMap {
        height: 1fr; background: $surface;
        & > .node--ok { color: $text-success; }
        & > .node--warn { color: $text-warning; }
        & > .node--bad { color: $text-error; text-style: bold; }
        & > .node--label { color: $text-muted; }
        & > .node--cursor { color: $block-cursor-foreground;
            background: $block-cursor-background; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1)", "Node before", show=False, id="map.left"),
        Binding("right,l", "move(1)", "Node after", show=False, id="map.right"),
        Binding("up,k", "line(-1)", "Line up", show=False, id="map.up"),
        Binding("down,j", "line(1)", "Line down", show=False, id="map.down"),
        Binding("home,g", "end(0)", "First node", show=False, id="map.home"),
        Binding("end,G", "end(-1)", "Last node", show=False, id="map.end"),
        Binding("n", "unwell", "Next that is not well", show=False, id="map.unwell"),
        Binding("enter", "select", "Its pods", show=False, id="map.select"),
    ]

    class Selected(Message):
        """A node was chosen, by Enter or a double click."""

        def __init__(self, node: str) -> None:
            super().__init__()
            self.node = node

    class Moved(Message):
        """The cursor is on another node."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.cursor = ""
        self._cells: list[NodeCell] = []
        self._lines: list[MapLine] = []

    @property
    def cell(self) -> NodeCell | None:
        """The node under the cursor."""
        return next((each for each in self._cells if each.name == self.cursor), None)

    def as_text(self) -> str:
        """A node a line, with what the cursor says of it."""
        return "\n".join(f"{each.name}  {each.details}" for each in self._cells)

    def show(self, found: list[NodeCell]) -> None:
        if found == self._cells:
            return
        self._cells = found
        if self.cell is None:
            self.cursor = found[0].name if found else ""
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    def action_move(self, by: int) -> None:
        names = [each.name for each in self._cells]
        if names:
            index = names.index(self.cursor) if self.cursor in names else 0
            self._go(names[max(0, min(index + by, len(names) - 1))])

    def action_line(self, by: int) -> None:
        for y, each in enumerate(self._lines):
            names = [cell.name for cell in each.cells]
            if self.cursor in names:
                other = self._lines[max(0, min(y + by, len(self._lines) - 1))].cells
                self._go(other[min(names.index(self.cursor), len(other) - 1)].name)
                return

    def action_end(self, index: int) -> None:
        if self._cells:
            self._go(self._cells[index].name)

    def action_unwell(self) -> None:
        """Round the map to the next node that is not in order."""
        names = [each.name for each in self._cells]
        start = names.index(self.cursor) + 1 if self.cursor in names else 0
        for each in (*self._cells[start:], *self._cells[:start]):
            if each.style != "ok":
                self._go(each.name)
                return

    def action_select(self) -> None:
        if self.cursor:
            self.post_message(self.Selected(self.cursor))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        x, y = offset.x - LABEL, offset.y + self.scroll_offset.y
        if 0 <= y < len(self._lines) and 0 <= x < len(self._lines[y].cells):
            self._go(self._lines[y].cells[x].name)
            if event.chain == 2:
                self.action_select()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if index >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        label, row = self._lines[index]
        segments = [Segment(f"{label[: LABEL - 1]:<{LABEL}}", self._style("label"))]
        segments += [
            Segment(each.text, self._style(each.style, under=each.name == self.cursor))
            for each in row
        ]
        return Strip(segments).simplify().crop_extend(0, self.size.width, self.rich_style)

    def _go(self, name: str) -> None:
        if name != self.cursor:
            self.cursor = name
            self.post_message(self.Moved())
        y = next(
            (y for y, row in enumerate(self._lines) if any(c.name == name for c in row.cells)), 0
        )
        if not 0 <= y - self.scroll_offset.y < max(1, self.size.height):
            self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self.refresh()

    def _arrange(self) -> None:
        width = max(1, self.scrollable_content_region.width - LABEL)
        self._lines = arranged(self._cells, width)
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    def _style(self, name: str, *, under: bool = False) -> Style:
        found = self.rich_style + self.get_component_rich_style(f"node--{name}", partial=True)
        if under and self.has_focus:
            found += self.get_component_rich_style("node--cursor", partial=True)
        elif under:
            found += Style(reverse=True)
        return found
