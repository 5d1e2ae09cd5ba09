"""The log as a line of time: its changes forwards and backwards, moments, and how far back it goes.

    gone | oldest ------------------------------------------ newest | to come
             ^ kept()         ^ at(ms)        before(R) <-- R --> after(R)

The oldest revision is a state that can be read; the change that made it can be read as well.
"""

from __future__ import annotations

from tuik8s.components.store.archive import Archive
from tuik8s.components.store.errors import Compacted
from tuik8s.components.store.history import History
from tuik8s.components.store.mvcc import Index
from tuik8s.components.store.segments import FIRST_REVISION
from tuik8s.components.store.types import Change, Moment


class Timeline:
    """Pages of changes; only what is durable. See `keys.is_whole` for what a key means."""

    def __init__(self, index: Index, history: History, archive: Archive) -> None:
        self._index = index
        self._history = history
        self._archive = archive

    @property
    def oldest(self) -> int:
        """The oldest revision whose state can be read; that of an empty store is 1."""
        return max(self._history.compacted, FIRST_REVISION)

    def after(
        self, revision: int, limit: int, key: str = "", *, values: bool = False
    ) -> list[Change]:
        """The next changes after a revision, oldest first. values: also what was there before.

        Errors: Compacted, Damaged.
        """
        revision = max(revision, FIRST_REVISION)
        self._history.check(revision)
        self._archive.reach(revision)
        last = self._history.durable_revision + 1
        if not key:
            return self._history.changes_at(
                range(revision + 1, min(revision + 1 + limit, last)), values=values
            )
        found = self._index.changed(key, revision, last, limit, newest=False)
        return self._history.changes_at(found, values=values)

    def before(
        self, revision: int, limit: int, key: str = "", *, values: bool = False
    ) -> list[Change]:
        """The last changes before a revision, newest first; none before the oldest.

        Errors: Compacted, Damaged.
        """
        if revision < self.oldest:
            raise Compacted(revision, self.oldest)
        end = min(revision, self._history.durable_revision + 1)
        found = self._revisions_before(end, limit, key)
        return self._history.changes_at(found, values=values)

    def at(self, at_ms: int) -> Moment:
        """The newest revision at or before a time.

        Errors: Compacted when all that is kept is later, Damaged.
        """
        oldest, low = self.oldest, self._first_read()
        while low > oldest and self.time_of(low) > at_ms:
            self._archive.reach(max(low - 2, oldest))
            low = self._first_read()
        high = self._history.durable_revision
        if self.time_of(low) > at_ms:
            raise Compacted(0, oldest)
        while low < high:
            middle = (low + high + 1) // 2
            if self.time_of(middle) <= at_ms:
                low = middle
            else:
                high = middle - 1
        return Moment(low, self.time_of(low))

    def kept(self) -> tuple[Moment, Moment]:
        """The oldest and the newest revision that can be read.

        Errors: Damaged.
        """
        newest = self._history.durable_revision
        self._archive.reach(self.oldest - 1)
        return Moment(self.oldest, self.time_of(self.oldest)), Moment(newest, self.time_of(newest))

    def _revisions_before(self, end: int, limit: int, key: str) -> list[int]:
        """Looks further back, one snapshot at a time, until there are enough."""
        while True:
            first = max(self._first_read(), self.oldest, FIRST_REVISION + 1)
            if key:
                found = self._index.changed(key, first - 1, end, limit, newest=True)
            else:
                found = list(range(end - 1, max(first, end - limit) - 1, -1))
            if len(found) >= limit or self._history.base is None or first <= self.oldest:
                return found
            self._archive.reach(first - 2)

    def _first_read(self) -> int:
        """The first revision whose change can be read without reaching further back."""
        base = self._history.base
        return max(base.revision + 1 if base is not None else FIRST_REVISION, self.oldest)

    def time_of(self, revision: int) -> int:
        """When a kept revision was; that of the empty store: when its first change was.

        Errors: Damaged.
        """
        history = self._history
        self._archive.reach(revision - 1)
        if history.durable_revision == FIRST_REVISION:
            return 0
        return history.at_ms(max(revision, FIRST_REVISION + 1))
