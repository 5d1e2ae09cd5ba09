"""How many nodes were down and pods pending over time, counted back from now by the log.

    now: 3 pending --the log, newest first--> 3, 4, 4, 5, ...

Each change of an object says whether it counted before and after, so the log's last changes are
enough. What is farther back than WALK_PAGES of them is not drawn.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tuik8s.ui.feed import Feed
from tuik8s.ui.logbook import PAGE, Logbook, Page
from tuik8s.ui.past import LoggedChange
from tuik8s.ui.timeline import BARS

WALK_PAGES = 10
STEPS_MAX = 50_000

Counts = Callable[[bytes], bool]
"""Whether an object counts, from its msgpack bytes."""


class _Condition(msgspec.Struct):
    type: str = ""
    status: str = ""


class _Status(msgspec.Struct):
    phase: str | None = "Pending"
    conditions: list[_Condition] | None = None


class _Object(msgspec.Struct):
    status: _Status | None = None


_decode = msgspec.msgpack.Decoder(_Object).decode


def _status_of(data: bytes) -> _Status:
    return _decode(data).status or _Status()


def is_pending(pod: bytes) -> bool:
    return (_status_of(pod).phase or "Pending") == "Pending"


def is_down(node: bytes) -> bool:
    conditions = _status_of(node).conditions or ()
    return not any(c.type == "Ready" and c.status == "True" for c in conditions)


class Step(NamedTuple):
    """By how much a count changed when."""

    at_ms: int
    by: int


class Level:
    """A count over time."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.known_from_ms: int | None = None
        """The earliest time of which it is known."""

    def take(self, change: LoggedChange, counts: Counts) -> None:
        before = change.before is not None and counts(change.before)
        after = change.after is not None and counts(change.after)
        at_ms = change.moment.at_ms
        if before != after:
            insort(self.steps, Step(at_ms, int(after) - int(before)))
        known = self.known_from_ms
        self.known_from_ms = at_ms if known is None else min(at_ms, known)
        if len(self.steps) > STEPS_MAX:  # it has been looked at for hours
            del self.steps[: STEPS_MAX // 8]
            self.known_from_ms = self.steps[0].at_ms

    def cells(self, width: int, start_ms: int, end_ms: int, now_value: int) -> list[int | None]:
        """The highest count within each cell; None where it is not known. now_value: the count
        after all the steps."""
        share = max(1, end_ms - start_ms) / max(1, width)
        found: list[int | None] = [None] * width
        value, at = now_value, len(self.steps)
        for cell in range(width - 1, -1, -1):
            begin_ms, cell_end_ms = start_ms + cell * share, start_ms + (cell + 1) * share
            while at and self.steps[at - 1].at_ms >= cell_end_ms:
                at, value = at - 1, value - self.steps[at - 1].by
            highest = value
            while at and self.steps[at - 1].at_ms >= begin_ms:
                at, value = at - 1, value - self.steps[at - 1].by
                highest = max(highest, value)
            if self.known_from_ms is not None and cell_end_ms > self.known_from_ms:
                found[cell] = max(0, highest)
        return found


def bars(cells: list[int | None]) -> str:
    """Counts as bars, the highest as high as it gets; a blank where nothing is known."""
    most = max((count for count in cells if count is not None), default=0)
    last = len(BARS) - 1
    return "".join(
        " " if count is None else BARS[max(1, -(-count * last // most)) if most else 1]
        for count in cells
    )


class LevelReader:
    """Reads the changes of a resource, back from now and then on. look: now and then."""

    def __init__(self, feed: Feed, resource: str, counts: Counts) -> None:
        self.level = Level()
        self._feed = feed
        self._log = Logbook(feed.client)
        self._resource = resource
        self._counts = counts
        self._last = 0
        self._is_reading = False

    def now_value(self) -> int:
        entries = self._feed.informer(self._resource).entries
        return sum(self._counts(entry.data) for entry in entries.values())

    def look(self) -> None:
        newest = self._feed.newest_revision
        if self._is_reading or newest <= self._last:
            return
        if not self._last:
            self._last = newest
            self._back(newest + 1, WALK_PAGES)
            return
        self._is_reading = True

        def read(page: Page) -> None:
            self._is_reading = False
            for change in page.changes:
                self.level.take(change, self._counts)
                self._last = max(self._last, change.moment.revision)
            if len(page.changes) < PAGE and not page.refused:
                self._last = max(self._last, newest)  # what else there is, is of other kinds

        self._log.page(read, after=self._last, key=f"{self._resource}/")

    def _back(self, before: int, pages: int) -> None:
        self._is_reading = True

        def read(page: Page) -> None:
            self._is_reading = False
            for change in page.changes:
                self.level.take(change, self._counts)
            if len(page.changes) == PAGE and pages > 1:
                self._back(page.changes[-1].moment.revision, pages - 1)
            elif len(page.changes) < PAGE and not page.refused:
                self.level.known_from_ms = 0

        self._log.page(read, before=before, key=f"{self._resource}/")
