"""What happened when: how many changes each second, and marks worth jumping to. Pure.

!  a fault began or ended     ✗  something went wrong (a Warning)
▲  a person did something     ◆  a bookmark     L  another holds a Lease: a new leader
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log2
from typing import NamedTuple, TypeVar

from tuik8s.ui.past import Moment

FAULT, FAILURE, PERSON, BOOKMARK, LEADER = "!", "✗", "▲", "◆", "L"
RANKS = ("", PERSON, FAILURE, LEADER, BOOKMARK, FAULT)
"""Where several marks share a cell, the last of these is drawn."""
BARS = " ▁▂▃▄▅▆▇█"
SECONDS_MAX = 100_000
"""Somewhat more than the day that can be shown at once; of older ones it is forgotten what was."""
MARKS_MAX = 5_000
"""The oldest go first; bookmarks stay."""

T = TypeVar("T")


class Mark(NamedTuple):
    """A moment worth going to: its sign, and what happened in a few words."""

    moment: Moment
    sign: str
    text: str


class Column(NamedTuple):
    """One cell: a character and what it stands for: a sign, or "" for a rate."""

    text: str
    sign: str


class Timeline:
    """Collects; in any order."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.version = 0
        self.marks_version = 0
        """Grows when a mark comes or goes; `version` with every change that is counted, too."""
        self._counts: dict[int, int] = {}
        self._lanes: dict[str, dict[int, int]] = {}
        self._signs: dict[int, str] = {}
        """The gravest sign of each second."""
        self._first_ms: int | None = None

    @property
    def first_ms(self) -> int | None:
        """The earliest time that is known, None when nothing is."""
        return self._first_ms

    def count(self, at_ms: int, lane: str = "") -> None:
        """A change happened. lane: who made it."""
        second = at_ms // 1000
        self._counts[second] = self._counts.get(second, 0) + 1
        if lane:
            counts = self._lanes.setdefault(lane, {})
            counts[second] = counts.get(second, 0) + 1
        self._first_ms = at_ms if self._first_ms is None else min(self._first_ms, at_ms)
        self.version += 1
        if len(self._counts) > SECONDS_MAX:
            self._forget()

    def _forget(self) -> None:
        """Let go of the oldest eighth of the seconds; what is left is more than a day."""
        first = sorted(self._counts)[SECONDS_MAX // 8]
        self._counts, self._signs = _since(self._counts, first), _since(self._signs, first)
        lanes = {lane: _since(counts, first) for lane, counts in self._lanes.items()}
        self._lanes = {lane: counts for lane, counts in lanes.items() if counts}
        self._first_ms = first * 1000

    def mark(self, mark: Mark) -> None:
        insort(self.marks, mark)
        if len(self.marks) > MARKS_MAX:
            oldest = (i for i, each in enumerate(self.marks) if each.sign != BOOKMARK)
            del self.marks[next(oldest, 0)]
        second = mark.moment.at_ms // 1000
        if _rank(mark.sign) > _rank(self._signs.get(second, "")):
            self._signs[second] = mark.sign
        self.version += 1
        self.marks_version += 1

    def set_bookmarks(self, bookmarks: Iterable[Mark]) -> None:
        """These and no others."""
        kept = [mark for mark in self.marks if mark.sign != BOOKMARK]
        self.marks.clear()
        self._signs.clear()
        for mark in (*kept, *bookmarks):
            self.mark(mark)
        self.version += 1
        self.marks_version += 1

    def next_mark(self, revision: int, direction: int) -> Mark | None:
        """The nearest mark after (1) or before (-1) a revision."""
        known = [mark.moment.revision for mark in self.marks]
        right = bisect_right(known, revision)
        index = right if direction > 0 else bisect_left(known, revision) - 1
        return self.marks[index] if 0 <= index < len(self.marks) else None

    def columns(self, width: int, start_ms: int, end_ms: int) -> list[Column]:
        """The time between as so many cells: a bar by rate, or the sign of a mark."""
        share = max(1, end_ms - start_ms) / max(1, width)
        sums = _sums(self._counts, width, start_ms, share)
        signs = self._signs_in(width, start_ms, end_ms, share)
        return [Column(signs[i] or _bar(sums[i], share), signs[i]) for i in range(width)]

    def per_second(self, end_ms: int, seconds: int) -> list[int]:
        """How many changes each of the last seconds before a time had, the newest last."""
        last = end_ms // 1000
        return [self._counts.get(last - back, 0) for back in range(seconds - 1, -1, -1)]

    @property
    def lanes(self) -> list[str]:
        """Everybody who made changes, by name."""
        return sorted(self._lanes)

    def lane(self, name: str, width: int, start_ms: int, end_ms: int) -> str:
        """The changes that one made, as bars."""
        share = max(1, end_ms - start_ms) / max(1, width)
        sums = _sums(self._lanes.get(name, {}), width, start_ms, share)
        return "".join(_bar(count, share) for count in sums)

    def total(self, name: str, start_ms: int, end_ms: int) -> int:
        """How many changes one made between two times."""
        return sum(count for _, count in _within(self._lanes.get(name, {}), start_ms, end_ms))

    def _signs_in(self, width: int, start_ms: int, end_ms: int, share: float) -> list[str]:
        signs = [""] * width
        for second, sign in _within(self._signs, start_ms, end_ms):
            index = max(0, min(width - 1, int((second * 1000 + 500 - start_ms) / share)))
            if _rank(sign) > _rank(signs[index]):
                signs[index] = sign
        return signs


def column_of(at_ms: int, width: int, start_ms: int, end_ms: int) -> int:
    """The cell in which a time lies; the nearest one when it is outside."""
    share = max(1, end_ms - start_ms) / max(1, width)
    return max(0, min(width - 1, int((at_ms - start_ms) / share)))


def shown_range(timeline: Timeline, shown_ms: int, now_ms: int, span_ms: int) -> tuple[int, int]:
    """The times between which to draw: up to now, or around what is shown when that is long ago."""
    end_ms = now_ms if shown_ms >= now_ms - span_ms else shown_ms + span_ms // 2
    first_ms = timeline.first_ms if timeline.first_ms is not None else end_ms - 1
    start_ms = max(end_ms - span_ms, first_ms)
    return min(start_ms, shown_ms), end_ms


def _since(known: Mapping[int, T], first: int) -> dict[int, T]:
    return {second: each for second, each in known.items() if second >= first}


def _within(known: Mapping[int, T], start_ms: int, end_ms: int) -> Iterator[tuple[int, T]]:
    """What is known of the seconds between two times; no more of them is looked at than need be."""
    seconds = range(start_ms // 1000, end_ms // 1000 + 1)
    if len(seconds) < len(known):
        return ((second, known[second]) for second in seconds if second in known)
    return ((second, each) for second, each in known.items() if second in seconds)


def _sums(counts: dict[int, int], width: int, start_ms: int, share: float) -> list[int]:
    sums = [0] * width
    for second, count in _within(counts, start_ms, start_ms + int(width * share)):
        middle_ms = second * 1000 + 500 - start_ms
        if 0 <= middle_ms < width * share:
            sums[int(middle_ms / share)] += count
    return sums


def _bar(count: int, share_ms: float) -> str:
    """A character by changes a second, each step twice the one before."""
    if not count:
        return BARS[0]
    rate = count * 1000 / max(share_ms, 1000)
    return BARS[max(1, min(len(BARS) - 1, round(log2(rate + 1)) + 1))]


def _rank(sign: str) -> int:
    return RANKS.index(sign)


def summary(marks: Sequence[Mark]) -> str:
    """How many of each sign there are, for a heading."""
    counts = {sign: sum(mark.sign == sign for mark in marks) for sign in reversed(RANKS[1:])}
    return "  ".join(f"{sign} {count}" for sign, count in counts.items() if count)
