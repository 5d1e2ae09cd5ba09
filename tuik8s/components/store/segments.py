"""The log as files: segments that only grow, of frames that only follow each other.

    segment-00000001.log     header, frame, frame, ...      one file per 64 MiB
    segment-00000002.log     header (names the last CRC of the segment before it), frame, ...

A segment's header is synced before its first frame is written. So a file that is no longer than a
header may be the work of a crash; in a longer one a bad header is damage.

A place is one number: the segment's serial in the upper half, the offset in the lower 32 bits.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from zlib import crc32

import msgspec

from tuik8s.components.store import record
from tuik8s.components.store.errors import Damaged, FormatTooNew
from tuik8s.components.store.record import HEADER_BYTES, Record
from tuik8s.world.base import Disk, DiskFailed, DiskFull

FIRST_REVISION = 1  # of an empty store, as in etcd
MAGIC = b"tuik8log"
FORMAT = 1
_LAYOUT = struct.Struct("<8sIIQI16s")
SEGMENT_HEADER_BYTES = _LAYOUT.size + 4
_GUESS_BYTES = 4096  # a first read that holds most records whole
_GAP_BYTES = 16 * 1024  # to read what lies between two records costs less than a second read
_RUN_BYTES = 1024 * 1024
_SHIFT = 32
_NAME = re.compile(r"segment-(\d{8,})\.log", re.ASCII)


class SegmentHeader(msgspec.Struct, frozen=True):
    """serial: its number. first_revision: of its first change. previous: last CRC before it."""

    serial: int
    first_revision: int
    previous: int
    cluster_id: bytes

    def pack(self) -> bytes:
        data = _LAYOUT.pack(
            MAGIC, FORMAT, self.serial, self.first_revision, self.previous, self.cluster_id
        )
        return data + crc32(data).to_bytes(4, "little")


def segment_name(serial: int) -> str:
    return f"segment-{serial:08d}.log"


def serials(names: list[str]) -> list[int]:
    """Serials of the segments among file names, in order; a copy under another name is none."""
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))


def place_of(serial: int, offset: int) -> int:
    return serial << _SHIFT | offset


def split_place(place: int) -> tuple[int, int]:
    return place >> _SHIFT, place & 0xFFFFFFFF


def _runs(places: list[int]) -> Iterator[list[int]]:
    """Sorted places, cut where one read for all would be too long. Segments lie 4 GiB apart."""
    start = 0
    for index in range(1, len(places) + 1):
        if index == len(places) or (
            places[index] - places[index - 1] > _GAP_BYTES
            or places[index] - places[start] > _RUN_BYTES
        ):
            yield places[start:index]
            start = index


def parse_header(data: bytes, name: str) -> SegmentHeader | None:
    """The header at the start of a segment; None when it is not whole.

    The layout of the header is the same in every format, so its CRC is looked at first: a damaged
    one must not be taken for a newer one.

    Errors: FormatTooNew.
    """
    if len(data) < SEGMENT_HEADER_BYTES:
        return None
    packed = data[: _LAYOUT.size]
    magic, version, serial, first_revision, previous, cluster_id = _LAYOUT.unpack(packed)
    stored = int.from_bytes(data[_LAYOUT.size : SEGMENT_HEADER_BYTES], "little")
    if magic != MAGIC or stored != crc32(packed):
        return None
    if version > FORMAT:
        raise FormatTooNew(name, version, FORMAT)
    return SegmentHeader(serial, first_revision, previous, cluster_id)


class SegmentLog:
    """Appends groups, reads records by place, and replays from a place on."""

    def __init__(self, disk: Disk, segment_bytes: int) -> None:
        self._disk = disk
        self._segment_bytes = segment_bytes
        self.cluster_id = b""
        self._seed = 0
        self._headers: dict[int, SegmentHeader] = {}
        self._serial = 0
        self._size = 0
        self._chain = 0
        self.torn_bytes = 0
        self.bytes_written = 0
        self.groups = 0
        self.records = 0

    @property
    def end(self) -> int:
        """The place where the next frame goes."""
        return place_of(self._serial, self._size)

    @property
    def chain(self) -> int:
        return self._chain

    @property
    def has_beginning(self) -> bool:
        """Whether the first change ever is in it."""
        return next(iter(self._headers.values())).first_revision == FIRST_REVISION + 1

    def headers(self) -> list[SegmentHeader]:
        return list(self._headers.values())

    def size_bytes(self) -> int:
        """What the segments take on the disk."""
        return sum(self._disk.size(segment_name(serial)) for serial in self._headers)

    def scan(self) -> None:
        """Read all headers; cut what a crash left of a last, unborn segment.

        Errors: Damaged, FormatTooNew.
        """
        found = serials(self._disk.names())
        for serial in found:
            name = segment_name(serial)
            data = self._disk.read(name, 0, SEGMENT_HEADER_BYTES)
            header = parse_header(data, name)
            if header is None and serial == found[-1]:
                size = self._disk.size(name)
                if size <= SEGMENT_HEADER_BYTES:
                    self.torn_bytes += size
                    self._disk.remove(name)
                    continue
            if header is None or header.serial != serial:
                raise Damaged(name, 0, "the header is not whole")
            self._check_follows(header, name)
            self._headers[serial] = header

    def begin(self, cluster_id: bytes, first_revision: int) -> None:
        """Start a fresh log."""
        self.cluster_id = cluster_id
        self._seed = record.seed_of(cluster_id)
        self._create(SegmentHeader(1, first_revision, 0, cluster_id))

    def replay(self, place: int, chain: int) -> Iterator[tuple[int, Record]]:
        """Records from place on, to the end of the log; a torn tail is cut off the disk.

        A killed process may leave bytes that are whole but were not synced. They will be shown as
        durable, so they are made durable at the end of this.

        Errors: Damaged when bytes that were durable have changed.
        """
        first, offset = split_place(place)
        if first not in self._headers:
            raise Damaged(segment_name(first), 0, "it is missing, and a snapshot ends in it")
        for serial in self._headers:
            if serial < first:
                continue
            if serial > first:
                offset = SEGMENT_HEADER_BYTES
                if self._headers[serial].previous != chain:
                    raise Damaged(segment_name(serial - 1), self._size, "records are missing")
            for frame in self._frames(serial, offset, chain):
                chain = frame.crc
                yield place_of(serial, frame.offset), self._decode(frame, serial)
            self._serial, self._chain = serial, chain
        self._sync(segment_name(self._serial))

    def between(self, place: int, end: int) -> Iterator[tuple[int, Record]]:
        """Durable records from one place to another.

        Errors: Damaged.
        """
        for serial, frame in self.frames(place, end):
            yield place_of(serial, frame.offset), self._decode(frame, serial)

    def frames(self, place: int, end: int) -> Iterator[tuple[int, record.Frame]]:
        """The same, undecoded, with the serial of the segment of each.

        Errors: Damaged.
        """
        first, offset = split_place(place)
        last, stop = split_place(end)
        for serial in range(first, last + 1):
            name = segment_name(serial)
            size = stop if serial == last else self._disk.size(name)
            data = memoryview(self._disk.read(name, 0, size))
            while offset < size:
                frame = record.frame_at(data, offset, self._seed)
                if isinstance(frame, str):
                    raise Damaged(name, offset, frame)
                yield serial, frame
                offset = frame.end
            offset = SEGMENT_HEADER_BYTES

    def read(self, place: int) -> Record:
        """The record at a place.

        Errors: Damaged.
        """
        serial, offset = split_place(place)
        name = segment_name(serial)
        data = self._disk.read(name, offset, _GUESS_BYTES)
        if len(data) >= HEADER_BYTES:
            length = record.HEADER.unpack_from(data)[1]
            if HEADER_BYTES + length > len(data):
                data = self._disk.read(name, offset, HEADER_BYTES + length)
        frame = record.frame_at(memoryview(data), 0, self._seed)
        if isinstance(frame, str):
            raise Damaged(name, offset, frame)
        return self._decode(frame, serial)

    def read_many(self, places: Iterable[int]) -> dict[int, Record]:
        """The records at some places; those that lie close together come with one read.

        Errors: Damaged.
        """
        found: dict[int, Record] = {}
        for run in _runs(sorted(places)):
            serial, first = split_place(run[0])
            length = run[-1] - run[0] + _GUESS_BYTES
            data = memoryview(self._disk.read(segment_name(serial), first, length))
            for place in run:
                frame = record.frame_at(data, place - run[0], self._seed)
                if isinstance(frame, str):  # the last one is longer than the guess, or damaged
                    found[place] = self.read(place)
                else:
                    found[place] = self._decode(frame, serial)
        return found

    def append(self, bodies: list[bytes], first_revision: int) -> list[int]:
        """Write a group and sync it; the place of each record.

        Errors: DiskFull when nothing was written (the log is as before), DiskFailed.
        """
        if self._size >= self._segment_bytes:
            self._roll(first_revision)
        group = offset = self._size
        chain, seed = self._chain, self._seed
        base = self._serial << _SHIFT
        parts: list[bytes] = []
        places: list[int] = []
        for body in bodies:
            header, chain = record.frame_header(body, chain, group, seed)
            parts.append(header)
            parts.append(body)
            places.append(base | offset)
            offset += HEADER_BYTES + len(body)
        name = segment_name(self._serial)
        self._write(name, b"".join(parts))
        self.groups += 1
        self.records += len(bodies)
        self.bytes_written += offset - group
        self._size, self._chain = offset, chain
        return places

    def remove_before(self, serial: int) -> int:
        """Remove the segments before serial, oldest first; how many."""
        doomed = [s for s in self._headers if s < min(serial, self._serial)]
        for old in doomed:
            self._disk.remove(segment_name(old))
            del self._headers[old]
        return len(doomed)

    def _check_follows(self, header: SegmentHeader, name: str) -> None:
        if not self._headers:
            self.cluster_id = header.cluster_id
            self._seed = record.seed_of(header.cluster_id)
            return
        if header.serial - 1 not in self._headers:
            raise Damaged(name, 0, f"segment {header.serial - 1} before it is missing")
        if header.cluster_id != self.cluster_id:
            raise Damaged(name, 0, "it belongs to another cluster")

    def _frames(self, serial: int, offset: int, chain: int) -> Iterator[record.Frame]:
        name = segment_name(serial)
        data = self._disk.read(name)
        if offset > len(data):
            raise Damaged(name, len(data), f"it ends before {offset}, which was durable")
        view = memoryview(data)
        self._size = offset
        while offset < len(data):
            frame = record.frame_at(view, offset, self._seed)
            if isinstance(frame, str):
                self._cut(serial, data, offset, frame)
                return
            if frame.previous != chain:
                raise Damaged(name, offset, "it does not follow the record before it")
            chain = frame.crc
            offset = self._size = frame.end
            yield frame

    def _cut(self, serial: int, data: bytes, offset: int, why: str) -> None:
        name = segment_name(serial)
        if serial != next(reversed(self._headers)) or record.is_damage(data, offset, self._seed):
            raise Damaged(name, offset, why)
        self.torn_bytes += len(data) - offset
        self._disk.truncate(name, offset)

    def _decode(self, frame: record.Frame, serial: int) -> Record:
        try:
            return record.decode(frame.body)
        except msgspec.DecodeError as error:
            raise Damaged(segment_name(serial), frame.offset, f"unknown record: {error}") from error

    def _roll(self, first_revision: int) -> None:
        header = SegmentHeader(self._serial + 1, first_revision, self._chain, self.cluster_id)
        self._create(header)

    def _create(self, header: SegmentHeader) -> None:
        name = segment_name(header.serial)
        try:
            self._disk.append(name, header.pack())
        except DiskFull:
            self._disk.remove(name)
            raise
        self._sync(name)
        self._headers[header.serial] = header
        self._serial, self._size = header.serial, SEGMENT_HEADER_BYTES

    def _write(self, name: str, data: bytes) -> None:
        try:
            self._disk.append(name, data)
        except DiskFull:
            self._disk.truncate(name, self._size)
            raise
        self._sync(name)

    def _sync(self, name: str) -> None:
        try:
            self._disk.sync(name)
        except DiskFull as full:
            raise DiskFailed(f"sync of {name}: what is on the disk is unknown") from full
