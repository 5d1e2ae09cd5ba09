"""What was: values and changes of earlier revisions, recent ones from memory, else from the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tuik8s.components.store.errors import Compacted
from tuik8s.components.store.places import Places
from tuik8s.components.store.record import Delete, Put
from tuik8s.components.store.segments import FIRST_REVISION, SegmentLog
from tuik8s.components.store.snapshot import Saved, SnapshotFile
from tuik8s.components.store.types import Change, Entry


class Applied(msgspec.Struct, frozen=True, gc=False):
    """A change, the entry that it made (None: deleted), and the entry and deadline before it."""

    change: Change
    entry: Entry | None
    old: Entry | None
    old_deadline_ms: int


class History:
    """Recent changes, and the places of the older ones."""

    def __init__(self, log: SegmentLog, recent_changes: int) -> None:
        self._log = log
        self._kept = recent_changes
        self._recent: list[Applied] = []
        self.places = Places(FIRST_REVISION + 1)
        self.base: SnapshotFile | None = None
        self.revision = FIRST_REVISION
        self.durable_revision = FIRST_REVISION
        self.compacted = 0

    def begin(self, base: SnapshotFile) -> None:
        """Know nothing before this snapshot."""
        self.base = base
        self.places = Places(base.revision + 1)
        self.revision = base.revision
        self.compacted = base.compacted

    def add(self, applied: Applied) -> None:
        """Take a change that is not durable yet."""
        self.revision += 1
        assert applied.change.revision == self.revision, "revisions are dense"
        self._recent.append(applied)

    def settle(self, place: int) -> None:
        """The next change is durable, at this place."""
        self.places.add(place)
        self.durable_revision += 1

    def undo_last(self) -> None:
        self._recent.pop()
        self.revision -= 1

    def trim(self) -> None:
        """Let go of changes that are neither recent nor waiting to be durable."""
        if len(self._recent) > 2 * self._kept:
            del self._recent[: len(self._recent) - self._kept]

    def check(self, after_revision: int) -> None:
        """Refuse changes that are gone.

        Errors: Compacted.
        """
        if after_revision + 1 < self.compacted:
            raise Compacted(after_revision + 1, self.compacted)

    def entry_at(self, key: str, revision: int) -> Entry:
        """The entry that the change at exactly this revision made.

        Errors: Damaged.
        """
        applied = self._recent_at(revision)
        if applied is not None:
            assert applied.entry is not None, f"{key} was deleted at {revision}"
            return applied.entry
        return self.saved_at(key, revision).entry()

    def saved_at(self, key: str, revision: int) -> Saved:
        """The same with its deadline, of a change that is durable.

        Errors: Damaged.
        """
        if self.base is not None and revision <= self.base.revision:
            return self.base.require(key, revision)
        found = self._log.read(self.places.of(revision))
        assert isinstance(found, Put), f"revision {revision} is no put: {found}"
        assert found.key == key, f"revision {revision} is of {found.key}, not {key}"
        return Saved(
            key,
            found.value,
            found.create_revision,
            found.revision,
            found.version,
            found.expires_at_ms,
        )

    def entries_at(self, wanted: Mapping[int, str]) -> dict[int, Entry]:
        """The entries that the changes at these revisions made, by revision. wanted: their keys.

        Reads the disk once per run of neighbours.
        Errors: Damaged.
        """
        found: dict[int, Entry] = {}
        stored: dict[int, int] = {}
        saved: dict[str, int] = {}
        base_revision = self.base.revision if self.base is not None else 0
        for revision, key in wanted.items():
            applied = self._recent_at(revision)
            if applied is not None:
                assert applied.entry is not None, f"{key} was deleted at {revision}"
                found[revision] = applied.entry
            elif revision <= base_revision:
                saved[key] = revision
            else:
                stored[self.places.of(revision)] = revision
        for place, put in self._log.read_many(stored).items():
            assert isinstance(put, Put), f"revision {stored[place]} is no put: {put}"
            found[put.revision] = entry_of(put)
        if self.base is not None and saved:
            for one in self.base.require_many(saved).values():
                found[one.revision] = one.entry()
        return found

    def at_ms(self, revision: int) -> int:
        """When the change of a revision was, which is durable and not before the base.

        Errors: Damaged.
        """
        applied = self._recent_at(revision)
        if applied is not None:
            return applied.change.at_ms
        return self._log.read(self.places.of(revision)).at_ms

    def changes_at(self, revisions: Sequence[int], *, values: bool) -> list[Change]:
        """The changes at these revisions, in their order; lost ones (`Gap`) are left out.

        values: with what the keys held before, which costs more reading.
        Errors: Damaged.
        """
        recent: dict[int, Change] = {}
        places: list[int] = []
        for revision in revisions:
            applied = self._recent_at(revision)
            if applied is not None:
                recent[revision] = applied.change
            else:
                places.append(self.places.of(revision))
        records = [r for r in self._log.read_many(places).values() if isinstance(r, Put | Delete)]
        replaced = {r.replaced: r.key for r in records if r.replaced} if values else {}
        before = self.entries_at(replaced)
        for one in records:
            old = before.get(one.replaced)
            recent[one.revision] = change_of(one, None if old is None else old.value)
        return [recent[revision] for revision in revisions if revision in recent]

    def changes(self, after_revision: int, last_revision: int, prefix: str) -> Iterator[Change]:
        """Changes of a prefix after one revision, up to another; see `Archive.reach` first.

        Errors: Compacted, Damaged.
        """
        self.check(after_revision)
        revision = max(after_revision, FIRST_REVISION) + 1
        before: dict[str, bytes] = {}
        while revision <= last_revision:
            applied = self._recent_at(revision)
            if applied is not None:
                break
            self.check(revision - 1)
            found = self._log.read(self.places.of(revision))
            if isinstance(found, Put | Delete) and found.key.startswith(prefix):
                yield self._change_of(found, before)
            revision += 1
        while revision <= last_revision:
            applied = self._recent_at(revision)
            assert applied is not None, f"revision {revision} fell out of the recent changes"
            if applied.change.key.startswith(prefix):
                yield applied.change
            revision += 1

    def _recent_at(self, revision: int) -> Applied | None:
        if not self._recent:
            return None
        index = revision - self._recent[0].change.revision
        return self._recent[index] if 0 <= index < len(self._recent) else None

    def _change_of(self, found: Put | Delete, before: dict[str, bytes]) -> Change:
        previous = None
        if found.replaced:
            previous = before.get(found.key)
            if previous is None:
                previous = self.entry_at(found.key, found.replaced).value
        if isinstance(found, Put):
            before[found.key] = found.value
        else:
            before.pop(found.key, None)
        return change_of(found, previous)


def entry_of(put: Put) -> Entry:
    return Entry(put.key, put.value, put.create_revision, put.revision, put.version)


def change_of(found: Put | Delete, previous: bytes | None) -> Change:
    """The change that a record tells of."""
    if isinstance(found, Delete):
        kind = "DELETED"
    else:
        kind = "MODIFIED" if found.replaced else "ADDED"
    return Change(
        found.revision,
        kind,
        found.key,
        found.value,
        previous,
        found.author,
        found.cause,
        found.at_ms,
    )
