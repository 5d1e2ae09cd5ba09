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

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tuik8s.components.store import record
from tuik8s.components.store.errors import Compacted, FutureRevision, Mismatch, NoSpace
from tuik8s.components.store.history import FIRST_REVISION, Applied, History, entry_of
from tuik8s.components.store.leases import Leases
from tuik8s.components.store.mvcc import Index
from tuik8s.components.store.options import StoreOptions
from tuik8s.components.store.record import Delete, Put, Record
from tuik8s.components.store.segments import SEGMENT_HEADER_BYTES, SegmentLog, place_of
from tuik8s.components.store.types import Change, Entry, Page, Recovery
from tuik8s.components.store.watch import Closed, Deliver, Watch, Watches
from tuik8s.world.base import Disk, DiskFailed, DiskFull

if TYPE_CHECKING:
    from tuik8s.world.base import World

LastState = Callable[[Entry, int], bytes]


class Store:
    """One cluster's state and its history. `open` it before anything else."""

    def __init__(
        self,
        world: World,
        disk: Disk,
        options: StoreOptions | None = None,
        last_state: LastState | None = None,
    ) -> None:
        """last_state(entry, revision) makes the DELETED value of a key that expires."""
        self._world = world
        self._options = options or StoreOptions()
        self._last_state = last_state or (lambda entry, _revision: entry.value)
        self._log = SegmentLog(disk, self._options.segment_bytes)
        self._index = Index()
        self._history = History(self._log, self._options.recent_changes)
        self._leases = Leases(world, self._expire)
        self._watches = Watches(world, self.changes)
        self._pending: list[tuple[bytes, Applied | None]] = []
        self._waiting: list[tuple[Callable[[], None], Callable[[NoSpace], None] | None]] = []
        self._listeners: list[Callable[[list[Change]], None]] = []
        self._failed = False
        self._full_until_ms = 0
        self.revision = FIRST_REVISION
        self.durable_revision = FIRST_REVISION

    @property
    def next_revision(self) -> int:
        """The revision that the next put or delete will have."""
        return self.revision + 1

    @property
    def compacted_revision(self) -> int:
        return self._history.compacted

    def open(self) -> Recovery:
        """Rebuild the index from disk.

        Errors: Damaged, FormatTooNew.
        """
        began_ms = self._world.now_ms()
        log = self._log
        log.scan()
        records = 0
        if log.headers():
            first = log.headers()[0]
            for place, found in log.replay(
                place_of(first.serial, SEGMENT_HEADER_BYTES), first.previous
            ):
                self._replay(place, found)
                records += 1
        else:
            log.begin(self._world.rng("store").bytes(16), FIRST_REVISION + 1)
        self.durable_revision = self._watches.durable_revision = self.revision
        self._leases.start()
        return Recovery(
            revision=self.revision,
            keys=len(self._index.entries),
            records=records,
            segments=len(log.headers()),
            snapshot_revision=0,
            torn_bytes=log.torn_bytes,
            took_ms=self._world.now_ms() - began_ms,
        )

    def get(self, key: str, revision: int = 0) -> Entry | None:
        """What key holds, or held at a revision.

        Errors: Compacted, FutureRevision.
        """
        if revision in (0, self.revision):
            return self._index.entries.get(key)
        self._check_readable(revision)
        return self._entry_at(key, revision)

    def range(
        self, prefix: str, *, start_after: str = "", limit: int = 0, revision: int = 0
    ) -> Page:
        """Entries whose keys have this prefix, in key order.

        Errors: Compacted, FutureRevision.
        """
        if revision in (0, self.revision):
            return self._range_now(prefix, start_after, limit)
        self._check_readable(revision)
        entries: list[Entry] = []
        remaining = 0
        for key in self._index.keys_at(prefix, start_after, revision):
            if limit and len(entries) >= limit:
                remaining += 1
                continue
            entry = self._entry_at(key, revision)
            assert entry is not None, f"{key} is listed at {revision} but holds nothing"
            entries.append(entry)
        return Page(entries, remaining > 0, remaining, revision)

    def count(self, prefix: str) -> int:
        """How many keys have this prefix now."""
        return self._index.count(prefix)

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
        revision = self.revision + 1
        at_ms = self._world.now_ms()
        expires_at_ms = at_ms + ttl_ms if ttl_ms else 0
        if old is None:
            entry = Entry(key, value, revision, revision, 1)
            change = Change(revision, "ADDED", key, value, None, author, cause, at_ms)
            replaced = 0
        else:
            entry = Entry(key, value, old.create_revision, revision, old.version + 1)
            change = Change(revision, "MODIFIED", key, value, old.value, author, cause, at_ms)
            replaced = old.revision
        body = record.encode(
            Put(
                revision,
                at_ms,
                author,
                cause,
                key,
                replaced,
                entry.create_revision,
                entry.version,
                expires_at_ms,
                value,
            )
        )
        applied = Applied(change, entry, old, self._leases.of(key))
        self._index.put(entry, old)
        self._leases.set(key, expires_at_ms)
        self._apply(body, applied)
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
        revision = self.revision + 1
        at_ms = self._world.now_ms()
        change = Change(revision, "DELETED", key, value, old.value, author, cause, at_ms)
        body = record.encode(Delete(revision, at_ms, author, cause, key, old.revision, value))
        applied = Applied(change, None, old, self._leases.of(key))
        self._index.delete(old, revision)
        self._leases.set(key, 0)
        self._apply(body, applied)
        return change

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

    def changes(self, after_revision: int, prefix: str = "") -> Iterator[Change]:
        """Durable changes after a revision.

        Errors: Compacted (at once), Damaged.
        """
        self._history.check(after_revision)
        return self._history.changes(after_revision, self.durable_revision, prefix)

    def watch(
        self, prefix: str, after_revision: int, deliver: Deliver, closed: Closed | None = None
    ) -> Watch:
        """Deliver the changes of a prefix after a revision (see `watch.Watches.open`).

        Errors: Compacted.
        """
        return self._watches.open(prefix, after_revision, deliver, closed)

    def _check_writable(self) -> None:
        if self._failed:
            raise DiskFailed("the log failed before; only a restart can tell what is on the disk")
        if self._full_until_ms and self._world.now_ms() < self._full_until_ms:
            raise NoSpace("the disk of the log is full")

    def _check_readable(self, revision: int) -> None:
        if revision > self.revision:
            raise FutureRevision(revision, self.revision)
        if revision < self._history.compacted:
            raise Compacted(revision, self._history.compacted)

    def _entry_at(self, key: str, revision: int) -> Entry | None:
        found = self._index.at(key, revision)
        if isinstance(found, Entry):
            return found
        return self._history.entry_at(key, found) if found else None

    def _range_now(self, prefix: str, start_after: str, limit: int) -> Page:
        spans = self._index.span(prefix, start_after)
        total = sum(high - low for _, low, high in spans)
        wanted = min(limit or total, total)
        entries: list[Entry] = []
        get = self._index.entries
        for keys, low, high in spans:
            part = keys.ordered()[low : min(high, low + wanted - len(entries))]
            entries.extend([get[key] for key in part])
        remaining = total - len(entries)
        return Page(entries, remaining > 0, remaining, self.revision)

    def _apply(self, body: bytes, applied: Applied | None) -> None:
        if applied is not None:
            self.revision += 1
            self._history.add(applied)
        if not self._pending:
            self._world.call_soon(self._commit)
        self._pending.append((body, applied))

    def _commit(self) -> None:
        group, self._pending = self._pending, []
        waiting, self._waiting = self._waiting, []
        bodies = [body for body, _ in group]
        try:
            places = self._log.append(bodies, self.durable_revision + 1)
        except DiskFull as full:
            self._take_back(group, waiting, full)
            return
        except DiskFailed:
            self._failed = True
            raise
        self._full_until_ms = 0
        changes: list[Change] = []
        add = self._history.places.add
        for place, (_, applied) in zip(places, group, strict=True):
            if applied is not None:
                add(place)
                changes.append(applied.change)
        self.durable_revision += len(changes)
        self._history.trim()
        self._publish(changes, waiting)

    def _publish(
        self,
        changes: list[Change],
        waiting: list[tuple[Callable[[], None], Callable[[NoSpace], None] | None]],
    ) -> None:
        revision = self.durable_revision
        if changes:
            for listener in self._listeners:
                listener(changes)
            self._watches.publish(changes, revision)
        for call, _ in waiting:
            call()

    def _take_back(
        self,
        group: list[tuple[bytes, Applied | None]],
        waiting: list[tuple[Callable[[], None], Callable[[NoSpace], None] | None]],
        full: DiskFull,
    ) -> None:
        self._world.log.warning("writes refused: disk full", records=len(group))
        self._full_until_ms = self._world.now_ms() + self._options.retry_full_ms
        for _, applied in reversed(group):
            if applied is not None:
                self._index.undo(applied.change.key, applied.old)
                self._leases.set(applied.change.key, applied.old_deadline_ms)
                self._history.undo_last()
                self.revision -= 1
        assert self.revision == self.durable_revision, "a group was taken back in part"
        reason = NoSpace(f"the disk of the log is full: {full}")
        for _, lost in waiting:
            if lost is not None:
                lost(reason)

    def _expire(self, key: str) -> None:
        entry = self._index.entries.get(key)
        if entry is None:
            return
        try:
            self.delete(key, value=self._last_state(entry, self.next_revision), author="store")
        except NoSpace:
            self._leases.set(key, self._world.now_ms() + self._options.retry_full_ms)

    def _replay(self, place: int, found: Record) -> None:
        if isinstance(found, Put):
            old = self._index.entries.get(found.key)
            self._index.put(entry_of(found), old)
            self._leases.set(found.key, found.expires_at_ms)
        elif isinstance(found, Delete):
            self._index.delete(self._index.entries[found.key], found.revision)
            self._leases.set(found.key, 0)
        else:
            return
        self.revision = found.revision
        self._history.places.add(place)
