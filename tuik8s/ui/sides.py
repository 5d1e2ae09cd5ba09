"""What `:diff A B` and `:vs A` compare: a moment of this cluster or of another, as after `@`.

    #4711 -10m 12:04:10 b1       a moment of this cluster (see `when`); it stays what it is
    here  live                   what is shown, and now: both move on
    NAME  NAME@-10m NAME@#4711   another cluster of this machine, such as a fork, now or then

Source of the words: `tuik8s diff`, which writes @4711 for a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tuik8s.api.times import format_time
from tuik8s.bus.client import Client
from tuik8s.ui.control import Unable
from tuik8s.ui.feed import Feed
from tuik8s.ui.logbook import Logbook
from tuik8s.ui.past import Moment
from tuik8s.ui.rewind import Rewinder
from tuik8s.ui.states import StateReader
from tuik8s.ui.when import BadMoment, parse_when

HERE, LIVE = "here", "live"
MOVES_EVERY_MS = 1_000
END_MS = 1 << 53
"""A time after every other."""

Reach = Callable[[str], Client]
"""A client of another cluster of this machine, by name. Raises Unable."""


class Goal:
    """Which moment a side wants to be at."""

    refused = ""
    """Why it cannot be known, "" when it can."""

    def moment(self) -> Moment | None:
        """What is wanted now; None while nobody knows yet."""
        return None


class Moving(Goal):
    """A moment of this cluster that moves on, or stays."""

    def __init__(self, ask: Callable[[], Moment]) -> None:
        self._ask = ask

    def moment(self) -> Moment | None:
        return self._ask()


class At(Goal):
    """The newest moment at or before a time; asked for once. before_ms: so long before it."""

    def __init__(self, client: Client, at_ms: int, before_ms: int = 0) -> None:
        self._log = Logbook(client)
        self._before_ms = before_ms
        self._moment: Moment | None = None
        self._log.at(at_ms, self._on_moment)

    def _on_moment(self, moment: Moment | None, refused: str) -> None:
        before_ms, self._before_ms = self._before_ms, 0
        if moment is not None and before_ms:
            self._log.at(moment.at_ms - before_ms, self._on_moment)
        else:
            self._moment, self.refused = moment, refused

    def moment(self) -> Moment | None:
        return self._moment


class Newest(Goal):
    """The newest of another cluster, asked for again every second by the clock at the keyboard."""

    def __init__(self, client: Client, real_ms: Callable[[], int]) -> None:
        self._client = client
        self._real_ms = real_ms
        self._moment: Moment | None = None
        self._ask()

    def _ask(self) -> None:
        self._at = At(self._client, END_MS)
        self._asked_at_ms = self._real_ms()

    def moment(self) -> Moment | None:
        found, refused = self._at.moment(), self._at.refused
        if found is not None or refused:  # an answer is waited for, however late it comes
            self._moment, self.refused = found or self._moment, refused
            if self._real_ms() - self._asked_at_ms >= MOVES_EVERY_MS:
                self._ask()
        return self._moment


class Side:
    """One of the two that are compared. text: as it was typed."""

    def __init__(
        self, text: str, client: Client, name: str, goal: Goal, only: Sequence[str] = ()
    ) -> None:
        self.text = text
        self.reader = StateReader(client, name, only)
        self._goal = goal

    @property
    def refused(self) -> str:
        """Why it cannot be read, "" if it can."""
        why = self._goal.refused or self.reader.refused
        return f"{self.text}: {why}" if why else ""

    @property
    def is_awaited(self) -> bool:
        """Whether it is yet to be read for the first time, and nothing stands in the way."""
        return self.reader.state is None and not self.refused

    def look(self) -> None:
        """Have it read on to where it is wanted now."""
        moment = self._goal.moment()
        if moment is not None:
            self.reader.follow(moment)

    @property
    def shown(self) -> str:
        """`default-f1 #4711 12:04:10`."""
        state = self.reader.state
        if state is None:
            return self.text
        at = f" {format_time(state.at_ms)[11:19]}" if state.at_ms else ""
        return f"{self.text} #{state.revision}{at}"


class Sides:
    """Makes sides of what was typed. reach: to other clusters; only: of these resources alone."""

    def __init__(
        self,
        feed: Feed,
        rewinder: Rewinder,
        bookmarks: Mapping[str, Moment],
        reach: Reach,
        only: Sequence[str] = (),
    ) -> None:
        self._feed = feed
        self._rewinder = rewinder
        self._bookmarks = bookmarks
        self._reach = reach
        self._only = only

    def pair(self, text: str, cluster: str) -> tuple[Side, Side]:
        """Both sides of `:diff A B`. cluster: the name of this one.

        Raises Unable, also where there is nothing to compare with.
        """
        words = text.split()
        if len(words) > 2:
            raise Unable(":diff takes two at most: :diff [A] [B]")
        if not words:
            words = [HERE, LIVE] if not self._rewinder.is_live else [self._newest_bookmark(), LIVE]
        if len(words) == 1:
            words.append(HERE)
        return self.side(words[0], cluster), self.side(words[1], cluster)

    def _newest_bookmark(self) -> str:
        if not self._bookmarks:
            raise Unable(
                "now is shown, and there is no bookmark to compare it with: m sets one, "
                ":diff -10m compares with ten minutes ago, :diff NAME with another cluster"
            )
        return max(self._bookmarks, key=lambda name: self._bookmarks[name].revision)

    def side(self, word: str, cluster: str) -> Side:
        """One side. cluster: the name of this one. Raises Unable."""
        feed, rewinder = self._feed, self._rewinder
        if word == LIVE:
            return Side(word, feed.client, cluster, Moving(self._newest), self._only)
        if word == HERE:
            return Side(word, feed.client, cluster, Moving(lambda: rewinder.here), self._only)
        try:
            when = parse_when(word, feed.now_ms(), feed.live_ms(), self._bookmarks)
        except BadMoment as bad:
            return self._elsewhere(word, bad)
        newest = feed.newest_revision
        if isinstance(when, Moment) and when.revision > newest:
            raise Unable(f"#{when.revision} has not happened yet, the newest is #{newest}")
        return Side(word, feed.client, cluster, _goal(feed.client, when), self._only)

    def _newest(self) -> Moment:
        return Moment(self._feed.newest_revision, self._feed.live_ms())

    def _elsewhere(self, word: str, bad: BadMoment) -> Side:
        """A side in another cluster."""
        name, _, when = word.partition("@")
        if not name:
            raise Unable(str(bad))
        try:
            then = parse_when(when, 0, self._feed.live_ms(), {}) if when else None
        except BadMoment as worse:
            raise Unable(f"{word}: {worse}") from None
        try:
            client = self._reach(name)
        except Unable as unable:
            raise Unable(f"{word!r} is no moment and no cluster: {unable}") from None
        goal = Newest(client, self._feed.real_ms) if then is None else _goal(client, then)
        return Side(word, client, name, goal, self._only)


def _goal(client: Client, when: Moment | int) -> Goal:
    """when: a time in ms, if negative so long before the newest."""
    if isinstance(when, Moment):
        return Moving(lambda: when)
    return At(client, when) if when >= 0 else At(client, END_MS, -when)
