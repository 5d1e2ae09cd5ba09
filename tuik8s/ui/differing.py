"""The objects that differ between two states, kept up to date in pieces that no key waits for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tuik8s.api.comparison import ChangedObject, Comparison, State
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.ui.diff import object_lines
from tuik8s.ui.lines import Line, line
from tuik8s.ui.refs import Ref, ref_of_key
from tuik8s.ui.rowstore import Cell
from tuik8s.ui.sides import Side

PIECE = 100
"""So many objects are compared in one go, which takes some ten milliseconds."""

Versions = tuple[bytes | None, bytes | None]


class Found(NamedTuple):
    """An object that differs, in short: thousands of them with all their fields are many megabytes.
    type: ADDED, DELETED or MODIFIED; what: the differences that matter most."""

    ref: Ref
    type: str
    what: str


class Differing:
    """What differs, by store key."""

    def __init__(self) -> None:
        self.objects: dict[str, Found] = {}
        self.everything = False
        """Whether bookkeeping and heartbeats count, too."""
        self._versions: dict[str, Versions] = {}
        self._news: set[str] = set()
        self._left: Iterator[str] = iter(())
        self._seen: set[str] = set()
        self._states: tuple[State, State] | None = None
        self._comparison: Comparison | None = None
        self.is_done = False
        """Whether all of the two states has been compared."""

    def show(self, old: State, new: State, kinds: KindRegistry) -> None:
        """Compare these from now on."""
        states = self._states
        if states is None or states[0] is not old or states[1] is not new:
            self._states = (old, new)
            self._comparison = Comparison(old, new, kinds, everything=self.everything)
            self._left, self._seen, self.is_done = self._comparison.changed_keys(), set(), False

    @property
    def note(self) -> str:
        """What one must know of addresses, "" if nothing."""
        return self._comparison.note if self._comparison is not None else ""

    def whole(self, key: str) -> ChangedObject | None:
        """All of a difference; None when there is none."""
        if self._comparison is None or key not in self.objects:
            return None
        return self._comparison.of(key)

    def take_news(self) -> set[str]:
        """The keys whose difference came, went or changed since the last time."""
        news, self._news = self._news, set()
        return news

    def count_everything(self, wanted: bool) -> None:
        self.everything, self._states, self._versions = wanted, None, {}

    def go_on(self) -> None:
        """Compare another piece."""
        comparison = self._comparison
        if comparison is None or self.is_done:
            return
        looked = 0
        for key in self._left:
            self._seen.add(key)
            versions = comparison.versions(key)
            if self._versions.get(key) == versions:
                continue
            self._versions[key] = versions
            self._put(key, comparison.of(key))
            looked += 1
            if looked == PIECE:
                return
        for key in (self._versions.keys() | self.objects.keys()) - self._seen:
            self._versions.pop(key, None)
            self._drop(key)
        self.is_done = True

    def _put(self, key: str, found: ChangedObject) -> None:
        if found.fields:
            self.objects[key] = Found(ref_of_key(key), found.type, found.what)
            self._news.add(key)
        else:
            self._drop(key)

    def _drop(self, key: str) -> None:
        if self.objects.pop(key, None) is not None:
            self._news.add(key)


def lines_of(differing: Differing, key: str, sides: tuple[Side, Side]) -> list[Line]:
    """One object on both sides."""
    found = differing.whole(key)
    if found is None:
        return [line("does not differ any more", "dim")]
    head: list[Line] = [
        (
            Cell(f"{word:<8}", "accent"),
            Cell(f"{'as it is' if obj is not None else 'not there'} at {side.shown}"),
        )
        for word, side, obj in zip(("was", "is"), sides, (found.old, found.new), strict=True)
    ]
    if differing.note:
        head.append((Cell("note    ", "accent"), Cell(differing.note)))
    return [*head, *object_lines(found.old, found.new)]
