"""Rows that are made when somebody looks at them: of ten thousand, a screen shows fifty.

Order and filter need little of a row, often nothing but its name; so a `RowStore` takes many rows
at once as promises of a `RowSource`, puts them in order, and has the rest of each made when it
comes into sight, or in quiet moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class Cell(NamedTuple):
    """A text and the name of its style: "", "ok", "warn", "bad", "dim" or "accent"."""

    text: str
    style: str = ""


class Made(NamedTuple):
    """What there is to a row."""

    cells: Sequence[Cell]
    sort_keys: Sequence[Any]
    health: str
    labels: Mapping[str, str]


class RowSource(Protocol):
    """Makes rows and parts of rows. Columns are those of the store, by index; texts may hold
    anything, the store makes control characters visible."""

    def make(self, uid: str) -> Made:
        """The whole row."""

    def sort_key(self, uid: str, column: int) -> Any:
        """One of its sort keys, the same as `make` will give."""

    def text(self, uid: str, column: int) -> str:
        """The text of one of its cells."""

    def labels(self, uid: str) -> Mapping[str, str]:
        """Its labels, for filters."""


class Texts(Mapping[str, str]):
    """Column name -> text of a row that has not been made; only those that are asked for are."""

    def __init__(self, source: RowSource, uid: str, columns: Mapping[str, int]) -> None:
        self._source = source
        self._uid = uid
        self._columns = columns

    def __getitem__(self, name: str) -> str:
        return escaped(self._source.text(self._uid, self._columns[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def escaped(text: str) -> str:
    """Control characters in sight, so that no text from the cluster can drive the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
