"""A kind's objects as rows: cells as kubectl prints them, with a namespace, a look, a clock.

Ages change although objects do not: every other second the rows that are on screen are made again.
When many objects come at once, another moment say, only what their order needs is read of them, and
the rows that are not on screen are made little by little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from tuik8s.api.kinds.base import Column, Kind
from tuik8s.api.kinds.printing import NAME
from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object
from tuik8s.bus.clone import Place
from tuik8s.bus.entries import Entry
from tuik8s.ui.filter import Filter
from tuik8s.ui.lean import lean_decoder
from tuik8s.ui.rows.registry import look_of
from tuik8s.ui.rowsource import Cell, Later, Made, Texts, escaped
from tuik8s.ui.rowstore import ColumnSpec, RowStore

NUMBERS = ("integer", "number")
NAMESPACE = Column("Namespace", "string", lambda obj, now_ms: obj["metadata"].get("namespace", ""))
LONG_AGO_MS = -1_000_000
"""When a row "changed" that is only shown in other columns."""
TIMES = ("AGE", "LAST SEEN")
"""Columns sorted by when the object was made."""
MANY = 500
"""So many rows at once are not made before somebody looks at them."""
NOTHING: Mapping[Any, Any] = {}
MADE_AT_ONCE = 250
"""Rows that are made in one go when there is time: some 10 ms."""


class Shape(NamedTuple):
    """Which columns a table shows. wide: those that kubectl shows with -o wide, too; labels: one
    column per label key; chosen: exactly these of the kind's columns, () for the usual ones."""

    wide: bool = False
    labels: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()


def heading_of(column: Column) -> str:
    """What stands over a column: whoever writes a definition of a kind writes its headings, too."""
    return escaped(column.name.upper())


class _Head(msgspec.Struct, rename="camel", gc=False):
    """What an object's identity and place need of its metadata."""

    name: str
    namespace: str = ""
    uid: str = ""
    creation_timestamp: str | None = None


class Prepared(NamedTuple):
    """What the order needs of a version: its uid, its key of the column that is sorted by, and
    whether the filter shows it."""

    uid: str
    key: Any
    is_shown: bool
    by: tuple[Column | str, Filter | None]


class _Headed(msgspec.Struct, gc=False):
    metadata: _Head


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
        self._now_ms = 0
        self._decode = lean_decoder(kind)
        self._prepared: Mapping[Entry, Prepared] = {}
        self._read: tuple[Entry | None, Object] = None, {}
        """The object of the row that is being made."""
        self.store = RowStore(self._specs(), self)

    @property
    def column_names(self) -> list[str]:
        """All columns that the kind has, shown or not."""
        return [heading_of(column) for column in self._all]

    @property
    def hidden(self) -> list[str]:
        """The columns that are not shown now."""
        shown = {heading_of(column) for column in self._columns}
        return [name for name in self.column_names if name not in shown]

    def object(self, uid: str) -> Object | None:
        entry = self._entries.get(uid)
        return None if entry is None else entry.object

    def uid_at(self, place: Place) -> str | None:
        """The uid of the row of an object by its namespace and name."""
        return self._uids.get(place)

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
        self.store = RowStore(self._specs(), self)
        sorted_by = old.columns[old.sort_column].name
        names = [column.name for column in self.store.columns]
        if sorted_by in names:
            self.store.set_sort(names.index(sorted_by), old.sort_descending)
        self.store.set_filter(old.filter)
        self._now_ms = now_ms
        column = self.store.sort_column
        keys = {uid: self.sort_key(uid, column) for uid in self._entries}
        self.store.put_later(keys, (), LONG_AGO_MS)
        self.store.marks |= old.marks & self._entries.keys()

    def reset(self, entries: Mapping[Place, Entry], namespace: str, now_ms: int) -> None:
        """Show the objects of one namespace ("" for all)."""
        self._namespace = namespace
        self.sync(entries)
        self.flush(now_ms)

    def prepare(self, entries: Iterable[Entry], at_ms: int) -> dict[Entry, Prepared]:
        """What `sync` will need of these versions. at_ms: when they will be shown."""
        by = self._by
        return {entry: self._prepare(entry, by, at_ms) for entry in entries}

    def sync(
        self, entries: Mapping[Place, Entry], prepared: Mapping[Entry, Prepared] = NOTHING
    ) -> None:
        """Show these from the next `flush` on; what stayed as it was is not even decoded."""
        self._prepared = prepared
        self._dirty = {
            place: None
            for place in self._uids
            if place not in entries or not self._is_inside(place)
        }
        for place, entry in entries.items():
            shown = self._entries.get(self._uids.get(place, ""))
            if shown is None or shown.revision != entry.revision:
                self._dirty[place] = entry

    def touch(self, place: Place, entry: Entry | None) -> None:
        """Hear of a change; nothing is made of it before `flush`."""
        self._dirty[place] = entry

    def flush(self, now_ms: int) -> bool:
        """Show what changed; whether anything had."""
        dirty, self._dirty, self._now_ms = self._dirty, {}, now_ms
        if len(dirty) > MANY and not self.store.frozen:
            self._take_many(dirty)
            return True
        for place, entry in dirty.items():
            if entry is None or not self._is_inside(place):
                self._drop(place)
                continue
            obj = self._object(entry)
            uid = _uid(obj)
            if self._uids.get(place, uid) != uid:
                self._drop(place)  # another object of that name
            self._uids[place], self._entries[uid] = uid, entry
            self._put(uid, obj)
        return bool(dirty)

    def make_some(self) -> None:
        """Make some of the rows that nobody has looked at yet."""
        self.store.make_some(MADE_AT_ONCE)

    def _take_many(self, dirty: Mapping[Place, Entry | None]) -> None:
        """The same for so many that they had better be made when they are looked at."""
        by, prepared, hidden = self._by, self._prepared, set[str]()
        self._prepared = NOTHING
        gone, keys = list[str](), dict[str, Any]()
        for place, entry in dirty.items():
            old = self._uids.pop(place, None)
            if entry is None or not self._is_inside(place):
                uid = ""
            else:
                made = prepared.get(entry)
                if made is None or made.by != by:
                    made = self._prepare(entry, by, self._now_ms)
                uid = made.uid
                self._uids[place], self._entries[uid] = uid, entry
                keys[uid] = made.key
                if not made.is_shown:
                    hidden.add(uid)
            if old is not None and old != uid:
                gone.append(old)
                del self._entries[old]
        self.store.put_later(keys, gone, self._now_ms, hidden)

    def _column(self, index: int) -> Column | str:
        """A column of the store, or the label that has one."""
        count = len(self._columns)
        return self._columns[index] if index < count else self.shape.labels[index - count]

    @property
    def _by(self) -> tuple[Column | str, Filter | None]:
        """What makes the order."""
        return self._column(self.store.sort_column), self.store.filter

    def _prepare(
        self, entry: Entry, by: tuple[Column | str, Filter | None], at_ms: int
    ) -> Prepared:
        column, wanted = by
        head = _decode_head(entry.data).metadata
        key = self._key(head, entry, column, at_ms)
        is_shown = not wanted or self._matches(head, entry, wanted, at_ms)
        return Prepared(head.uid or head.name, key, is_shown, by)

    def _drop(self, place: Place) -> None:
        uid = self._uids.pop(place, None)
        if uid is not None:
            del self._entries[uid]
            self.store.remove(uid)

    def age(self, uids: Iterable[str], now_ms: int) -> None:
        """Make the rows on screen again, since their ages go on."""
        self._now_ms = now_ms
        for uid in uids:
            entry = self._entries.get(uid)
            if entry is not None:
                self._put(uid, self._object(entry))

    def _is_inside(self, place: Place) -> bool:
        return not self._namespace or not self.kind.namespaced or place[0] == self._namespace

    def _put(self, uid: str, obj: Object) -> None:
        cells, keys, health, labels = self._made(obj)
        self.store.put(uid, cells, keys, health, self._now_ms, labels=labels)

    # --- the source of rows -------------------------------------------------------------------

    def make(self, uid: str) -> Made:
        return self._made(self._object(self._entries[uid]))

    def sort_key(self, uid: str, column: int) -> Any:
        entry = self._entries[uid]
        head = _decode_head(entry.data).metadata
        return self._key(head, entry, self._column(column), self._now_ms)

    def matches(self, uid: str, wanted: Filter) -> bool:
        entry = self._entries[uid]
        return self._matches(_decode_head(entry.data).metadata, entry, wanted, self._now_ms)

    def _matches(self, head: _Head, entry: Entry, wanted: Filter, at_ms: int) -> bool:
        texts = Texts(lambda index: self._text(head, entry, index, at_ms), self.store.indices)
        return wanted.matches(texts, Later(lambda: self._labels(entry)))

    def _text(self, head: _Head, entry: Entry, index: int, at_ms: int) -> str:
        column = self._column(index)
        if isinstance(column, str):
            return str(self._labels(entry).get(column, ""))
        if column is NAMESPACE or column is NAME:
            return head.namespace if column is NAMESPACE else head.name
        return _text(column.value(self._object(entry), at_ms))

    def _labels(self, entry: Entry) -> Mapping[str, str]:
        return self._object(entry)["metadata"].get("labels") or {}

    def _object(self, entry: Entry) -> Object:
        """Decoded for as long as its row is made; few are looked at again."""
        if entry is not self._read[0]:
            self._read = entry, entry.object if entry.is_decoded else self._decode(entry.data)
        return self._read[1]

    def _key(self, head: _Head, entry: Entry, column: Column | str, at_ms: int) -> Any:
        """The key of a column; those that most lists are sorted by need no more than the head."""
        if isinstance(column, str):
            return str(self._labels(entry).get(column, "")).lower()
        if column is NAMESPACE:
            return f"{head.namespace}\0{head.name}"
        if column is NAME:
            return head.name.lower()
        if heading_of(column) in TIMES:
            return str(head.creation_timestamp or "")
        obj = self._object(entry)
        return _sort_key(column, column.value(obj, at_ms), obj["metadata"])

    def _made(self, obj: Object) -> Made:
        meta, now_ms = obj["metadata"], self._now_ms
        labels = meta.get("labels") or {}
        cells: list[Cell] = []
        keys: list[Any] = []
        for column in self._columns:
            value = column.value(obj, now_ms)
            text = _text(value)
            cells.append(Cell(text, self._look.style(heading_of(column), text)))
            keys.append(_sort_key(column, value, meta))
        for label in self.shape.labels:
            text = str(labels.get(label, ""))
            cells.append(Cell(text))
            keys.append(text.lower())
        return Made(cells, keys, self._look.health(obj), labels)

    # --- columns ------------------------------------------------------------------------------

    def _chosen(self) -> list[Column]:
        chosen, wide = self.shape.chosen, self.shape.wide
        if chosen:
            return [column for column in self._all if heading_of(column) in chosen]
        return [column for column in self._all if wide or not column.priority]

    def _specs(self) -> tuple[ColumnSpec, ...]:
        specs = [
            ColumnSpec(heading_of(c), "right" if c.type in NUMBERS else "left")
            for c in self._columns
        ]
        for label in self.shape.labels:
            heading = label.rpartition("/")[2].upper()
            taken = heading in [spec.name for spec in specs]
            specs.append(ColumnSpec(label.upper() if taken else heading))
        return tuple(specs)


def _plain() -> list[Column]:
    return [
        NAME,
        Column(
            "Age",
            "string",
            lambda obj, now_ms: _age(obj["metadata"].get("creationTimestamp"), now_ms),
        ),
    ]


_decode_head = msgspec.msgpack.Decoder(_Headed).decode


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
    name = heading_of(column)
    if name in TIMES:
        return str(meta.get("creationTimestamp") or "")
    if column.type in NUMBERS:
        return value if isinstance(value, int | float) else -1
    return _text(value).lower()
