"""`--ascii`: every line of the screen with characters of ASCII alone, cell for cell."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_GLYPHS = {
    "●": "o", "‖": "|", "✗": "x", "✔": "v", "▸": ">", "»": ">", "▶": ">", "◀": "<", "▲": "^",
    "▼": "v", "›": ">", "‹": "<", "…": "~", "→": ">", "←": "<", "↑": "^", "↓": "v", "·": ".",
    "•": "*", "×": "x", "◆": "#", "◂": "<", "⇎": "!", "—": "-", "–": "-", "│": "|", "┃": "|",
    "║": "|", "─": "-", "━": "=", "═": "=", "▁": "_", "▔": "-", "▎": "|", "▏": "|", "▊": "|",
    "▌": "|", "▐": "|", "▕": "|", "░": ".", "▒": ":", "▓": "#", "█": "#", "✓": "v", "’": "'",
}  # fmt: skip


@lru_cache(4096)
def ascii_of(text: str) -> str:
    """The text in ASCII, as many cells wide."""
    if text.isascii():
        return text
    return "".join(_letter(each) for each in text)


def _letter(character: str) -> str:
    if character.isascii():
        return character
    found = _GLYPHS.get(character)
    if found is not None:
        return found
    if 0x2500 <= ord(character) < 0x2580:  # the corners and crossings of boxes
        return "+"
    if 0x2580 <= ord(character) < 0x25A0:  # blocks of any height
        return "#"
    return "?" * cell_len(character)


class Ascii(LineFilter):
    """The last step before the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(ascii_of(segment.text), *segment[1:])
            for segment in segments
        ]
