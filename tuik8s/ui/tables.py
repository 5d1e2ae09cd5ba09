"""A kind's objects as rows: cells as kubectl prints them, with a namespace, a look, a clock.

Ages change although objects do not: every other second the rows that are on screen are made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tuik8s.api.kinds.base import Column, Kind
from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object
from tuik8s.bus.clone import Place
from tuik8s.bus.entries import Entry
from tuik8s.ui.rows.registry import look_of
from tuik8s.ui.rowstore import Cell, ColumnSpec, RowStore

NUMBERS = ("integer", "number")
NAMESPACE = Column("Namespace", "string", lambda obj, now_ms: obj["metadata"].get("namespace", ""))
LONG_AGO_MS = -1_000_000
"""When a row "changed" that is only shown in other columns."""


class Shape(NamedTuple):
    """Which columns a table shows. wide: those that kubectl shows with -o wide, too; labels: one
    column per label key; chosen: exactly these of the kind's columns, () for the usual ones."""

    wide: bool = False
    labels: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()


class Table:
    """The row store of a kind and what it takes to keep it true."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.shape = Shape()
        self._all = list(kind.rules.columns or _plain())
        if kind.namespaced:
            self._all.insert(0, NAMESPACE)
        self._columns = self._chosen()
        self._look = look_of(kind.storage or kind.resource)
        self._entries: dict[str, Entry] = {}
        """By uid. Versions, not objects: those are many times as large, and few are looked at."""
        self._uids: dict[Place, str] = {}
        self._dirty: dict[Place, Entry | None] = {}
        self._namespace = ""
        self.store = RowStore(self._specs())

    @property
    def column_names(self) -> list[str]:
        """All columns that the kind has, shown or not."""
        return [column.name.upper() for column in self._all]

    @property
    def hidden(self) -> list[str]:
        """The columns that are not shown now."""
        shown = {column.name.upper() for column in self._columns}
        return [name for name in self.column_names if name not in shown]

    def object(self, uid: str) -> Object | None:
        entry = self._entries.get(uid)
        return None if entry is None else entry.object

    def objects(self) -> Iterator[Object]:
        """All objects of the namespace, whatever the filter says."""
        for entry in list(self._entries.values()):
            yield entry.object

    def set_shape(self, shape: Shape, now_ms: int) -> None:
        """Show other columns: in another store, which keeps filter, marks, and the sort if it
        can."""
        old = self.store
        self.shape = shape
        self._columns = self._chosen()
        self.store = RowStore(self._specs())
        sorted_by = old.columns[old.sort_column].name
        names = [column.name for column in self.store.columns]
        if sorted_by in names:
            self.store.set_sort(names.index(sorted_by), old.sort_descending)
        self.store.set_filter(old.filter)
        for uid, entry in self._entries.items():
            self._put(uid, entry.object, now_ms, is_new=False)
        self.store.marks |= old.marks & self._entries.keys()

    def reset(self, entries: Mapping[Place, Entry], namespace: str, now_ms: int) -> None:
        """Fill it anew, with the objects of one namespace ("" for all)."""
        self._namespace = namespace
        for uid in list(self._entries):
            self.store.remove(uid)
        self._entries.clear()
        self._uids.clear()
        self._dirty = dict(entries)
        self.flush(now_ms)

    def sync(self, entries: Mapping[Place, Entry]) -> None:
        """Show these from the next `flush` on; what stayed as it was is not even decoded."""
        self._dirty = {place: None for place in self._uids if place not in entries}
        for place, entry in entries.items():
            shown = self._entries.get(self._uids.get(place, ""))
            if shown is None or shown.revision != entry.revision:
                self._dirty[place] = entry

    def touch(self, place: Place, entry: Entry | None) -> None:
        """Hear of a change; nothing is made of it before `flush`."""
        self._dirty[place] = entry

    def flush(self, now_ms: int) -> bool:
        """Make rows of what changed; whether anything had."""
        dirty, self._dirty = self._dirty, {}
        for place, entry in dirty.items():
            if entry is None or not self._is_inside(place):
                self._drop(place)
                continue
            obj = entry.object
            uid = _uid(obj)
            if self._uids.get(place, uid) != uid:
                self._drop(place)  # another object of that name
            self._uids[place], self._entries[uid] = uid, entry
            self._put(uid, obj, now_ms)
        return bool(dirty)

    def _drop(self, place: Place) -> None:
        uid = self._uids.pop(place, None)
        if uid is not None:
            del self._entries[uid]
            self.store.remove(uid)

    def age(self, uids: Iterable[str], now_ms: int) -> None:
        """Make the rows on screen again, since their ages go on."""
        for uid in uids:
            entry = self._entries.get(uid)
            if entry is not None:
                self._put(uid, entry.object, now_ms)

    def _is_inside(self, place: Place) -> bool:
        return not self._namespace or not self.kind.namespaced or place[0] == self._namespace

    def _put(self, uid: str, obj: Object, now_ms: int, is_new: bool = True) -> None:
        """Make the row of an object. is_new: whether it may count as changed."""
        meta = obj["metadata"]
        labels = meta.get("labels") or {}
        cells: list[Cell] = []
        keys: list[Any] = []
        for column in self._columns:
            value = column.value(obj, now_ms)
            text = _text(value)
            cells.append(Cell(text, self._look.style(column.name.upper(), text)))
            keys.append(_sort_key(column, value, meta))
        for label in self.shape.labels:
            text = str(labels.get(label, ""))
            cells.append(Cell(text))
            keys.append(text.lower())
        health = self._look.health(obj)
        changed_at_ms = now_ms if is_new else LONG_AGO_MS
        self.store.put(uid, cells, keys, health, changed_at_ms, labels=labels)

    def _chosen(self) -> list[Column]:
        chosen, wide = self.shape.chosen, self.shape.wide
        if chosen:
            return [column for column in self._all if column.name.upper() in chosen]
        return [column for column in self._all if wide or not column.priority]

    def _specs(self) -> tuple[ColumnSpec, ...]:
        specs = [
            ColumnSpec(c.name.upper(), "right" if c.type in NUMBERS else "left")
            for c in self._columns
        ]
        for label in self.shape.labels:
            heading = label.rpartition("/")[2].upper()
            taken = heading in [spec.name for spec in specs]
            specs.append(ColumnSpec(label.upper() if taken else heading))
        return tuple(specs)


def _plain() -> list[Column]:
    return [
        Column("Name", "string", lambda obj, now_ms: obj["metadata"]["name"], format="name"),
        Column(
            "Age",
            "string",
            lambda obj, now_ms: _age(obj["metadata"].get("creationTimestamp"), now_ms),
        ),
    ]


def _age(time: Any, now_ms: int) -> str:
    if not time:
        return ""
    try:
        return human_duration(now_ms - parse_time(str(time)))
    except ValueError:
        return str(time)


def _uid(obj: Object) -> str:
    return str(obj["metadata"].get("uid") or obj["metadata"]["name"])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _sort_key(column: Column, value: Any, meta: Object) -> Any:
    """Numbers as numbers, ages by the time behind them, everything else as text."""
    if column is NAMESPACE:
        return f"{value}\0{meta['name']}"
    name = column.name.upper()
    if name in ("AGE", "LAST SEEN"):
        return str(meta.get("creationTimestamp", ""))
    if column.type in NUMBERS:
        return value if isinstance(value, int | float) else -1
    return _text(value).lower()
