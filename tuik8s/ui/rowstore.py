"""The rows of one list as they are shown: filtered, sorted, measured; kept up to date per change.

A view model without a terminal: the widget only reads `order`, `get` and `widths`. A row is placed
by bisection when its sort key changes, and stays where it is when it does not; everything is sorted
again only when the sort itself changes. Rows are known by uid, never by index.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from itertools import count, zip_longest
from typing import Any, NamedTuple

from rich.cells import cell_len

from tuik8s.ui.filter import Filter

WIDTH_MAX = 60
"""A column that is not `wide` gets no broader than this, whatever is in it."""

NO_LABELS: Mapping[str, str] = {}

SortKey = tuple[Any, ...]

_NUMBERS = (int, float)
_versions = count(1)
"""Shared by all stores: rewinding swaps the store, and a strip drawn from one must not be taken
for a row of another."""


class Cell(NamedTuple):
    """A text and the name of its style: "", "ok", "warn", "bad", "dim" or "accent"."""

    text: str
    style: str = ""


class ColumnSpec(NamedTuple):
    """A column: its heading, "left" or "right", and whether it may be broader than WIDTH_MAX."""

    name: str
    align: str = "left"
    wide: bool = False


class Row(NamedTuple):
    """A row as it is shown. `changed_at_ms` moves when a sort key or the health does: an age that
    grows keeps its key, so it does not count as a change. lengths: terminal cells of each text."""

    uid: str
    cells: tuple[Cell, ...]
    sort_keys: tuple[Any, ...]
    health: str
    version: int
    changed_at_ms: int
    lengths: tuple[int, ...]


class RowStore:
    """Rows by uid, in display order."""

    def __init__(self, columns: tuple[ColumnSpec, ...]) -> None:
        self.columns = columns
        self.generation = 0
        self.marks: set[str] = set()
        self.filter: Filter | None = None
        self.sort_column, self.sort_descending = 0, False
        self._rows: dict[str, Row] = {}
        self._labels: dict[str, Mapping[str, str]] = {}
        self._gone: set[str] = set()
        self._order: list[str] = []
        self._keys: list[SortKey] = []
        self._places: dict[str, SortKey] = {}
        self._frozen = False
        self._measures = tuple(_Measure(column) for column in columns)

    def put(  # the contract of the feed: one call per row
        self,
        uid: str,
        cells: Sequence[Cell],
        sort_keys: Sequence[Any],
        health: str,
        now_ms: int,
        *,
        labels: Mapping[str, str] = NO_LABELS,
    ) -> None:
        """Add or replace a row; nothing happens when nothing that is shown has changed."""
        shown, keys, old = tuple(cells), tuple(sort_keys), self._rows.get(uid)
        texts = [text for text, _ in shown]
        joined = "".join(texts)
        if not joined.isprintable():
            shown = tuple([Cell(escaped(text), style) for text, style in shown])
            texts = [text for text, _ in shown]
        if self._gone:
            self._gone.discard(uid)
        relabelled = self._labels.get(uid, NO_LABELS) != labels
        same = old is not None and old.sort_keys == keys and old.health == health
        if old is not None and same and not relabelled and old.cells == shown:
            return
        # Of what is replaced as little as possible is looked at: it is far from the processor.
        lengths = tuple(map(len if joined.isascii() else text_width, texts))
        self._measure(() if old is None else old.lengths, lengths)
        changed_at_ms = old.changed_at_ms if old is not None and same else now_ms
        row = Row(uid, shown, keys, health, next(_versions), changed_at_ms, lengths)
        self._rows[uid] = row
        if relabelled:
            self._labels[uid] = labels
        self.generation += 1
        if not self._frozen and not self._stays(old, row):
            self._place(row)

    def remove(self, uid: str) -> None:
        """Drop a row; while the order is frozen it stays as it was last seen."""
        if uid not in self._rows:
            return
        self.generation += 1
        self.marks.discard(uid)
        if self._frozen:
            self._gone.add(uid)
            return
        self._displace(uid)
        self._measure(self._rows.pop(uid).lengths, ())
        self._labels.pop(uid, None)

    def keep(self, uids: Collection[str]) -> None:
        """Drop all rows but these, also such as the filter hides."""
        for uid in [uid for uid in self._rows if uid not in uids]:
            self.remove(uid)

    def get(self, uid: str) -> Row:
        return self._rows[uid]

    def find(self, uid: str) -> Row | None:
        return self._rows.get(uid)

    @property
    def order(self) -> list[str]:
        """The uids that are shown, in order; read it, do not keep it or change it."""
        return self._order

    def index_of(self, uid: str) -> int | None:
        """Where a row is shown, by bisection; None when the filter hides it."""
        key = self._places.get(uid)
        return None if key is None else self._index(key)

    def set_filter(self, wanted: Filter | None) -> None:
        if wanted != self.filter:
            self.filter = wanted
            self._arrange()

    def set_sort(self, column_index: int, descending: bool) -> None:
        if (column_index, descending) != (self.sort_column, self.sort_descending):
            self.sort_column, self.sort_descending = column_index, descending
            self._arrange()

    def toggle_mark(self, uid: str) -> None:
        if uid in self._rows:
            self.marks ^= {uid}
            self.generation += 1

    def mark_range(self, first: str | None, last: str | None) -> bool:
        """Mark the rows from one to the other; False when one of them is not shown."""
        indices = [self.index_of(first or ""), self.index_of(last or "")]
        shown = sorted(index for index in indices if index is not None)
        if len(shown) < 2:
            return False
        self.marks |= set(self._order[shown[0] : shown[1] + 1])
        self.generation += 1
        return True

    def clear_marks(self) -> None:
        self.marks.clear()
        self.generation += 1

    @property
    def counts(self) -> tuple[int, int]:
        """(rows in all, rows shown)"""
        return len(self._rows) - len(self._gone), len(self._order)

    @property
    def frozen(self) -> bool:
        """While a dialog is open no row moves, comes or goes, so that "this one" stays this one."""
        return self._frozen

    @frozen.setter
    def frozen(self, value: bool) -> None:
        if value == self._frozen:
            return
        self._frozen = value
        if not value:
            gone, self._gone = sorted(self._gone), set()
            for uid in gone:
                self._measure(self._rows.pop(uid).lengths, ())
                self._labels.pop(uid, None)
            self._arrange()

    @property
    def widths(self) -> tuple[int, ...]:
        """Terminal cells per column."""
        return tuple(measure.width for measure in self._measures)

    def _measure(self, old: tuple[int, ...], new: tuple[int, ...]) -> None:
        """Count texts of these lengths instead of those; () is no row."""
        if old == new:
            return
        for measure, was, now in zip_longest(self._measures, old, new):
            if was != now and measure is not None:
                measure.replace(was, now)

    def _stays(self, old: Row | None, row: Row) -> bool:
        """Whether a row is as visible, and in the same place, as it was: nearly every change."""
        column, keys = self.sort_column, row.sort_keys
        if old is None or self.filter or column >= min(len(keys), len(old.sort_keys)):
            return False
        return bool(keys[column] == old.sort_keys[column])

    def _arrange(self) -> None:
        """Filter and sort everything; a frozen order is arranged when it thaws."""
        if self._frozen:
            return
        self.generation += 1
        shown = [self._key(row) for row in self._rows.values() if self._is_shown(row)]
        shown.sort(reverse=self.sort_descending)
        self._keys = shown
        self._order = [key[-1] for key in shown]
        self._places = dict(zip(self._order, shown, strict=True))

    def _place(self, row: Row) -> None:
        key = self._key(row) if not self.filter or self._is_shown(row) else None
        if self._places.get(row.uid) == key:
            return
        self._displace(row.uid)
        if key is not None:
            index = self._index(key)
            self._keys.insert(index, key)
            self._order.insert(index, row.uid)
            self._places[row.uid] = key

    def _displace(self, uid: str) -> None:
        key = self._places.pop(uid, None)
        if key is not None:
            index = self._index(key)
            del self._keys[index], self._order[index]

    def _index(self, key: SortKey) -> int:
        if not self.sort_descending:
            return bisect_left(self._keys, key)
        low, high = 0, len(self._keys)  # bisect knows only lists that ascend
        while low < high:
            middle = (low + high) // 2
            if self._keys[middle] > key:
                low = middle + 1
            else:
                high = middle
        return low

    def _key(self, row: Row) -> SortKey:
        keys = row.sort_keys
        value = keys[self.sort_column] if self.sort_column < len(keys) else None
        return (*comparable(value), row.uid)

    def is_match(self, uid: str, wanted: Filter) -> bool:
        """Whether a row is one that a filter would show."""
        return self._matches(self._rows[uid], wanted)

    def _is_shown(self, row: Row) -> bool:
        return not self.filter or self._matches(row, self.filter)

    def _matches(self, row: Row, wanted: Filter) -> bool:
        texts = {c.name: cell.text for c, cell in zip(self.columns, row.cells, strict=False)}
        return wanted.matches(texts, self._labels.get(row.uid, NO_LABELS))


class _Measure:
    """How many cells of a column have which length: the longest is known when it goes, too."""

    def __init__(self, column: ColumnSpec) -> None:
        self._least = cell_len(column.name) + 2  # room for the sort mark
        self._most = 10**6 if column.wide else WIDTH_MAX
        self._lengths: dict[int, int] = {}
        self._longest = 0

    @property
    def width(self) -> int:
        return max(self._least, min(self._longest, self._most))

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


def comparable(value: Any) -> tuple[int, Any]:
    """Any two sort keys compare: numbers, then texts, then sequences, then what is missing."""
    if isinstance(value, _NUMBERS) and value == value:  # not a NaN, which has no place
        return (0, value)
    if isinstance(value, str):
        return (1, value)
    if isinstance(value, tuple | list):
        return (2, tuple(comparable(item) for item in value))
    return (3, 0)


def escaped(text: str) -> str:
    """Control characters in sight, so that no text from the cluster can drive the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def text_width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
