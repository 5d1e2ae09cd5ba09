"""The start: a snapshot if there is one, then every record of the log after it.

Each record must follow what is there: its revision is the next one, and it names the revision that
its key had. So a log that loads is one that could have been written, and the state is the same
that the crashed process had acknowledged, or later.
"""

from __future__ import annotations

from tuik8s.components.store.archive import Archive
from tuik8s.components.store.errors import Damaged
from tuik8s.components.store.history import History, entry_of
from tuik8s.components.store.leases import Leases
from tuik8s.components.store.mvcc import Index
from tuik8s.components.store.notes import Notes
from tuik8s.components.store.record import Delete, Gap, Put, Record, Remark
from tuik8s.components.store.segments import SegmentLog, segment_name, split_place


class Replay:
    """Applies records of the log to the index and all that hangs on it."""

    def __init__(self, index: Index, history: History, leases: Leases, notes: Notes) -> None:
        self._index = index
        self._history = history
        self._leases = leases
        self._notes = notes

    def run(self, log: SegmentLog, archive: Archive) -> int:
        """Rebuild everything; the count of records that were replayed.

        Errors: Damaged, FormatTooNew.
        """
        place, chain = archive.restore()
        records = 0
        for where, found in log.replay(place, chain):
            self._apply(where, found)
            records += 1
        self._history.durable_revision = self._history.revision
        return records

    def _apply(self, place: int, found: Record) -> None:
        if isinstance(found, Put | Delete | Gap):
            self._change(place, found)
        elif isinstance(found, Remark):
            self._notes.add(found.key, place)
        else:
            self._history.compacted = max(self._history.compacted, found.compacted)

    def _change(self, place: int, found: Put | Delete | Gap) -> None:
        history = self._history
        key = "" if isinstance(found, Gap) else found.key
        old = self._index.entries.get(key)
        known = old.revision if old is not None else 0
        replaced = 0 if isinstance(found, Gap) else found.replaced
        if found.revision != history.revision + 1 or replaced != known:
            serial, offset = split_place(place)
            why = f"revision {found.revision} of {key!r} does not follow {history.revision}"
            raise Damaged(segment_name(serial), offset, why)
        if isinstance(found, Put):
            self._index.put(entry_of(found), old)
            self._leases.set(found.key, found.expires_at_ms)
        elif isinstance(found, Delete) and old is not None:
            self._index.delete(old, found.revision)
            self._leases.set(found.key, 0)
        history.revision = found.revision
        history.places.add(place)
