"""Which moment is shown, and what moves it: steps, jumps, playing, and back to now.

    now --pause, step, go to--> a moment --step, go to--> another one --live--> now
                                   |  ^
                              play v  | pause
                              the changes after it, at a speed; at the newest it is now again

One thing is done at a time: steps asked for meanwhile add up, of jumps the last one counts. The
moment shown changes only when all that the screens look at has been read, so nothing of one moment
is ever shown as of another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tuik8s.api.types import Key
from tuik8s.bus.entries import Entry
from tuik8s.ui.feed import Feed
from tuik8s.ui.logbook import PAGE, Logbook, Page
from tuik8s.ui.past import LoggedChange, Moment, Past

SPEEDS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64)
WALK_MAX = PAGE
"""Farther than this a moment is read as lists; nearer by the changes between."""
QUIET = ("leases.coordination.k8s.io",)
"""Heartbeats are no steps: there are hundreds of them between two things that happen."""

Say = Callable[[str], None]


class Rewinder:
    """Moves the feed's moment. say: tells the person what could not be done."""

    def __init__(self, feed: Feed, say: Say) -> None:
        self.is_playing = False
        self.speed = 1.0
        self.ends = False
        """Whether the log is at its end: then playing stops there instead of waiting for more."""
        self._feed = feed
        self._log = Logbook(feed.client)
        self._say = say
        self._busy = False
        self._steps = 0
        self._jump: Moment | None = None
        self._coming: Past | None = None
        self._ahead: deque[LoggedChange] = deque()
        self._is_reading = False
        self._clock_ms = 0.0
        self._ticked_at_ms = 0

    @property
    def moment(self) -> Moment | None:
        """What is shown; None is now."""
        past = self._feed.past
        return None if past is None else past.moment

    @property
    def here(self) -> Moment:
        """The moment that is shown, also when it is now."""
        return self.moment or self._newest()

    @property
    def is_live(self) -> bool:
        """Whether now is shown, and nothing else is about to be."""
        return self._feed.past is None and self._coming is None

    # --- what a person asks for ---------------------------------------------------------------

    def live(self) -> None:
        """Back to now."""
        self._stop()
        if self._feed.past is not None:
            self._feed.show(None)

    def pause_or_play(self) -> None:
        past = self._feed.past
        if past is None:
            self._go(self._newest())
        elif self.is_playing:
            self.is_playing = False
        else:
            self._ahead.clear()
            self.is_playing = True
            self._clock_ms = float(past.moment.at_ms)
            self._ticked_at_ms = self._feed.real_ms()

    def change_speed(self, by: int) -> float:
        """The next faster (1) or slower (-1) one."""
        index = SPEEDS.index(self.speed) + by
        self.speed = float(SPEEDS[max(0, min(index, len(SPEEDS) - 1))])
        return self.speed

    def step(self, count: int) -> None:
        """So many events on, or back when negative."""
        self.is_playing = False
        self._steps += count
        self._next()

    def go_to(self, revision: int) -> None:
        """The state right after a revision."""
        newest = self._newest().revision
        if revision >= newest:
            self._say(f"#{newest} is the newest revision")
            revision = newest

        def read(page: Page) -> None:
            found = page.changes[0].moment if page.changes else None
            if found is None or found.revision != revision:
                self._say(page.refused or f"revision {revision} is gone")
            else:
                self._go(found)

        self._log.page(read, after=max(0, revision - 1), limit=1, values=False)

    def go_to_time(self, at_ms: int) -> None:
        """The state at a time."""

        def found(moment: Moment | None, refused: str) -> None:
            if moment is None:
                self._say(refused or "nothing is known of that time")
            else:
                self._go(moment)

        self._log.at(at_ms, found)

    # --- one thing at a time ------------------------------------------------------------------

    def _go(self, moment: Moment) -> None:
        self.is_playing = False
        self._jump, self._steps = moment, 0
        self._next()

    def _stop(self) -> None:
        self.is_playing = self._busy = False
        self._jump, self._steps, self._coming = None, 0, None
        self._ahead.clear()

    def _next(self) -> None:
        """Begin what was asked for last, unless something is under way."""
        if self._busy:
            return
        past = self._feed.past
        if self._jump is not None:
            jump, self._jump = self._jump, None
            if past is not None and abs(past.moment.revision - jump.revision) <= WALK_MAX:
                self._walk(jump.revision - past.moment.revision, jump)
            else:
                self._enter(jump)
        elif self._steps and past is None:
            self._enter(self._newest())
        elif self._steps:
            self._walk(self._steps, None)

    def _newest(self) -> Moment:
        return Moment(self._feed.newest_revision, self._feed.live_ms())

    def _enter(self, moment: Moment) -> None:
        """Read all that screens look at, then show it."""
        self._busy = True

        def told(key: Key, entry: Entry | None) -> None:
            if self._feed.past is coming:
                self._feed.told(key, entry)

        coming = Past(
            self._feed.client, moment, lambda resource: self._on_list(coming, resource), told
        )
        self._coming = coming
        for resource in self._feed.in_use:
            coming.need(resource)

    def _on_list(self, past: Past, resource: str) -> None:
        if self._feed.past is past:
            self._feed.loaded(resource)
        if self._coming is not past or past.is_loading:
            return
        self._coming, self._busy = None, False
        if past.refused:
            self._say(past.refused)
            self._steps = 0
            return
        self._feed.show(past)
        self._next()

    def _walk(self, count: int, until: Moment | None) -> None:
        """Go on or back by the changes between: to a moment, or so many events."""
        past = self._feed.past
        assert past is not None, "a walk begins at a moment of the past"
        self._busy = True

        def walked(page: Page) -> None:
            if self._feed.past is not past:
                return
            self._busy = False
            if until is None:
                self._take_steps(past, page, 1 if count > 0 else -1)
            else:
                self._take(past, page.changes, until.revision)
            self._feed.note_move()
            self._next()

        revision = past.moment.revision
        if count > 0:
            self._log.page(walked, after=revision, limit=min(max(count, 50), WALK_MAX))
        else:
            self._log.page(walked, before=revision + 1, limit=min(max(1 - count, 50), WALK_MAX))

    def _take(self, past: Past, changes: list[LoggedChange], revision: int) -> None:
        for index, change in enumerate(changes):
            if past.moment.revision == revision:
                return
            if revision > past.moment.revision:
                past.apply(change)
            else:
                past.revert(change, _earlier(changes, index))

    def _take_steps(self, past: Past, page: Page, sign: int) -> None:
        for index, change in enumerate(page.changes):
            if sign > 0:
                past.apply(change)
            else:
                past.revert(change, _earlier(page.changes, index))
            if change.key.resource not in QUIET:
                self._steps -= sign
                if self._steps * sign <= 0:
                    return
        if page.refused or len(page.changes) <= 1:
            self._steps = 0
            end = "this is the newest event" if sign > 0 else "nothing older is kept"
            self._say(page.refused or end)

    # --- playing ------------------------------------------------------------------------------

    def tick(self) -> None:
        """Called ten times a second: while playing, show what happened up to the clock."""
        past = self._feed.past
        real_ms = self._feed.real_ms()
        passed_ms, self._ticked_at_ms = real_ms - self._ticked_at_ms, real_ms
        if not self.is_playing or past is None:
            return
        if self._has_caught_up(past):
            self.live()
            return
        self._clock_ms += passed_ms * self.speed
        while self._ahead and self._ahead[0].moment.at_ms <= self._clock_ms:
            past.apply(self._ahead.popleft())
        if len(self._ahead) < WALK_MAX and not self._is_reading:
            self._read_ahead(past)
        if not self._ahead or self._ahead[0].moment.at_ms > self._clock_ms:
            past.moment = Moment(past.moment.revision, int(self._clock_ms))

    def _has_caught_up(self, past: Past) -> bool:
        """Whether nothing is left to play: it is now, or the end of a log that grows no more."""
        if self._clock_ms >= self._feed.live_ms():
            return True
        return self.ends and past.moment.revision >= self._feed.newest_revision

    def _read_ahead(self, past: Past) -> None:
        self._is_reading = True

        def read(page: Page) -> None:
            self._is_reading = False
            if self._feed.past is past and self.is_playing:
                known = self._ahead[-1] if self._ahead else None
                after = known.moment.revision if known else past.moment.revision
                self._ahead.extend(c for c in page.changes if c.moment.revision > after)

        last = self._ahead[-1].moment.revision if self._ahead else past.moment.revision
        self._log.page(read, after=last, limit=PAGE)


def _earlier(changes: list[LoggedChange], index: int) -> Moment:
    """The moment before a change in a page that has the newest first."""
    if index + 1 < len(changes):
        return changes[index + 1].moment
    change = changes[index]
    return Moment(change.moment.revision - 1, change.moment.at_ms)
