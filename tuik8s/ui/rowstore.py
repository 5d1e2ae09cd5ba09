"""The rows of one list as they are shown: filtered, sorted, measured; kept up to date per change.

A view model without a terminal: the widget only reads `order`, `get` and `widths`. A row is placed
by bisection when its sort key changes, and stays where it is when it does not; everything is sorted
again only when the sort itself changes. Rows are known by uid, never by index. Many rows that come
at once are made when they are looked at (`put_later`, see `rowsource`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import count, islice, zip_longest
from typing import Any, NamedTuple

from tuik8s.ui.filter import Filter
from tuik8s.ui.measure import ColumnSpec, Measure, text_width
from tuik8s.ui.rowsource import Cell, Made, RowSource, escaped

__all__ = ["Cell", "ColumnSpec", "Row", "RowStore", "comparable", "escaped", "text_width"]

NO_LABELS: Mapping[str, str] = {}

SortKey = tuple[Any, ...]

_NUMBERS = (int, float)
_versions = count(1)
"""Shared by all stores: rewinding swaps the store, and a strip drawn from one must not be taken
for a row of another."""


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

    def __init__(self, columns: tuple[ColumnSpec, ...], source: RowSource | None = None) -> None:
        """source: who makes the rows that are put later."""
        self.columns = columns
        self.generation = 0
        self.marks: set[str] = set()
        self.filter: Filter | None = None
        self.sort_column, self.sort_descending = 0, False
        self._rows: dict[str, Row] = {}
        self._later: dict[str, Row | None] = {}
        """What is to be made yet, and the row as it was before."""
        self._later_at_ms = 0
        self._source = source
        self.indices = {column.name: index for index, column in enumerate(columns)}
        self._labels: dict[str, Mapping[str, str]] = {}
        self._gone: set[str] = set()
        self._order: list[str] = []
        self._keys: list[SortKey] = []
        self._places: dict[str, SortKey] = {}
        self._frozen = False
        self._measures = tuple(Measure(column) for column in columns)
        self._widths: tuple[int, ...] = ()
        self._is_reversed = False
        """How the order stands; a frozen one does not follow the sort yet."""

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
        is_placed = uid not in self._later
        old = self._rows.get(uid) if is_placed else self._later.pop(uid)
        if self._gone:
            self._gone.discard(uid)
        made = Made(cells, sort_keys, health, labels)
        self._take(uid, old, made, now_ms, is_placed=is_placed)

    def put_later(
        self,
        keys: Mapping[str, Any],
        gone: Iterable[str],
        now_ms: int,
        hidden: Set[str] | None = None,
    ) -> None:
        """Add or replace many rows, made when they are looked at, and drop others; not while the
        order is frozen. keys: uid -> its key of the column that is sorted by. hidden: which of
        them the filter does not show, None if nobody has looked."""
        assert not self._frozen, "a frozen order takes one row after the other"
        if not self._later:
            self._widths = self.widths
        rows, later = self._rows, self._later
        for uid in gone:
            self._forget(uid)
            self._places.pop(uid, None)
        for uid in keys:
            later[uid] = rows.pop(uid, None) or later.get(uid)
        self._later_at_ms = now_ms
        self._arrange(keys, hidden)

    def make_some(self, count: int) -> None:
        """Make so many of the rows that nobody has looked at yet."""
        for uid in list(islice(self._later, count)):
            self._make(uid)

    @property
    def unmade(self) -> int:
        """How many rows nobody has looked at yet."""
        return len(self._later)

    def _make(self, uid: str) -> Row:
        assert self._source is not None, "what is put later has a source"
        made = self._source.make(uid)
        self._take(uid, self._later.pop(uid), made, self._later_at_ms, is_placed=False)
        return self._rows[uid]

    def _take(self, uid: str, old: Row | None, made: Made, now_ms: int, *, is_placed: bool) -> None:
        """Have a row in place of the one before it, if they differ in anything that is shown.
        is_placed: whether it stands where the one before it belongs."""
        shown, keys = tuple(made.cells), tuple(made.sort_keys)
        health, labels = made.health, made.labels
        texts = [text for text, _ in shown]
        joined = "".join(texts)
        if not joined.isprintable():
            shown = tuple([Cell(escaped(text), style) for text, style in shown])
            texts = [text for text, _ in shown]
        relabelled = self._labels.get(uid, NO_LABELS) != labels
        same = old is not None and old.sort_keys == keys and old.health == health
        if old is not None and same and not relabelled and old.cells == shown:
            self._rows[uid] = old
            if not is_placed and not self._frozen:
                self._place(old)
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
        if not self._frozen and not (is_placed and self._stays(old, row)):
            self._place(row)

    def remove(self, uid: str) -> None:
        """Drop a row; while the order is frozen it stays as it was last seen."""
        if uid not in self:
            return
        self.generation += 1
        if self._frozen:
            self.marks.discard(uid)
            self._gone.add(uid)
            return
        self._displace(uid)
        self._forget(uid)

    def _forget(self, uid: str) -> None:
        row = self._rows.pop(uid, None) or self._later.pop(uid, None)
        if row is not None:
            self._measure(row.lengths, ())
        self._labels.pop(uid, None)
        self.marks.discard(uid)

    def __contains__(self, uid: object) -> bool:
        return uid in self._rows or uid in self._later

    def keep(self, uids: Collection[str]) -> None:
        """Drop all rows but these, also such as the filter hides."""
        for uid in [uid for uid in (*self._rows, *self._later) if uid not in uids]:
            self.remove(uid)

    def get(self, uid: str) -> Row:
        """The row, made now if nobody has looked at it yet."""
        row = self._rows.get(uid) or self._make(uid)
        if self._later:  # what is in sight is as broad as it needs, whoever made it
            widths = tuple(map(_clipped, self._measures, self._widths, row.lengths))
            if widths != self._widths:
                self._widths = widths
                self.generation += 1
        return row

    def find(self, uid: str) -> Row | None:
        return self.get(uid) if uid in self else None

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
        if uid in self:
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
        return len(self._rows) + len(self._later) - len(self._gone), len(self._order)

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
                self._forget(uid)
            self._arrange()

    @property
    def widths(self) -> tuple[int, ...]:
        """Terminal cells per column; settled again when all rows are made."""
        if self._later:
            return self._widths
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

    def _arrange(self, keys: Mapping[str, Any] = NO_LABELS, hidden: Set[str] | None = None) -> None:
        """Filter and sort everything; a frozen order is arranged when it thaws. keys, hidden: what
        is known of rows that are not made."""
        if self._frozen:
            return
        self.generation += 1
        self._is_reversed = self.sort_descending
        shown = [self._key(row) for row in self._rows.values() if self._is_shown(row)]
        if self._source is not None:
            sort_key, column = self._source.sort_key, self.sort_column
            for uid in self._later:
                if hidden is not None and uid in keys:
                    is_shown = uid not in hidden
                else:
                    is_shown = not self.filter or self._matches(uid, self.filter)
                if is_shown:
                    value = keys[uid] if uid in keys else sort_key(uid, column)
                    shown.append((*comparable(value), uid))
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
        if not self._is_reversed:
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
        return self._matches(uid, wanted)

    def _is_shown(self, row: Row) -> bool:
        return not self.filter or self._matches(row.uid, self.filter)

    def _matches(self, uid: str, wanted: Filter) -> bool:
        row, source = self._rows.get(uid), self._source
        if row is None and source is not None:
            return source.matches(uid, wanted)
        cells = () if row is None else row.cells
        texts = {c.name: cell.text for c, cell in zip(self.columns, cells, strict=False)}
        return wanted.matches(texts, self._labels.get(uid, NO_LABELS))


def _clipped(measure: Measure, width: int, needed: int) -> int:
    return max(width, measure.clipped(needed))


def comparable(value: Any) -> tuple[int, Any]:
    """Any two sort keys compare: numbers, then texts, then sequences, then what is missing."""
    if isinstance(value, _NUMBERS) and value == value:  # not a NaN, which has no place
        return (0, value)
    if isinstance(value, str):
        return (1, value)
    if isinstance(value, tuple | list):
        return (2, tuple(comparable(item) for item in value))
    return (3, 0)
