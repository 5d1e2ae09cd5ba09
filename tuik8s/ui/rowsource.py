"""Rows that are made when somebody looks at them: of ten thousand, a screen shows fifty.

Order and filter need little of a row, often nothing but its name; so a `RowStore` takes many rows
at once as promises of a `RowSource`, puts them in order, and has the rest of each made when it
comes into sight, or in quiet moments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from tuik8s.ui.filter import Filter


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
    """Makes rows and parts of rows. Columns are those of the store, by index."""

    def make(self, uid: str) -> Made:
        """The whole row."""

    def sort_key(self, uid: str, column: int) -> Any:
        """One of its sort keys, the same as `make` will give."""

    def matches(self, uid: str, wanted: Filter) -> bool:
        """Whether a filter shows it."""


class Texts(Mapping[str, str]):
    """Column name -> text of a row that has not been made; only those that are asked for are.
    text: of a column by index."""

    def __init__(self, text: Callable[[int], str], indices: Mapping[str, int]) -> None:
        self._text = text
        self._indices = indices

    def __getitem__(self, name: str) -> str:
        return escaped(self._text(self._indices[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)


class Later(Mapping[str, str]):
    """What is made when somebody looks into it."""

    def __init__(self, make: Callable[[], Mapping[str, str]]) -> None:
        self._make = make
        self._made: Mapping[str, str] | None = None

    def _all(self) -> Mapping[str, str]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, name: str) -> str:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def escaped(text: str) -> str:
    """Control characters in sight, so that no text from the cluster can drive the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
