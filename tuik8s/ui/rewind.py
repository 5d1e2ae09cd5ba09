"""Which moment is shown, and what moves it: steps, jumps, playing, and back to now.

    now --pause, step, go to--> a moment --step, go to--> another one --live--> now
                                   |  ^
                              play v  | pause
                              the changes after it, at a speed; at the newest it is now again

One thing is done at a time: steps asked for meanwhile add up; a jump, playing and now take the
place of whatever is under way, whose answers are not listened to any more. The moment shown changes
only when all that the screens look at has been read, so nothing of one moment is ever shown as of
another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tuik8s.api.types import Key
from tuik8s.bus.entries import Entry
from tuik8s.ui.feed import Feed
from tuik8s.ui.logbook import PAGE, Logbook, Page
from tuik8s.ui.past import LoggedChange, Moment, Past, Versions

SPEEDS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64)
WALK_MAX = PAGE
"""Farther than this a moment is read as lists; nearer by the changes between."""
AHEAD = 1_000
"""Changes that are read before they are played: a busy second, sixty-four times as fast."""
KEPT = 2
KEPT_BYTES = 32 << 20
"""Moments that were shown, for whoever goes there again; the more room they take, the fewer."""
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
        self._turn = 0
        """Grows with every wish that takes the place of another: answers to older ones are late."""
        self._busy = False
        self._steps = 0
        self._heading: int | None = None
        self._coming: Past | None = None
        self._kept: list[Past] = []
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
    def heading(self) -> int:
        """The revision that will be shown, or that is shown when nothing is under way."""
        return self.here.revision if self._heading is None else self._heading

    @property
    def is_live(self) -> bool:
        """Whether now is shown, and nothing else is about to be."""
        return self._feed.past is None and not self._busy

    # --- what a person asks for ---------------------------------------------------------------

    def live(self) -> None:
        """Back to now."""
        self._begin()
        if self._feed.past is not None:
            self._show(None)

    def pause_or_play(self) -> None:
        was_playing, past = self.is_playing, self._feed.past
        self._begin()
        if past is None:
            self._enter(self._newest())
        elif not was_playing:
            self.is_playing = True
            self._clock_ms = float(past.moment.at_ms)
            self._ticked_at_ms = self._feed.real_ms()

    def change_speed(self, by: int) -> float:
        """The next faster (1) or slower (-1) one."""
        index = SPEEDS.index(self.speed) + by
        self.speed = float(SPEEDS[max(0, min(index, len(SPEEDS) - 1))])
        return self.speed

    def step(self, count: int) -> None:
        """So many events on, or back when negative; after the jump that is under way."""
        if self.is_playing:
            self._begin()
        self._steps += count
        self._next()

    def go_to(self, revision: int) -> None:
        """The state right after a revision."""
        newest = self._newest().revision
        if revision >= newest:
            self._say(f"#{newest} is the newest revision")
            revision = newest
        turn = self._begin()
        self._busy, self._heading = True, revision

        def read(page: Page) -> None:
            if turn != self._turn:
                return
            found = page.changes[0].moment if page.changes else None
            if found is None:
                self._give_up(page.refused or f"there is nothing after #{max(0, revision - 1)}")
                return
            if found.revision != revision:
                self._say(f"the log begins at #{found.revision}")
            self._go(found)

        self._log.page(read, after=max(0, revision - 1), limit=1, values=False)

    def go_to_time(self, at_ms: int) -> None:
        """The state at a time."""
        turn = self._begin()
        self._busy = True

        def found(moment: Moment | None, refused: str) -> None:
            if turn != self._turn:
                return
            if moment is None:
                self._give_up(refused or "nothing is known of that time")
            else:
                self._go(moment)

        self._log.at(at_ms, found)

    # --- one thing at a time ------------------------------------------------------------------

    def _begin(self) -> int:
        """Let go of all that is under way; the number of the turn that begins."""
        self._turn += 1
        self.is_playing = self._busy = self._is_reading = False
        self._steps, self._heading, self._coming = 0, None, None
        self._ahead.clear()
        return self._turn

    def _give_up(self, why: str) -> None:
        self._begin()
        self._say(why)

    def _arrived(self) -> None:
        self._busy, self._heading = False, None
        self._next()

    def _next(self) -> None:
        """Go on with the steps that were asked for, unless something is under way."""
        if self._busy or not self._steps:
            return
        if self._feed.past is None:
            self._enter(self._newest())
        else:
            self._step()

    def _newest(self) -> Moment:
        return Moment(self._feed.newest_revision, self._feed.live_ms())

    def _go(self, moment: Moment) -> None:
        past = self._feed.past
        if past is not None and abs(past.moment.revision - moment.revision) <= WALK_MAX:
            self._walk(past, moment)
        else:
            self._enter(moment)

    def _enter(self, moment: Moment) -> None:
        """Read all that screens look at, then show it."""
        self._busy, self._heading = True, moment.revision
        self._coming = coming = self._past(moment)
        if not [each for each in self._feed.in_use if not coming.need(each)]:
            self._come()

    def _past(self, moment: Moment) -> Past:
        """The objects of a moment, as far as they are known."""
        for kept in self._kept:
            if kept.moment.revision == moment.revision:
                kept.moment = moment
                return kept

        def told(key: Key, entry: Entry | None) -> None:
            if self._feed.past is coming:
                self._feed.told(key, entry)

        def loaded(resource: str) -> None:
            self._on_list(coming, resource)

        coming = Past(self._feed.client, moment, loaded, told, self._known, self._feed.prepare)
        return coming

    def _known(self, resource: str) -> list[Versions]:
        return [*self._feed.known(resource), *(kept.listed(resource) for kept in self._kept)]

    def _come(self) -> None:
        past, self._coming = self._coming, None
        self._show(past)
        self._arrived()

    def _show(self, past: Past | None) -> None:
        """Show another moment, and keep the one that was shown."""
        left, room = self._feed.past, KEPT_BYTES
        kept = [each for each in (left, *self._kept) if each is not None and each is not past]
        self._kept = []
        for each in kept[:KEPT]:
            room -= each.size_bytes()
            if room >= 0 and not each.refused:
                self._kept.append(each)
        self._feed.show(past)

    def _on_list(self, past: Past, resource: str) -> None:
        if self._feed.past is past:
            self._feed.loaded(resource)
            if past.refused:
                self._say(past.refused)
            return
        if self._coming is not past or past.is_loading:
            return
        if past.refused:
            self._give_up(past.refused)
            return
        self._come()

    def _walk(self, past: Past, until: Moment) -> None:
        """Go on or back to a moment by the changes between, WALK_MAX of them at most."""
        turn, distance = self._turn, until.revision - past.moment.revision

        def walked(page: Page) -> None:
            if turn != self._turn:
                return
            if page.refused or len(page.changes) < abs(distance):
                self._give_up(page.refused or "the log has changes missing there")
                return
            for change in page.changes:
                if distance > 0:
                    past.apply(change)
                else:
                    past.revert(change, until)
            past.moment = until
            self._feed.note_move()
            self._arrived()

        self._busy, self._heading = True, until.revision
        if not distance:
            self._arrived()
        elif distance > 0:
            self._log.page(walked, after=past.moment.revision, limit=distance)
        else:
            self._log.page(walked, before=past.moment.revision + 1, limit=-distance)

    def _step(self) -> None:
        """Go on or back by the next events; heartbeats between are passed over."""
        past, sign = self._feed.past, 1 if self._steps > 0 else -1
        assert past is not None, "steps begin at a moment of the past"
        turn, self._busy = self._turn, True

        def read(page: Page) -> None:
            if turn != self._turn:
                return
            self._busy = False
            self._take_steps(past, page, sign)
            self._feed.note_move()
            self._next()

        limit = min(max(abs(self._steps) + 1, 50), PAGE)
        if sign > 0:
            self._log.page(read, after=past.moment.revision, limit=limit)
        else:
            self._log.page(read, before=past.moment.revision + 1, limit=limit)

    def _take_steps(self, past: Past, page: Page, sign: int) -> None:
        for index, change in enumerate(page.changes):
            if self._steps * sign <= 0:
                return  # as many the other way were asked for meanwhile
            if sign > 0:
                past.apply(change)
            else:
                past.revert(change, _earlier(page.changes, index))
            if change.key.resource not in QUIET:
                self._steps -= sign
        if self._steps * sign > 0 and (page.refused or len(page.changes) <= 1):
            end = "this is the newest event" if sign > 0 else "nothing older is kept"
            self._give_up(page.refused or end)

    # --- playing ------------------------------------------------------------------------------

    def tick(self) -> None:
        """Called ten times a second: while playing, show what happened up to the clock.

        The clock stands while something that it would pass is still being read.
        """
        past = self._feed.past
        real_ms = self._feed.real_ms()
        passed_ms, self._ticked_at_ms = real_ms - self._ticked_at_ms, real_ms
        if not self.is_playing or past is None or past.is_loading:
            return
        if self._has_caught_up(past):
            self.live()
            return
        self._read_ahead(past)
        if self._is_reading and not self._ahead:
            return
        self._clock_ms += passed_ms * self.speed
        if self._ahead and self._ahead[-1].moment.revision < self._feed.newest_revision:
            self._clock_ms = min(self._clock_ms, self._ahead[-1].moment.at_ms)
        while self._ahead and self._ahead[0].moment.at_ms <= self._clock_ms:
            past.apply(self._ahead.popleft())
        if self._ahead or not self._is_reading:
            past.moment = Moment(past.moment.revision, int(self._clock_ms))

    def _has_caught_up(self, past: Past) -> bool:
        """Whether nothing is left to play: it is now, or the end of a log that grows no more."""
        if self._clock_ms >= self._feed.live_ms():
            return True
        return self.ends and past.moment.revision >= self._feed.newest_revision

    def _read_ahead(self, past: Past) -> None:
        last = self._ahead[-1].moment.revision if self._ahead else past.moment.revision
        if self._is_reading or len(self._ahead) >= AHEAD or last >= self._feed.newest_revision:
            return
        turn, self._is_reading = self._turn, True

        def read(page: Page) -> None:
            if turn != self._turn:
                return
            self._is_reading = False
            if page.refused:
                self._give_up(page.refused)
            self._ahead.extend(page.changes)
            if page.changes:
                self._read_ahead(past)

        self._log.page(read, after=last, limit=PAGE)


def _earlier(changes: list[LoggedChange], index: int) -> Moment:
    """The moment before a change in a page that has the newest first."""
    if index + 1 < len(changes):
        return changes[index + 1].moment
    change = changes[index]
    return Moment(change.moment.revision - 1, change.moment.at_ms)
