"""How broad a column is: the longest of its texts is known without looking at all of them."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

WIDTH_MAX = 60
"""A column that is not `wide` gets no broader than this, whatever is in it."""


class ColumnSpec(NamedTuple):
    """A column: its heading, "left" or "right", and whether it may be broader than WIDTH_MAX."""

    name: str
    align: str = "left"
    wide: bool = False


class Measure:
    """How many cells of a column have which length: the longest is known when it goes, too."""

    def __init__(self, column: ColumnSpec) -> None:
        self._least = cell_len(column.name) + 2  # room for the sort mark
        self._most = 10**6 if column.wide else WIDTH_MAX
        self._lengths: dict[int, int] = {}
        self._longest = 0

    @property
    def width(self) -> int:
        return self.clipped(self._longest)

    def clipped(self, length: int) -> int:
        """How broad the column is with a longest text of this length."""
        return max(self._least, min(length, self._most))

    def replace(self, old: int | None, new: int | None) -> None:
        """A text of one length instead of one of another; None is no text."""
        lengths = self._lengths
        if new is not None:
            lengths[new] = lengths.get(new, 0) + 1
            self._longest = max(self._longest, new)
        if old is None:
            return
        lengths[old] -= 1
        if not lengths[old]:
            del lengths[old]
            if old == self._longest:
                self._longest = max(lengths, default=0)


def text_width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
