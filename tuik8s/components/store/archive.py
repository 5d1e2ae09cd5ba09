"""The past on disk: snapshots are written here, and what compaction gave up is removed.

    segments    1-------2-------3-------4-------5---   (revisions from left to right)
    snapshots        a       b           c     d
    compacted                   ^

A read at or after `compacted` needs the newest snapshot before it (b), for what was written earlier
and still held then, and the log from there. So segment 1 and snapshot a can go. Nothing is written
to make that so: compaction never has to wait for the disk, and room comes back a snapshot later.

After a start the index knows the past only back to the snapshot that it began with. `reach` reads
further back when somebody asks, which is rare, and costs one walk through that part of the log.
"""

from __future__ import annotations

from array import array
from itertools import islice
from typing import TYPE_CHECKING

from tuik8s.components.store.errors import Damaged
from tuik8s.components.store.history import History
from tuik8s.components.store.leases import Leases
from tuik8s.components.store.mvcc import Index
from tuik8s.components.store.notes import Notes
from tuik8s.components.store.record import Delete, Gap, Put, Remark
from tuik8s.components.store.segments import (
    FIRST_REVISION,
    SEGMENT_HEADER_BYTES,
    SegmentLog,
    place_of,
    segment_name,
    split_place,
)
from tuik8s.components.store.snapshot import (
    Saved,
    SnapshotFile,
    SnapshotHeader,
    SnapshotWriter,
    snapshot_name,
    snapshot_names,
)
from tuik8s.components.store.types import Entry
from tuik8s.world.base import Disk, DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tuik8s.world.base import World

_PIECE_BYTES = 1024 * 1024
_PIECE_KEYS = 512
_TAKES_REVISION = (Put, Delete, Gap)
_COPY_BYTES = 8 * 1024 * 1024


class Archive:
    """Snapshots, old and being written, and the removal of what nobody can read any more."""

    def __init__(
        self,
        world: World,
        disk: Disk,
        log: SegmentLog,
        *,
        index: Index,
        history: History,
        leases: Leases,
        notes: Notes,
    ) -> None:
        self._world = world
        self._disk = disk
        self._log = log
        self._index = index
        self._history = history
        self._leases = leases
        self._notes = notes
        self._unfinished: list[str] = []
        self._writer: SnapshotWriter | None = None
        self.snapshots: list[SnapshotFile] = []

    def restore(self) -> tuple[int, int]:
        """Load the newest whole snapshot; the place and chain where the log goes on.

        Errors: Damaged, FormatTooNew.
        """
        problem = self._scan()
        for snapshot in reversed(self.snapshots):
            try:
                self._load(snapshot)
            except Damaged as damaged:
                self._world.log.warning("Snapshot left out", reason=str(damaged))
                problem = damaged
                continue
            self._remove_unfinished()
            if not self._log.has_beginning:  # then what was before the oldest is gone
                oldest = self.snapshots[0].revision
                self._history.compacted = max(self._history.compacted, oldest + 1)
            return snapshot.place, snapshot.chain
        self._index.clear()
        self._leases.clear()
        first = self._log.headers()[0]
        if not self._log.has_beginning:
            why = "what was before it is missing, and no snapshot stands for that"
            raise problem or Damaged(segment_name(first.serial), 0, why)
        self._remove_unfinished()
        return place_of(first.serial, SEGMENT_HEADER_BYTES), first.previous

    def check_absent(self) -> None:
        """A log without segments is a fresh one only when there are no snapshots either.

        Errors: Damaged.
        """
        there = snapshot_names(self._disk.names())
        if there:
            raise Damaged(there[-1], 0, "all segments of its log are missing")

    def reach(self, revision: int) -> None:
        """Know the past back to this revision.

        Errors: Damaged.
        """
        history = self._history
        while history.base is not None and revision < history.base.revision:
            self._extend(history.base)
            self._index.prune(min(history.compacted - 1, self._oldest_needed()))

    def copy_to(self, target: Disk, revision: int) -> None:
        """Write the log up to a revision, which is kept, to an empty disk.

        Frames follow each other only backwards, so the bytes stay what they are. Notes on the last
        revision come along; a later compaction does not.
        Errors: Damaged, DiskFull, DiskFailed.
        """
        assert not target.names(), "a log is copied to an empty directory only"
        self.reach(revision - 1)
        end = self._end_of(revision)
        last, size = split_place(end)
        for header in self._log.headers():
            if header.serial <= last:
                name = segment_name(header.serial)
                self._copy(target, name, size if header.serial == last else self._disk.size(name))
        for snapshot in self.snapshots:
            if snapshot.revision <= revision and snapshot.place <= end:
                self._copy(target, snapshot.name, self._disk.size(snapshot.name))

    def begin(self, revision: int) -> bool:
        """Start to write the state at a revision which is durable and the newest; False if busy."""
        if self._writer is not None or snapshot_name(revision) in self._names():
            return False
        header = SnapshotHeader(
            self._log.cluster_id,
            revision,
            self._history.compacted,
            self._log.end,
            self._log.chain,
        )
        try:
            self._writer = SnapshotWriter(self._disk, header)
        except DiskFull:
            self._disk.remove(snapshot_name(revision))
            return False
        notes = self._notes.saved()
        keys = iter([key for span, _, _ in self._index.span("") for key in span.ordered()])
        self._world.call_soon(lambda: self._step(keys, notes))
        return True

    def release(self, compacted: int) -> None:
        """Forget and remove what only reads before `compacted` would need."""
        self._index.prune(min(compacted - 1, self._oldest_needed()))
        usable = [s for s in self.snapshots if s.revision < compacted]
        if not usable:
            return
        base = usable[-1]
        history = self._history
        if history.base is None or history.base.revision < base.revision:
            history.base = base
            history.places.drop_before(base.revision + 1)
        for old in usable[:-1]:
            self._disk.remove(old.name)
        self.snapshots = [s for s in self.snapshots if s.revision >= base.revision]
        serial = split_place(base.place)[0]
        if self._log.remove_before(serial):
            self._notes.forget_before(serial)

    def _end_of(self, revision: int) -> int:
        """The place behind a revision and the notes that follow it."""
        if revision == FIRST_REVISION:
            return place_of(self._log.headers()[0].serial, SEGMENT_HEADER_BYTES)
        end = place = self._history.places.of(revision)
        for serial, frame in self._log.frames(place, self._log.end):
            here = place_of(serial, frame.offset)
            if here > place and not isinstance(self._log.read(here), Remark):
                break
            end = place_of(serial, frame.end)
        return end

    def _copy(self, target: Disk, name: str, size: int) -> None:
        for offset in range(0, size, _COPY_BYTES):
            target.append(name, self._disk.read(name, offset, min(_COPY_BYTES, size - offset)))
        target.sync(name)

    def _oldest_needed(self) -> int:
        return self._writer.revision if self._writer is not None else 2**62

    def _names(self) -> list[str]:
        return [snapshot.name for snapshot in self.snapshots]

    def _scan(self) -> Damaged | None:
        problem = None
        first = place_of(self._log.headers()[0].serial, 0)
        for name in snapshot_names(self._disk.names()):
            try:
                snapshot = SnapshotFile.open(self._disk, name, self._log.cluster_id)
            except Damaged as damaged:
                self._world.log.warning("Snapshot left out", reason=str(damaged))
                problem = damaged
                continue
            if snapshot is None or snapshot.place < first:
                self._unfinished.append(name)
            else:
                self._disk.sync(name)  # a killed process may not have got to it
                self.snapshots.append(snapshot)
        return problem

    def _remove_unfinished(self) -> None:
        """Only now: as long as nothing else was found to start from, nothing is thrown away."""
        for name in self._unfinished:
            self._disk.remove(name)
        self._unfinished.clear()

    def _load(self, snapshot: SnapshotFile) -> None:
        self._index.clear()
        self._leases.clear()
        for entries in snapshot.entries():
            self._index.load([saved.entry() for saved in entries])
            for saved in entries:
                if saved.expires_at_ms:
                    self._leases.set(saved.key, saved.expires_at_ms)
        self._notes.load(snapshot.notes())
        self._notes.forget_before(self._log.headers()[0].serial)  # gone since then
        self._history.begin(snapshot)

    def _extend(self, base: SnapshotFile) -> None:
        older = [s for s in self.snapshots if s.revision < base.revision]
        start = older[-1] if older else None
        past: dict[str, array[int]] = {}
        begin = place_of(self._log.headers()[0].serial, SEGMENT_HEADER_BYTES)
        if start is None and not self._log.has_beginning:
            raise Damaged(snapshot_name(base.revision), 0, "the snapshot before it cannot be read")
        if start is not None:
            begin = start.place
            for entries in start.entries():
                for saved in entries:
                    past[saved.key] = array("q", (saved.revision,))
        places = array("Q")
        for place, found in self._log.between(begin, base.place):
            if not isinstance(found, _TAKES_REVISION):
                continue
            places.append(place)
            if not isinstance(found, Gap):
                revision = found.revision if isinstance(found, Put) else -found.revision
                known = past.get(found.key)
                if known is None:
                    past[found.key] = array("q", (revision,))
                else:
                    known.append(revision)
        self._index.extend_past(past)
        self._history.places.put_before(places)
        self._history.base = start

    def _step(self, keys: Iterator[str], notes: dict[str, list[int]]) -> None:
        writer = self._writer
        assert writer is not None, "a step of a snapshot that nobody writes"
        try:
            piece = self._piece(keys, writer.revision)
            if piece:
                writer.add(piece)
                self._world.call_soon(lambda: self._step(keys, notes))
                return
            writer.finish(notes)
        except DiskFull as full:
            self._world.log.warning("Snapshot given up: disk full", reason=str(full))
            self._writer = None
            writer.abandon()
            return
        self._writer = None
        finished = SnapshotFile.open(self._disk, writer.name, self._log.cluster_id)
        assert finished is not None, f"{writer.name} was just finished"
        self.snapshots.append(finished)
        self._world.log.info("Snapshot written", revision=finished.revision)
        self.release(self._history.compacted)

    def _piece(self, keys: Iterator[str], revision: int) -> list[Saved]:
        piece: list[Saved] = []
        size = 0
        for key in islice(keys, _PIECE_KEYS):
            found = self._index.at(key, revision)
            if isinstance(found, Entry):
                saved = _saved_of(found, self._leases.of(key))
            else:
                saved = self._history.saved_at(key, found)
            piece.append(saved)
            size += len(saved.value)
            if size >= _PIECE_BYTES:
                break
        return piece


def _saved_of(entry: Entry, expires_at_ms: int) -> Saved:
    return Saved(
        entry.key,
        entry.value,
        entry.create_revision,
        entry.revision,
        entry.version,
        expires_at_ms,
    )
