"""Styled lines of text, as pages show them: wrapping, searching, highlighting. Pure.

A line is a tuple of cells, each a text and the name of a style. Text from the cluster may hold
control characters; `printable` takes their power, and a page lets nothing else through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from tuik8s.ui.rowstore import Cell, escaped, text_width

Line = tuple[Cell, ...]

EMPTY: Line = (Cell(""),)


def line(text: str, style: str = "") -> Line:
    return (Cell(text, style),)


def lines_of(text: str, style: str = "") -> list[Line]:
    """One line per line of a text, all of one style."""
    return [line(each, style) for each in text.split("\n")]


def printable(found: Line) -> Line:
    """The line with control characters in sight, so that no text can drive the terminal."""
    if all(cell.text.isprintable() for cell in found):
        return found
    return tuple(Cell(escaped(cell.text), cell.style) for cell in found)


def text_of(found: Line) -> str:
    return "".join(cell.text for cell in found)


def width_of(found: Line) -> int:
    """Terminal cells."""
    return sum(text_width(cell.text) for cell in found)


def wrapped(found: Line, width: int) -> list[Line]:
    """The line in pieces that are at most `width` cells wide; one that fits stays as it is."""
    if width <= 0 or width_of(found) <= width:
        return [found]
    pieces: list[Line] = []
    current: list[Cell] = []
    room = width
    for text, style in found:
        rest = text
        while rest:
            taken = _fitting(rest, room)
            if taken:
                current.append(Cell(rest[:taken], style))
                room -= text_width(rest[:taken])
                rest = rest[taken:]
            if rest:
                pieces.append(tuple(current))
                current, room = [], width
                if not _fitting(rest, room):  # one character is wider than the page
                    return [*pieces, (Cell(rest, style),)]
    return [*pieces, tuple(current)] if current else pieces


def _fitting(text: str, width: int) -> int:
    """How many characters fit into so many cells."""
    if text.isascii():
        return min(len(text), width)
    used = 0
    for index, char in enumerate(text):
        used += cell_len(char)
        if used > width:
            return index
    return len(text)


def matching(lines: Sequence[Line], word: str) -> list[int]:
    """The indices of the lines that have the word, in any case."""
    wanted = word.lower()
    return [i for i, each in enumerate(lines) if wanted and wanted in text_of(each).lower()]


def highlighted(found: Line, word: str) -> Line:
    """The line with every occurrence of the word in the style `found`."""
    text, wanted = text_of(found), word.lower()
    lower = text.lower()
    if not wanted or len(lower) != len(text):  # a few capitals have longer small letters
        return found
    starts = []
    at = lower.find(wanted)
    while at >= 0:
        starts.append(at)
        at = lower.find(wanted, at + len(wanted))
    return _restyled(found, [(start, start + len(wanted)) for start in starts])


def _restyled(found: Line, spans: Iterable[tuple[int, int]]) -> Line:
    cells: list[Cell] = []
    left = list(spans)
    begin = 0
    for text, style in found:
        end, at = begin + len(text), begin
        while at < end:
            while left and left[0][1] <= at:
                left.pop(0)
            inside = bool(left) and left[0][0] <= at
            stop = end if not left else min(end, left[0][1] if inside else left[0][0])
            cells.append(Cell(text[at - begin : stop - begin], "found" if inside else style))
            at = stop
        begin = end
    return tuple(cells) or found
