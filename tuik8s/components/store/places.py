"""Where in the log each revision is: one array, since revisions are dense."""

from __future__ import annotations

from array import array


class Places:
    """Places of the revisions from `first` on.

    >>> places = Places(5)
    >>> places.add(700), places.add(800)
    (None, None)
    >>> places.of(6), 4 in places
    (800, False)
    """

    __slots__ = ("_places", "first")

    def __init__(self, first: int) -> None:
        self.first = first
        self._places = array("Q")

    def __contains__(self, revision: int) -> bool:
        return 0 <= revision - self.first < len(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def add(self, place: int) -> None:
        """The place of the next revision."""
        self._places.append(place)

    def of(self, revision: int) -> int:
        assert revision in self, f"revision {revision} has no place (first is {self.first})"
        return self._places[revision - self.first]

    def drop_before(self, revision: int) -> None:
        count = min(max(revision - self.first, 0), len(self._places))
        del self._places[:count]
        self.first += count

    def put_before(self, older: array[int]) -> None:
        """Add the places of the revisions just before `first`."""
        self.first -= len(older)
        older.extend(self._places)
        self._places = older
