"""Snapshots: the state at one revision in one file, so that a start need not read the whole log.

    header    magic, format, cluster id, revision, compacted, place and chain of the log, CRC
    frames    entries in key order, about a megabyte each, framed and chained as in the log
    notes     frame: places of the newest notes of each key
    table     frame: first key and offset of every frame of entries, and how many entries there are
    trailer   offset of the table, magic, CRC

It is written piece by piece between other work, and counts only when its trailer is there and was
synced. That stands in for a new name and a rename, which the disk of `world.base` does not have: a
file without trailer is what a crash left behind, and is removed at the next start.

Entries are sorted and the table is small, so single old values are read back without loading it.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar
from zlib import crc32

import msgspec

from tuik8s.components.store import record
from tuik8s.components.store.errors import Damaged, FormatTooNew
from tuik8s.components.store.types import Entry
from tuik8s.world.base import Disk, DiskFailed, DiskFull

T = TypeVar("T")

MAGIC = b"tuik8snp"
FORMAT = 1
_LAYOUT = struct.Struct("<8sI16sQQQI")
_HEADER_BYTES = _LAYOUT.size + 4
_TRAILER = struct.Struct("<Q8sI")
SNAPSHOT_PREFIX = "snapshot-"
_NAME = re.compile(r"snapshot-\d{16}\.snap", re.ASCII)


class Saved(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An entry and the time at which it ends (0: never)."""

    key: str
    value: bytes
    create_revision: int
    revision: int
    version: int
    expires_at_ms: int

    def entry(self) -> Entry:
        return Entry(self.key, self.value, self.create_revision, self.revision, self.version)


class SnapshotHeader(msgspec.Struct, frozen=True):
    """Which state it is, and where the log goes on from there."""

    cluster_id: bytes
    revision: int
    compacted: int
    place: int
    chain: int

    def pack(self) -> bytes:
        data = _LAYOUT.pack(
            MAGIC, FORMAT, self.cluster_id, self.revision, self.compacted, self.place, self.chain
        )
        return data + crc32(data).to_bytes(4, "little")


class _Table(msgspec.Struct, array_like=True, frozen=True):
    first_keys: list[str]
    offsets: list[int]
    notes_offset: int
    count: int


NotePlaces = dict[str, list[int]]
_encode = msgspec.msgpack.Encoder().encode
_decode_entries = msgspec.msgpack.Decoder(list[Saved]).decode
_decode_notes = msgspec.msgpack.Decoder(NotePlaces).decode
_decode_table = msgspec.msgpack.Decoder(_Table).decode


def snapshot_name(revision: int) -> str:
    return f"snapshot-{revision:016d}.snap"


def snapshot_names(names: list[str]) -> list[str]:
    """The snapshots among file names, oldest first."""
    return sorted(name for name in names if _NAME.fullmatch(name))


class SnapshotWriter:
    """Writes one snapshot; every step syncs, so that no step has much to sync.

    Errors: DiskFull (call `abandon`), DiskFailed.
    """

    def __init__(self, disk: Disk, header: SnapshotHeader) -> None:
        self.name = snapshot_name(header.revision)
        self.revision = header.revision
        self._disk = disk
        self._seed = record.seed_of(header.cluster_id)
        self._offset = 0
        self._chain = header.chain
        self._first_keys: list[str] = []
        self._offsets: list[int] = []
        self._count = 0
        disk.remove(self.name)
        self._append(header.pack())

    def add(self, entries: list[Saved]) -> None:
        """Write some entries, which must follow those before in key order."""
        self._first_keys.append(entries[0].key)
        self._offsets.append(self._offset)
        self._count += len(entries)
        self._frame(_encode(entries))

    def finish(self, notes: NotePlaces) -> None:
        """Make it count."""
        notes_offset = self._offset
        self._frame(_encode(notes))
        table_offset = self._offset
        self._frame(_encode(_Table(self._first_keys, self._offsets, notes_offset, self._count)))
        trailer = _TRAILER.pack(table_offset, MAGIC, crc32(MAGIC, table_offset & 0xFFFFFFFF))
        self._append(trailer)

    def abandon(self) -> None:
        self._disk.remove(self.name)

    def _frame(self, body: bytes) -> None:
        header, self._chain = record.frame_header(body, self._chain, 0, self._seed)
        self._append(header + body)

    def _append(self, data: bytes) -> None:
        self._disk.append(self.name, data)
        try:
            self._disk.sync(self.name)
        except DiskFull as full:
            raise DiskFailed(f"sync of {self.name}: what is on the disk is unknown") from full
        self._offset += len(data)


class SnapshotFile:
    """A finished snapshot."""

    def __init__(self, disk: Disk, name: str, header: SnapshotHeader, table_offset: int) -> None:
        self.name = name
        self.revision = header.revision
        self.compacted = header.compacted
        self.place = header.place
        self.chain = header.chain
        self._disk = disk
        self._seed = record.seed_of(header.cluster_id)
        self._table_offset = table_offset
        self._table: _Table | None = None

    @classmethod
    def open(cls, disk: Disk, name: str, cluster_id: bytes) -> SnapshotFile | None:
        """The snapshot of this name; None when it was never finished.

        Errors: Damaged, FormatTooNew.
        """
        size = disk.size(name)
        trailer = disk.read(name, max(size - _TRAILER.size, 0), _TRAILER.size)
        if size < _HEADER_BYTES + _TRAILER.size:
            return None
        table_offset, magic, crc = _TRAILER.unpack(trailer)
        if magic != MAGIC or crc != crc32(MAGIC, table_offset & 0xFFFFFFFF):
            return None
        header = _parse_header(disk.read(name, 0, _HEADER_BYTES), name)
        if header.cluster_id != cluster_id:
            raise Damaged(name, 0, "it belongs to another cluster")
        return cls(disk, name, header, table_offset)

    def entries(self) -> Iterator[list[Saved]]:
        """All entries in key order, some at a time.

        Errors: Damaged.
        """
        table = self._read_table()
        chain, count = self.chain, 0
        for offset, end in zip(table.offsets, self._ends(table), strict=True):
            frame = self._frame(offset, end)
            if frame.previous != chain:
                raise Damaged(self.name, offset, "it does not follow the entries before it")
            chain = frame.crc
            entries = self._decode(frame, _decode_entries)
            count += len(entries)
            yield entries
        if count != table.count:
            raise Damaged(self.name, self._table_offset, f"{table.count} entries were written")

    def notes(self) -> NotePlaces:
        table = self._read_table()
        return self._decode(self._frame(table.notes_offset, self._table_offset), _decode_notes)

    def require(self, key: str, revision: int) -> Saved:
        """The entry of a key, which has this revision.

        Errors: Damaged.
        """
        return self.require_many({key: revision})[key]

    def require_many(self, wanted: Mapping[str, int]) -> dict[str, Saved]:
        """The entries of some keys, which have these revisions; no frame is read twice.

        Errors: Damaged.
        """
        table = self._read_table()
        ends = self._ends(table)
        found: dict[str, Saved] = {}
        for index in sorted({bisect_right(table.first_keys, key) - 1 for key in wanted}):
            if index >= 0:
                frame = self._frame(table.offsets[index], ends[index])
                for saved in self._decode(frame, _decode_entries):
                    if wanted.get(saved.key) == saved.revision:
                        found[saved.key] = saved
        for key, revision in wanted.items():
            if key not in found:
                raise Damaged(self.name, 0, f"{key} at revision {revision} is missing")
        return found

    def _ends(self, table: _Table) -> list[int]:
        return [*table.offsets[1:], table.notes_offset] if table.offsets else []

    def _read_table(self) -> _Table:
        if self._table is None:
            end = self._disk.size(self.name) - _TRAILER.size
            self._table = self._decode(self._frame(self._table_offset, end), _decode_table)
        return self._table

    def _frame(self, offset: int, end: int) -> record.Frame:
        data = self._disk.read(self.name, offset, max(end - offset, 0))
        frame = record.frame_at(memoryview(data), 0, self._seed)
        if isinstance(frame, str):
            raise Damaged(self.name, offset, frame)
        return frame

    def _decode(self, frame: record.Frame, decode: Callable[[memoryview], T]) -> T:
        try:
            return decode(frame.body)
        except msgspec.DecodeError as error:
            raise Damaged(self.name, frame.offset, f"unknown content: {error}") from error


def whole_entries(data: bytes, seed: int) -> list[Saved]:
    """Entries of every frame that is whole, for a snapshot that cannot be loaded."""
    entries: list[Saved] = []
    for frame in record.frames_after(data, 0, seed):
        try:
            entries.extend(_decode_entries(frame.body))
        except msgspec.DecodeError:  # the frame of the notes, or of the table
            continue
    return entries


def _parse_header(data: bytes, name: str) -> SnapshotHeader:
    packed = data[: _LAYOUT.size]
    magic, version, cluster_id, revision, compacted, place, chain = _LAYOUT.unpack(packed)
    stored = int.from_bytes(data[_LAYOUT.size : _HEADER_BYTES], "little")
    if magic != MAGIC or stored != crc32(packed):
        raise Damaged(name, 0, "the header is not whole")
    if version > FORMAT:
        raise FormatTooNew(name, version, FORMAT)
    return SnapshotHeader(cluster_id, revision, compacted, place, chain)
