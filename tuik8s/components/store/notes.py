"""Notes: where in the log the newest explanations of each key are.

Their text stays in the log until somebody asks why. A note uses no revision, waits for no answer,
and goes when compaction removes the segment that holds it.
"""

from __future__ import annotations

from array import array

from tuik8s.components.store.record import Remark
from tuik8s.components.store.segments import SegmentLog, place_of
from tuik8s.components.store.snapshot import NotePlaces
from tuik8s.components.store.types import Note


class Notes:
    """Places of the durable notes by key, and the notes that are not durable yet."""

    def __init__(self, log: SegmentLog, per_key: int) -> None:
        self._log = log
        self._per_key = per_key
        self._places: dict[str, array[int]] = {}
        self._pending: list[Remark] = []

    def __len__(self) -> int:
        return sum(len(places) for places in self._places.values())

    def of(self, key: str, limit: int = 0) -> list[Note]:
        """The newest notes of a key, newest first; limit 0: all that are kept.

        Errors: Damaged.
        """
        waiting = [note_of(remark) for remark in reversed(self._pending) if remark.key == key]
        wanted = limit or len(waiting) + self._per_key
        found = waiting[:wanted]
        for place in reversed(self._places.get(key, ())):
            if len(found) >= wanted:
                break
            remark = self._log.read(place)
            assert isinstance(remark, Remark), f"no note at {place:#x}: {remark}"
            found.append(note_of(remark))
        return found

    def wait(self, remark: Remark) -> None:
        """Take a note that will be written with the next group."""
        self._pending.append(remark)

    def settle(self) -> None:
        """What waited is durable, or was lost to a full disk."""
        self._pending.clear()

    def add(self, key: str, place: int) -> None:
        places = self._places.get(key)
        if places is None:
            places = self._places[key] = array("Q")
        places.append(place)
        if len(places) > self._per_key:
            del places[0]

    def forget_before(self, serial: int) -> None:
        """Drop the places in segments before serial."""
        first = place_of(serial, 0)
        for key, places in list(self._places.items()):
            kept = array("Q", (place for place in places if place >= first))
            if kept:
                self._places[key] = kept
            else:
                del self._places[key]

    def saved(self) -> NotePlaces:
        return {key: list(places) for key, places in self._places.items()}

    def load(self, saved: NotePlaces) -> None:
        self._places = {key: array("Q", places) for key, places in saved.items()}
        self._pending.clear()


def note_of(remark: Remark) -> Note:
    return Note(remark.revision, remark.kind, remark.key, remark.data, remark.author, remark.at_ms)
