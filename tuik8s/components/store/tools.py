"""Looking at a log from outside: show it, verify it, salvage what is whole.

Nothing here trusts the bytes. Frames count only with their checksum; bodies are read by msgpack's
streaming Unpacker, whose limits hold whatever the bytes claim. Where a frame is bad, the next whole
one is searched for, and what lies between is told as a loss with segment, offset and reason.

A salvaged log is a new log that opens: every lost revision becomes a `Gap` record, so that all
others keep their numbers, and each record names the predecessor that is still there. What a lost
record did is lost: a key may hold an older value, or be there although it had been deleted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from hashlib import sha256
from typing import NamedTuple

import msgpack
import msgspec

from tuik8s.components.store import record
from tuik8s.components.store.errors import Damaged
from tuik8s.components.store.record import Delete, Gap, Mark, Put, Record
from tuik8s.components.store.segments import (
    FIRST_REVISION,
    SEGMENT_HEADER_BYTES,
    SegmentHeader,
    SegmentLog,
    parse_header,
    segment_name,
    serials,
)
from tuik8s.components.store.snapshot import (
    Saved,
    SnapshotFile,
    SnapshotHeader,
    SnapshotWriter,
    snapshot_names,
    whole_entries,
)
from tuik8s.world.base import Disk

_BODY_BYTES_MAX = 64 * 1024 * 1024
_ARRAY_MAX = 16
_CLUSTER_ID_OFFSET = 28
_GROUP_RECORDS = 256
_TAIL_BYTES = 1024 * 1024


class Loss(NamedTuple):
    """Bytes that are no record; bytes 0: records are missing before the offset."""

    file: str
    offset: int
    bytes: int
    why: str
    is_tail: bool = False

    def __str__(self) -> str:
        what = "torn tail" if self.is_tail else "damage"
        return f"{what} in {self.file} at offset {self.offset} ({self.bytes} bytes): {self.why}"


class Found(NamedTuple):
    """A whole record and where it is."""

    file: str
    offset: int
    record: Record


class Report(NamedTuple):
    """What `verify` saw. first and last revision are 0 when there is no change."""

    records: int
    first_revision: int
    last_revision: int
    segments: int
    snapshots: int
    losses: tuple[Loss, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the store would start; it cuts a torn tail itself."""
        return all(loss.is_tail for loss in self.losses)


class Salvaged(NamedTuple):
    """What `salvage` wrote, and what it could not."""

    records: int
    revision: int
    missing_revisions: int
    losses: tuple[Loss, ...]


def walk(disk: Disk) -> Iterator[Found | Loss]:
    """Every whole record of a log in order, and what lies between them."""
    found = serials(disk.names())
    headers = {s: _header_of(disk, s) for s in found}
    whole = next((h for h in headers.values() if h is not None), None)
    chain: int | None = None
    for serial in found:
        name = segment_name(serial)
        header, data = headers[serial], disk.read(name)
        if serial - 1 not in headers and serial != found[0]:
            yield Loss(segment_name(serial - 1), 0, 0, "the segment is missing")
            chain = None
        if header is None:
            is_tail = serial == found[-1] and len(data) <= SEGMENT_HEADER_BYTES
            lost = min(len(data), SEGMENT_HEADER_BYTES)
            yield Loss(name, 0, lost, "the header is not whole", is_tail)
        elif chain is not None and header.previous != chain:
            yield Loss(name, 0, 0, "records at the end of the segment before are missing")
        cluster_id = whole.cluster_id if whole else data[_CLUSTER_ID_OFFSET:][:16]
        begin = header.previous if header is not None else chain
        chain = yield from _walk_segment(name, data, record.seed_of(cluster_id), begin, found[-1])


def verify(disk: Disk) -> Report:
    """Read everything and say what is wrong."""
    records = first = last = 0
    losses: list[Loss] = []
    for item in walk(disk):
        if isinstance(item, Loss):
            losses.append(item)
            continue
        records += 1
        if isinstance(item.record, Put | Delete | Gap):
            revision = item.record.revision
            if last and revision != last + 1 and not losses:
                losses.append(Loss(item.file, item.offset, 0, f"{revision} follows {last}"))
            first, last = first or revision, revision
    names = snapshot_names(disk.names())
    losses.extend(loss for name in names if (loss := _check_snapshot(disk, name)) is not None)
    if not losses and names:
        losses.extend(_check_replay(disk, names[-1]))
    return Report(records, first, last, len(serials(disk.names())), len(names), tuple(losses))


def salvage(source: Disk, target: Disk, segment_bytes: int) -> Salvaged:
    """Write all whole records of source to target, which must be empty."""
    assert not target.names(), "salvage writes to an empty directory only"
    held, base = _base_state(source)
    writer = _Salvage(target, segment_bytes, _cluster_id(source), held, base)
    losses: list[Loss] = []
    for item in walk(source):
        if isinstance(item, Loss):
            losses.append(item)
        else:
            writer.add(item.record)
    writer.flush()
    return Salvaged(writer.records, writer.revision, writer.missing, tuple(losses))


def newest_ms(disk: Disk) -> int:
    """The time of the last whole record, 0 when there is none; looks from the end backwards."""
    for serial in reversed(serials(disk.names())):
        header = _header_of(disk, serial)
        if header is None:
            continue
        name = segment_name(serial)
        size, seed = disk.size(name), record.seed_of(header.cluster_id)
        for wanted in (_TAIL_BYTES, size):
            start = max(size - wanted, SEGMENT_HEADER_BYTES)
            found = _last_of(disk.read(name, start, size - start), seed)
            if found is not None:
                return found.at_ms
    return 0


def decode_body(body: memoryview) -> Record:
    """One record, read with limits.

    Errors: ValueError when it is none.
    """
    limits = {"max_buffer_size": _BODY_BYTES_MAX, "max_array_len": _ARRAY_MAX, "max_map_len": 0}
    unpacker = msgpack.Unpacker(raw=False, strict_map_key=True, **limits)
    unpacker.feed(body)
    try:
        fields = unpacker.unpack()
        return msgspec.convert(fields, Record)  # type: ignore[no-any-return]
    except (msgpack.exceptions.UnpackException, ValueError) as error:
        raise ValueError(f"unknown record: {error}") from error


def _last_of(data: bytes, seed: int) -> Record | None:
    """The last whole record in some bytes of a segment."""
    view, at = memoryview(data), data.rfind(record.MARKER)
    while at >= 0:
        frame = record.frame_at(view, at, seed)
        if not isinstance(frame, str):
            try:
                return decode_body(frame.body)
            except ValueError:
                return None
        at = data.rfind(record.MARKER, 0, at)
    return None


def _walk_segment(
    name: str, data: bytes, seed: int, chain: int | None, last_serial: int
) -> Generator[Found | Loss, None, int | None]:
    view, offset = memoryview(data), SEGMENT_HEADER_BYTES
    while offset < len(data):
        frame = record.frame_at(view, offset, seed)
        if isinstance(frame, str):
            later = next(record.frames_after(data, offset + 1, seed), None)
            end = len(data) if later is None else later.offset
            is_tail = name == segment_name(last_serial) and not record.is_damage(data, offset, seed)
            yield Loss(name, offset, end - offset, frame, is_tail)
            offset, chain = end, None
            continue
        if chain is not None and frame.previous != chain:
            yield Loss(name, offset, 0, "it does not follow the record before it")
        chain = frame.crc
        try:
            yield Found(name, offset, decode_body(frame.body))
        except ValueError as error:
            yield Loss(name, offset, frame.end - offset, str(error))
        offset = frame.end
    return chain


def _header_of(disk: Disk, serial: int) -> SegmentHeader | None:
    name = segment_name(serial)
    return parse_header(disk.read(name, 0, SEGMENT_HEADER_BYTES), name)


def _cluster_id(disk: Disk) -> bytes:
    headers = (_header_of(disk, serial) for serial in serials(disk.names()))
    return next((h.cluster_id for h in headers if h is not None), bytes(16))


def _check_snapshot(disk: Disk, name: str) -> Loss | None:
    try:
        snapshot = SnapshotFile.open(disk, name, _cluster_id(disk))
        if snapshot is None:
            return Loss(name, 0, disk.size(name), "it was never finished", is_tail=True)
        for _ in snapshot.entries():
            pass
        snapshot.notes()
    except Damaged as damaged:
        return Loss(name, damaged.offset, 0, damaged.why)
    return None


def _check_replay(disk: Disk, name: str) -> Iterator[Loss]:
    """Whether the log, replayed, gives the state that the snapshot has, byte for byte."""
    snapshot = SnapshotFile.open(disk, name, _cluster_id(disk))
    assert snapshot is not None, f"{name} was just read"
    held, base = _base_state(disk)
    state = {saved.key: _print_of(saved) for saved in held}
    for item in walk(disk):
        if isinstance(item, Loss) or not base < item.record.revision <= snapshot.revision:
            continue
        if isinstance(item.record, Put):
            state[item.record.key] = _print_of(item.record)
        elif isinstance(item.record, Delete):
            state.pop(item.record.key, None)
    for entries in snapshot.entries():
        for saved in entries:
            if state.pop(saved.key, None) != _print_of(saved):
                yield Loss(name, 0, 0, f"{saved.key} is not what the log says")
    if state:
        yield Loss(name, 0, 0, f"{min(state)} is missing, and the log has it")


def _print_of(found: Put | Saved) -> tuple[int, int, int, int, bytes]:
    """All that matters of an entry, with a digest in the place of its value."""
    value = sha256(found.value).digest()
    return found.revision, found.create_revision, found.version, found.expires_at_ms, value


def _base_state(disk: Disk) -> tuple[list[Saved], int]:
    """What the log stands on when its beginning was removed, and the revision of that."""
    found = serials(disk.names())
    first = _header_of(disk, found[0]) if found else None
    if not found or (first.first_revision == FIRST_REVISION + 1 if first else found[0] == 1):
        return [], FIRST_REVISION
    cluster_id = _cluster_id(disk)
    for name in snapshot_names(disk.names()):
        try:
            snapshot = SnapshotFile.open(disk, name, cluster_id)
            if snapshot is not None:
                held = [saved for entries in snapshot.entries() for saved in entries]
                return held, snapshot.revision
        except Damaged:
            continue
    names = snapshot_names(disk.names())
    held = whole_entries(disk.read(names[0]), record.seed_of(cluster_id)) if names else []
    return held, int(names[0][9:-5]) if names else FIRST_REVISION


class _Salvage:
    """Writes records to a new log so that they follow each other again."""

    def __init__(
        self, disk: Disk, segment_bytes: int, cluster_id: bytes, held: list[Saved], revision: int
    ) -> None:
        self._log = SegmentLog(disk, segment_bytes)
        self._log.begin(cluster_id, revision + 1)
        self._held = {saved.key: saved.revision for saved in held}
        self._bodies: list[bytes] = []
        self._base = revision
        self.revision = revision
        self.records = 0
        self.missing = 0
        if revision > FIRST_REVISION:
            header = SnapshotHeader(
                cluster_id, revision, revision + 1, self._log.end, self._log.chain
            )
            snapshot = SnapshotWriter(disk, header)
            for at in range(0, len(held), _GROUP_RECORDS):
                snapshot.add(held[at : at + _GROUP_RECORDS])
            snapshot.finish({})

    def add(self, found: Record) -> None:
        if isinstance(found, Put | Delete | Gap):
            if found.revision <= self.revision:
                return
            while self.revision + 1 < found.revision:
                self.missing += 1
                self._write(Gap(self.revision + 1, found.at_ms))
            found = self._follow(found)
        elif isinstance(found, Mark) and found.compacted <= self._base:
            return
        self._write(found)

    def flush(self) -> None:
        if self._bodies:
            self._log.append(self._bodies, self.revision + 1)
            self._bodies = []

    def _follow(self, found: Put | Delete | Gap) -> Put | Delete | Gap:
        """The record, naming the predecessor that is there."""
        if isinstance(found, Gap):
            return found
        replaced = self._held.pop(found.key, 0)
        if isinstance(found, Put):
            self._held[found.key] = found.revision
        return msgspec.structs.replace(found, replaced=replaced)

    def _write(self, found: Record) -> None:
        if isinstance(found, Put | Delete | Gap):
            self.revision = found.revision
        self.records += 1
        self._bodies.append(record.encode(found))
        if len(self._bodies) >= _GROUP_RECORDS:
            self.flush()
