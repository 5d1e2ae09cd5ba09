"""Reading: what keys hold now, and what they held at any revision that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tuik8s.components.store.archive import Archive
from tuik8s.components.store.errors import Compacted, FutureRevision
from tuik8s.components.store.history import History
from tuik8s.components.store.mvcc import Index
from tuik8s.components.store.types import Change, Entry, Page


class Reads:
    """The reading half of the store. Now is revision 0 or the newest; both cost no disk."""

    def __init__(self, index: Index, history: History, archive: Archive) -> None:
        self._index = index
        self._history = history
        self._archive = archive

    def get(self, key: str, revision: int = 0) -> Entry | None:
        """What key holds, or held at a revision.

        Errors: Compacted, FutureRevision, Damaged.
        """
        if revision in (0, self._history.revision):
            return self._index.entries.get(key)
        self._reach(revision)
        return self._entry_at(key, revision)

    def get_many(self, keys: Iterable[str], revision: int) -> dict[str, Entry]:
        """What these keys held at a revision, by key, without those that held nothing.

        Errors: Compacted, FutureRevision, Damaged.
        """
        self._reach(revision)
        at = self._index.at
        return self._entries([(key, found) for key in keys if (found := at(key, revision))])

    def versions(self, prefix: str, revision: int) -> Iterator[tuple[str, int]]:
        """Keys with this prefix that held something at a revision, in order, and since when.

        Errors: Compacted, FutureRevision (both at once).
        """
        self._reach(revision)
        held = self._index.held_at(prefix, "", revision)
        return ((key, found if isinstance(found, int) else found.revision) for key, found in held)

    def range(
        self, prefix: str, *, start_after: str = "", limit: int = 0, revision: int = 0
    ) -> Page:
        """Entries whose keys have this prefix, in key order.

        Errors: Compacted, FutureRevision, Damaged.
        """
        if revision in (0, self._history.revision):
            return self._range_now(prefix, start_after, limit)
        self._reach(revision)
        held = list(self._index.held_at(prefix, start_after, revision))
        shown = held[:limit] if limit else held
        remaining = len(held) - len(shown)
        return Page(list(self._entries(shown).values()), remaining > 0, remaining, revision)

    def count(self, prefix: str) -> int:
        """How many keys have this prefix now."""
        return self._index.count(prefix)

    def changes(self, after_revision: int, prefix: str = "") -> Iterator[Change]:
        """Durable changes after a revision.

        Errors: Compacted (at once), Damaged.
        """
        self._history.check(after_revision)
        self._archive.reach(after_revision)
        return self._history.changes(after_revision, self._history.durable_revision, prefix)

    def state_at(self, revision: int) -> Iterator[Entry]:
        """Everything that was there at a revision, in key order.

        Errors: Compacted (also when it is given up on the way), FutureRevision, Damaged.
        """
        self._reach(revision)
        for key, _ in list(self._index.held_at("", "", revision)):
            self._reach(revision)
            yield self._require_at(key, revision)

    def _reach(self, revision: int) -> None:
        history = self._history
        if revision > history.revision:
            raise FutureRevision(revision, history.revision)
        if revision < history.compacted:
            raise Compacted(revision, history.compacted)
        self._archive.reach(revision)

    def _entries(self, held: list[tuple[str, Entry | int]]) -> dict[str, Entry]:
        """By key; held: keys, and what `Index.at` says of each."""
        older = {found: key for key, found in held if isinstance(found, int)}
        read = self._history.entries_at(older) if older else {}
        return {key: read[found] if isinstance(found, int) else found for key, found in held}

    def _require_at(self, key: str, revision: int) -> Entry:
        entry = self._entry_at(key, revision)
        assert entry is not None, f"{key} is listed at {revision} but holds nothing"
        return entry

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
        held = self._index.entries
        for keys, low, high in spans:
            part = keys.ordered()[low : min(high, low + wanted - len(entries))]
            entries.extend([held[key] for key in part])
        remaining = total - len(entries)
        return Page(entries, remaining > 0, remaining, self._history.revision)
