"""The geometry of a table: where columns stand, what the heading says. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import set_cell_size

from tuik8s.ui.rowstore import RowStore, text_width

GAP = "  "
GUTTER = 3
"""The cursor, the mark and the sign of a change: all can be seen without colours."""


def heading(store: RowStore | None, widths: Sequence[int], picked: int | None) -> str:
    """The names of the columns: ▲ or ▼ where it is sorted, › before the one that is picked."""
    parts = [" " * GUTTER]
    for index, column in enumerate(store.columns if store is not None else ()):
        is_sorted = store is not None and index == store.sort_column
        arrow = ("▼" if store.sort_descending else "▲") if store is not None and is_sorted else ""
        if index == picked:
            name = f"›{column.name}{arrow}"
        else:
            name = f"{column.name} {arrow}".rstrip()
        parts += [fit(name, width_of(widths, index), column.align), GAP]
    return "".join(parts)


def line_width(widths: Sequence[int]) -> int:
    """Terminal cells of a whole row; after its last column there is no gap."""
    return GUTTER + sum(widths) + len(GAP) * max(0, len(widths) - 1)


def start_of(widths: Sequence[int], index: int) -> int:
    """The first cell of a column."""
    return GUTTER + sum(widths[:index]) + index * len(GAP)


def column_at(widths: Sequence[int], x: int) -> int | None:
    """The column at a cell of the line."""
    for index, width in enumerate(widths):
        start = start_of(widths, index)
        if start <= x < start + width + len(GAP):
            return index
    return None


def width_of(widths: Sequence[int], index: int) -> int:
    return widths[index] if index < len(widths) else 0


def thumb_at(top: float, most: int, height: int) -> float:
    """Where a scrollbar stands, in steps that can be seen: an eighth of a cell. In a long table
    most rows scrolled move nothing of it, so it need not be drawn again."""
    step = most / (8 * max(1, height))
    return top if step <= 1 or top >= most else int(top / step) * step


def fit(text: str, width: int, align: str = "left") -> str:
    """The text in exactly `width` cells; what does not fit ends in an ellipsis."""
    length = text_width(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    padding = " " * (width - length)
    return padding + text if align == "right" else text + padding
