"""Watches: every change of a prefix after a revision, in order, each once, none left out.

A watch first reads the past, some changes per turn, then joins the live ones in the turn in which
nothing is left to read; so there is no moment in which a change could pass by it. Only durable
changes are shown.

Source: etcd's watch guarantees (api_guarantees.md): ordered, unique, reliable, atomic, resumable,
bookmarkable. A bookmark takes the same way as changes, so it can never be ahead of one. As in
etcd a watch may begin at the compacted revision itself, and is told so when it begins before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from tuik8s.components.store.errors import Compacted
from tuik8s.components.store.types import Change

if TYPE_CHECKING:
    from tuik8s.world.base import World

Deliver = Callable[[list[Change], int], None]
Closed = Callable[[Compacted], None]
ReadChanges = Callable[[int, str], Iterator[Change]]
_CHANGES_PER_TURN = 500


class Watch:
    """One watcher. `revision`: everything of the prefix up to it was delivered."""

    __slots__ = ("_hub", "closed", "deliver", "is_cancelled", "prefix", "revision")

    def __init__(self, hub: Watches, prefix: str, after_revision: int, deliver: Deliver) -> None:
        self._hub = hub
        self.closed: Closed | None = None
        self.prefix = prefix
        self.revision = after_revision
        self.deliver = deliver
        self.is_cancelled = False

    def cancel(self) -> None:
        """Deliver nothing more; cancelling twice does nothing."""
        self.is_cancelled = True
        self._hub.forget(self)

    def bookmark(self) -> None:
        """Deliver no change and the revision up to which all was delivered."""
        if not self.is_cancelled:
            self.deliver([], self.revision)

    def show(self, changes: list[Change], revision: int) -> None:
        """Deliver what matches of these; afterwards all up to revision was delivered."""
        prefix, seen = self.prefix, self.revision
        matching = [c for c in changes if c.revision > seen and c.key.startswith(prefix)]
        self.revision = max(revision, seen)
        if matching:
            self.deliver(matching, self.revision)


class Watches:
    """All watches of a store."""

    def __init__(self, world: World, changes: ReadChanges) -> None:
        self._world = world
        self._changes = changes
        self._live: dict[Watch, None] = {}
        self.durable_revision = 0

    def __len__(self) -> int:
        """How many are open and have caught up."""
        return len(self._live)

    def open(
        self,
        prefix: str,
        after_revision: int,
        deliver: Deliver,
        closed: Closed | None = None,
    ) -> Watch:
        """Watch the changes of a prefix after a revision, which may be in the future.

        deliver(changes, revision) gets changes of whole revisions, and the revision up to which
        nothing is missing. closed gets the reason when compaction overtakes a slow watch.
        Errors: Compacted.
        """
        watch = Watch(self, prefix, after_revision, deliver)
        watch.closed = closed
        if after_revision >= self.durable_revision:
            self._live[watch] = None
            return watch
        self._changes(after_revision, prefix)  # refuses at once what is compacted
        self._world.call_soon(lambda: self._catch_up(watch))
        return watch

    def publish(self, changes: list[Change], revision: int) -> None:
        """Show a durable group to every live watch."""
        self.durable_revision = revision
        for watch in list(self._live):
            if not watch.is_cancelled:
                watch.show(changes, revision)

    def forget(self, watch: Watch) -> None:
        self._live.pop(watch, None)

    def _catch_up(self, watch: Watch) -> None:
        if watch.is_cancelled:
            return
        target = self.durable_revision
        try:
            found = list(islice(self._changes(watch.revision, watch.prefix), _CHANGES_PER_TURN))
        except Compacted as compacted:
            watch.cancel()
            if watch.closed is not None:
                watch.closed(compacted)
            return
        done = len(found) < _CHANGES_PER_TURN
        watch.show(found, target if done else found[-1].revision)
        if done and not watch.is_cancelled:
            self._live[watch] = None
        elif not done:
            self._world.call_soon(lambda: self._catch_up(watch))
