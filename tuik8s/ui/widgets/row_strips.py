"""The rows of a table as strips, one each: fitted, coloured, as wide as the table, and kept.

A Strip keeps what Textual made of it, up to its escape codes. So a line that was drawn before, in
another place or under the cursor of a moment ago, must be the same object again: then drawing it
costs next to nothing. And a new one must be made in one go, since every Strip costs as much as the
text in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.color import TRANSPARENT
from textual.filter import LineFilter
from textual.strip import Strip
from textual.widget import Widget

from tuik8s.ui.ascii import Ascii
from tuik8s.ui.rowstore import Cell, ColumnSpec, text_width
from tuik8s.ui.widgets.heading import GAP, GUTTER, fit

STRIPS_MAX: Final = 4096
LOUD: Final = ("warn", "bad")
"""Of the healths of a row, those that colour its cells."""

StripKey = tuple[Any, ...]
"""All that a line depends on; the epoch of the strips is one of it."""


class RowStrips:
    """Of one table. name: of its component classes, as in `live--dim`."""

    def __init__(self, widget: Widget, name: str) -> None:
        self.epoch = 0
        """Grows when every line looks different from before: other colours, widths, columns."""
        self.kept: LRUCache[StripKey, Strip] = LRUCache(STRIPS_MAX)
        self._widget = widget
        self._name = name
        self._columns: list[tuple[int, str]] = []  # width and alignment
        self._styles: dict[str, dict[str, Style]] = {}
        self._window = (0, 0)
        self._filters: Sequence[LineFilter] | None = None
        self._letters: Sequence[LineFilter] = ()
        """Of the filters, those that change texts; the others change styles."""
        self._background = TRANSPARENT

    def lay_out(self, columns: Sequence[ColumnSpec], widths: Sequence[int]) -> None:
        """Have columns of these widths from now on."""
        self.epoch += 1
        aligns = [column.align for column in columns]
        self._columns = list(zip(widths, aligns, strict=True))

    def forget_styles(self) -> None:
        """Take other colours from now on."""
        self.epoch += 1
        self._styles.clear()
        self._filters = None

    def look_at(self, left: int, width: int) -> None:
        """Make strips of these cells of the lines, by the filters of the application."""
        filters = self._widget.app.get_line_filters()
        if filters != self._filters:
            self.forget_styles()
            self._filters = filters
            self._background = self._widget.background_colors[1]
            self._letters = [each for each in filters if isinstance(each, Ascii)]
        if (left, width) != self._window:
            self._window = (left, width)
            self.epoch += 1

    def row(self, cells: Sequence[Cell], signs: str, state: str, health: str) -> Strip:
        """signs: what stands in the gutter; state: "", "cursor", "marked" or "changed"."""
        styles = self._styles.setdefault(state, {})
        plain = styles.get("") or self.style("", state)
        usual = health if health in LOUD else ""
        segments: list[Segment] = []
        text, last, length = signs, plain, GUTTER
        for (width, align), (shown, name) in zip(self._columns, cells, strict=False):
            name = name or usual
            style = styles.get(name) or self.style(name, state)
            if style is not last:  # equal neighbours in one: fewer bytes to the terminal
                segments.append(Segment(text, last))
                text, last = "", style
            if len(shown) > width or not shown.isascii():
                text += fit(shown, width, align) + GAP
            else:
                text += (shown.rjust(width) if align == "right" else shown.ljust(width)) + GAP
            length += width + len(GAP)
        segments.append(Segment(text, last))
        return self._cut(segments, length, plain)

    def line(self, text: str, name: str) -> Strip:
        """A line of one style: a heading, or what is said where there are no rows."""
        style = self.style(name, "")
        return self._cut([Segment(text, style)], text_width(text), style)

    def style(self, name: str, state: str) -> Style:
        """Looked up when first needed: component styles are not there yet when the style is set."""
        styles = self._styles.setdefault(state, {})
        if name not in styles:
            found = self._widget.rich_style
            for each in (name, state):
                if each:
                    css = f"{self._name}--{each}"
                    found += self._widget.get_component_rich_style(css, partial=True)
            for filter_ in self._filters or ():
                if filter_ not in self._letters:
                    found = filter_.apply([Segment("x", found)], self._background)[0].style or found
            same = [style for style in styles.values() if style == found]
            styles[name] = same[0] if same else found
        return styles[name]

    def _cut(self, segments: list[Segment], length: int, plain: Style) -> Strip:
        """What of a line is in sight; as wide as the table, or Textual makes more strips of it."""
        left, width = self._window
        for each in self._letters:
            segments = each.apply(segments, self._background)
        if left == 0 and length <= width:
            segments.append(Segment(" " * (width - length), plain))
            return Strip(segments, width)
        return Strip(segments, length).crop_extend(left, left + width, plain)
