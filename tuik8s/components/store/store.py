"""The store: one log, an index over it, and everything that may be asked of both.

Writes change the index at once, so that the same turn reads them, and become durable together: the
first write of a turn asks for one commit at its end (one append, one sync). Answers and events wait
for that (`when_durable`, `on_commit`), so nobody outside ever sees what a crash could take back.

When the disk is full the group is taken back: the index is as before, its revisions were never
seen, and whoever waited is told. After any other failed write nothing is known about the disk, so
the store refuses everything and the process must end; the log is read again at the next start.

Source: etcd server/storage/mvcc and its API guarantees (KV durability, strict serializability, one
revision per modifying operation; an empty store is at revision 1).
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from tuik8s.components.store import record
from tuik8s.components.store.archive import Archive
from tuik8s.components.store.errors import Compacted, FutureRevision, Mismatch, NoSpace
from tuik8s.components.store.history import Applied, History
from tuik8s.components.store.leases import Leases
from tuik8s.components.store.mvcc import Index
from tuik8s.components.store.notes import Notes
from tuik8s.components.store.options import StoreOptions
from tuik8s.components.store.reads import Reads
from tuik8s.components.store.record import Delete, Mark, Put, Record, Remark
from tuik8s.components.store.recovery import Replay
from tuik8s.components.store.retention import Retention
from tuik8s.components.store.segments import (
    FIRST_REVISION,
    SEGMENT_HEADER_BYTES,
    SegmentLog,
    place_of,
)
from tuik8s.components.store.timeline import Timeline
from tuik8s.components.store.types import Change, Entry, Recovery
from tuik8s.components.store.watch import Watches
from tuik8s.world.base import Disk, DiskFailed, DiskFull

if TYPE_CHECKING:
    from tuik8s.world.base import World

LastState = Callable[[Entry, int], bytes]
_Written = tuple[Record, Applied | None]
_Waiting = tuple[Callable[[], None], Callable[[NoSpace], None] | None]


class Store:
    """One cluster's state and its history. `open` it before anything else.

    Reading is `reads.Reads`, looking back `timeline.Timeline`, watching is `watch.Watches`,
    notes are `notes.Notes`; what they offer stands here under the names that a caller expects.
    """

    def __init__(
        self,
        world: World,
        disk: Disk,
        options: StoreOptions | None = None,
        last_state: LastState | None = None,
    ) -> None:
        """last_state(entry, revision) makes the DELETED value of a key that expires."""
        self._world = world
        self._options = options = options or StoreOptions()
        self._last_state = last_state or (lambda entry, _revision: entry.value)
        self._log = log = SegmentLog(disk, options.segment_bytes)
        self._index = index = Index()
        self._history = history = History(log, options.recent_changes)
        self._leases = leases = Leases(world, self._expire, options.retry_full_ms)
        self._notes = notes = Notes(log, options.notes_per_key)
        self._archive = Archive(
            world, disk, log, index=index, history=history, leases=leases, notes=notes
        )
        self._retention = Retention(options)
        self._pending: list[_Written] = []
        self._waiting: list[_Waiting] = []
        self._listeners: list[Callable[[list[Change]], None]] = []
        self._snapshot_wanted = False
        self._records_since_snapshot = 0
        self._failed = False
        self._full_until_ms = 0
        reads = Reads(index, history, self._archive)
        self.get = reads.get
        self.get_many = reads.get_many
        self.range = reads.range
        self.versions = reads.versions
        self.count = reads.count
        self.changes = reads.changes
        self.state_at = reads.state_at
        self.notes = notes.of
        self.copy_to = self._archive.copy_to
        self.timeline = Timeline(index, history, self._archive)
        self._watches = Watches(world, self.changes)
        self.watch = self._watches.open

    @property
    def revision(self) -> int:
        """Of the newest write, which may not be durable yet."""
        return self._history.revision

    @property
    def next_revision(self) -> int:
        """The revision that the next put or delete will have."""
        return self._history.revision + 1

    @property
    def durable_revision(self) -> int:
        return self._history.durable_revision

    @property
    def compacted_revision(self) -> int:
        """The oldest revision that can be read; 0 when all can."""
        return self._history.compacted

    def open(self) -> Recovery:
        """Rebuild everything from disk.

        Errors: Damaged, FormatTooNew.
        """
        began_ms = self._world.now_ms()
        log, history = self._log, self._history
        log.scan()
        records = 0
        if log.headers():  # an empty directory becomes a fresh log
            replay = Replay(self._index, history, self._leases, self._notes)
            records = replay.run(log, self._archive)
        else:
            self._archive.check_absent()
            log.begin(self._world.rng("store").bytes(16), FIRST_REVISION + 1)
        if log.torn_bytes:
            self._world.log.warning("Torn tail cut", bytes=log.torn_bytes)
        self._watches.durable_revision = history.revision
        self._records_since_snapshot = records
        if not self._options.read_only:
            self._leases.start()
            self._look_later()
        return Recovery(
            revision=history.revision,
            keys=len(self._index.entries),
            records=records,
            segments=len(log.headers()),
            snapshot_revision=history.base.revision if history.base is not None else 0,
            torn_bytes=log.torn_bytes,
            took_ms=self._world.now_ms() - began_ms,
        )

    def put(
        self,
        key: str,
        value: bytes,
        *,
        expect: int | None = None,
        author: str = "",
        cause: int = 0,
        ttl_ms: int = 0,
    ) -> Entry:
        """Write a key. expect: 0 it must be absent, n it must be at revision n, None anything.

        Errors: Mismatch, NoSpace, DiskFailed.
        """
        assert "/" in key[1:], f"key {key!r} names no resource"
        assert len(value) <= self._options.value_bytes, f"value of {key} has {len(value)} bytes"
        self._check_writable()
        old = self._index.entries.get(key)
        if expect is not None and (old.revision if old is not None else 0) != expect:
            raise Mismatch(key, expect, old)
        revision = self._history.revision + 1
        at_ms = self._world.now_ms()
        ends_ms = at_ms + ttl_ms if ttl_ms else 0
        if old is None:
            replaced = 0
            entry = Entry(key, value, revision, revision, 1)
            change = Change(revision, "ADDED", key, value, None, author, cause, at_ms)
        else:
            replaced = old.revision
            entry = Entry(key, value, old.create_revision, revision, old.version + 1)
            change = Change(revision, "MODIFIED", key, value, old.value, author, cause, at_ms)
        created, version = entry.create_revision, entry.version
        applied = Applied(change, entry, old, self._leases.of(key))
        self._index.put(entry, old)
        self._leases.set(key, ends_ms)
        self._write(
            Put(revision, at_ms, author, cause, key, replaced, created, version, ends_ms, value),
            applied,
        )
        return entry

    def delete(
        self,
        key: str,
        *,
        value: bytes,
        expect: int | None = None,
        author: str = "",
        cause: int = 0,
    ) -> Change:
        """Remove a key; value is its last state, which watchers get.

        Errors: Mismatch (also when the key is absent), NoSpace, DiskFailed.
        """
        self._check_writable()
        old = self._index.entries.get(key)
        if old is None or (expect is not None and old.revision != expect):
            raise Mismatch(key, expect, old)
        revision = self._history.revision + 1
        at_ms = self._world.now_ms()
        change = Change(revision, "DELETED", key, value, old.value, author, cause, at_ms)
        applied = Applied(change, None, old, self._leases.of(key))
        self._index.delete(old, revision)
        self._leases.set(key, 0)
        self._write(Delete(revision, at_ms, author, cause, key, old.revision, value), applied)
        return change

    def note(self, kind: str, key: str, data: bytes, author: str = "") -> None:
        """Explain the state that key has now; uses no revision, and nobody waits for it.

        Errors: NoSpace, DiskFailed.
        """
        self._check_writable()
        entry = self._index.entries.get(key)
        revision = entry.revision if entry is not None else 0
        remark = Remark(revision, self._world.now_ms(), author, key, kind, data)
        self._notes.wait(remark)
        self._write(remark, None)

    def when_durable(
        self, call: Callable[[], None], lost: Callable[[NoSpace], None] | None = None
    ) -> None:
        """Run call when all written so far is durable, at once when it is.

        lost runs instead when the disk was full: what was written, and what was read since then,
        never happened.
        """
        if self._pending:
            self._waiting.append((call, lost))
        else:
            call()

    def on_commit(self, call: Callable[[list[Change]], None]) -> None:
        """Call with the changes of every group once it is durable, in order."""
        self._listeners.append(call)

    def compact(self, revision: int) -> None:
        """Give up the history before a revision; reads at it and watches from it still work.

        Errors: Compacted when it is given up already, FutureRevision, NoSpace, DiskFailed.
        """
        self._check_writable()
        history = self._history
        if revision > history.durable_revision:
            raise FutureRevision(revision, history.durable_revision)
        if revision <= history.compacted:
            raise Compacted(revision, history.compacted)
        history.compacted = revision
        self._write(Mark(history.revision, self._world.now_ms(), "store", revision), None)
        self.when_durable(lambda: self._archive.release(revision))

    def snapshot(self) -> None:
        """Write the state to a file, between other work; nothing when that is being done."""
        self._snapshot_wanted = True
        if not self._pending:
            self._begin_snapshot()

    def digest(self) -> str:
        """SHA-256 over the records that are in the log, oldest first.

        Errors: Damaged.
        """
        sha = sha256()
        start = place_of(self._log.headers()[0].serial, SEGMENT_HEADER_BYTES)
        for _, frame in self._log.frames(start, self._log.end):
            sha.update(frame.body)
        return sha.hexdigest()

    def statistics(self) -> dict[str, int]:
        """Counters since the start, and sizes now."""
        return {
            "revision": self.durable_revision,
            "compacted_revision": self.compacted_revision,
            "keys": len(self._index.entries),
            "leases": len(self._leases),
            "watches": len(self._watches),
            "groups": self._log.groups,
            "records": self._log.records,
            "log_bytes": self._log.size_bytes(),
            "bytes_written": self._log.bytes_written,
            "segments": len(self._log.headers()),
            "snapshots": len(self._archive.snapshots),
            "torn_bytes": self._log.torn_bytes,
        }

    def _check_writable(self) -> None:
        assert not self._options.read_only, "a log that is only looked at is not written"
        if self._failed:
            raise DiskFailed("the log failed before; only a restart can tell what is on the disk")
        if self._full_until_ms and self._world.now_ms() < self._full_until_ms:
            raise NoSpace("the disk of the log is full")

    def _write(self, written: Record, applied: Applied | None) -> None:
        if applied is not None:
            self._history.add(applied)
        if not self._pending:
            self._world.call_soon(self._commit)
        self._pending.append((written, applied))

    def _commit(self) -> None:
        group, self._pending = self._pending, []
        waiting, self._waiting = self._waiting, []
        bodies = [record.encode(written) for written, _ in group]
        try:
            places = self._log.append(bodies, self.durable_revision + 1)
        except DiskFull as full:
            self._take_back(group, waiting, full)
            return
        except DiskFailed:
            self._failed = True
            raise
        changes = self._settle(group, places)
        if changes:
            for listener in self._listeners:
                listener(changes)
            self._watches.publish(changes, self.durable_revision)
        for call, _ in waiting:
            call()

    def _settle(self, group: list[_Written], places: list[int]) -> list[Change]:
        """Note where a durable group is; its changes."""
        changes: list[Change] = []
        for place, (written, applied) in zip(places, group, strict=True):
            if applied is not None:
                self._history.settle(place)
                changes.append(applied.change)
            elif isinstance(written, Remark):
                self._notes.add(written.key, place)
        self._full_until_ms = 0
        self._notes.settle()
        self._history.trim()
        self._records_since_snapshot += len(group)
        wanted = max(self._options.snapshot_records, len(self._index.entries))
        if self._snapshot_wanted or self._records_since_snapshot >= wanted:
            self._begin_snapshot()
        return changes

    def _begin_snapshot(self) -> None:
        """Only between groups, when the index and the log agree."""
        assert self.revision == self.durable_revision, "a snapshot in the middle of a group"
        self._snapshot_wanted = False
        if self._archive.begin(self.durable_revision):
            self._records_since_snapshot = 0

    def _take_back(self, group: list[_Written], waiting: list[_Waiting], full: DiskFull) -> None:
        self._world.log.warning("Writes refused: disk full", records=len(group))
        self._full_until_ms = self._world.now_ms() + self._options.retry_full_ms
        for _, applied in reversed(group):
            if applied is not None:
                self._index.undo(applied.change.key, applied.old)
                self._leases.set(applied.change.key, applied.old_deadline_ms)
                self._history.undo_last()
        self._notes.settle()
        assert self.revision == self.durable_revision, "a group was taken back in part"
        reason = NoSpace(f"the disk of the log is full: {full}")
        for _, lost in waiting:
            if lost is not None:
                lost(reason)

    def _expire(self, key: str) -> bool:
        entry = self._index.entries.get(key)
        assert entry is not None, f"{key} has a deadline but is absent"
        try:
            self.delete(key, value=self._last_state(entry, self.next_revision), author="store")
        except NoSpace:
            return False
        return True

    def _look_later(self) -> None:
        if self._options.history_revisions or self._options.history_ms:
            self._world.call_after(self._options.compaction_interval_ms, self._look)

    def _look(self) -> None:
        """Compact when there is more history than was asked for."""
        target = self._retention.target(self._world.now_ms(), self.durable_revision)
        if target > self.compacted_revision:
            try:
                self.compact(target)
            except NoSpace:
                self._world.log.warning("Compaction put off: disk full", revision=target)
        self._look_later()
