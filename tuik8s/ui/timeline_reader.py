"""Fills the timeline from the log: backwards when the dashboard opens, then what is new.

Nothing is asked while nothing happens: the newest revision that the feed heard of tells.
"""

from __future__ import annotations

from typing import Any

from tuik8s.ui.feed import EVENTS, Feed
from tuik8s.ui.leaders import Leaders
from tuik8s.ui.logbook import Logbook, Page
from tuik8s.ui.past import LoggedChange
from tuik8s.ui.timeline import FAILURE, FAULT, LEADER, PERSON, Mark, Timeline

FAULTS = "faults.chaos.tuik8s.dev"
PAGE = 1_000
BACK_PAGES = 10
EVERY_MS = 500
REMEMBERED_MAX = 5_000
"""Changes that are kept without their objects, to say what led to what."""
COMPONENTS = "system:"
PEOPLE = ("system:admin", "system:masters")
"""Of the names that begin like a component's, those that people have."""
_CROWDS = (
    ("node:", "kubelets"),
    ("kube-proxy", "proxies"),
    ("serviceaccount:kube-system:", "controllers"),
    ("serviceaccount:", "service accounts"),
)


class TimelineReader:
    """Reads; `look` is called on every tick."""

    def __init__(self, feed: Feed) -> None:
        self.timeline = Timeline()
        self._recent: dict[int, LoggedChange] = {}
        """revision -> the change, of the newest that were read"""
        self._event_causes: dict[tuple[str, str], int] = {}
        """namespace and name of an Event -> the revision that led to it"""
        self._feed = feed
        self._log = Logbook(feed.client)
        self.leaders = Leaders(
            self._log, lambda moment, text: self.timeline.mark(Mark(moment, LEADER, text))
        )
        self._last = 0
        self._is_reading = False
        self._before = 0
        """Reading back goes on before this revision; 0 as long as it has not begun."""
        self._pages_left = BACK_PAGES
        """So many pages are read back yet; one that is refused counts, and is asked for again."""
        self._looked_at_ms = -EVERY_MS

    def look(self) -> None:
        """Read what is new, at most twice a second."""
        now_ms, newest = self._feed.real_ms(), self._feed.newest_revision
        if self._is_reading or not newest or now_ms - self._looked_at_ms < EVERY_MS:
            return
        if not self._feed.informer(EVENTS).synced:
            return  # which of them are warnings is known from there
        self._looked_at_ms = now_ms
        if not self._before:
            self._last, self._before = newest, newest + 1
        if self._pages_left:
            self._read_back()
        elif newest > self._last:
            self._is_reading = True
            self._log.page(self._on_new, after=self._last, limit=PAGE, values=False)

    def _on_new(self, page: Page) -> None:
        self._is_reading = False
        heard = self._feed.newest_revision  # the log may be ahead of what the feed knows of Events
        changes = [each for each in page.changes if each.moment.revision <= heard]
        self.leaders.saw(changes)
        for change in changes:
            self._take(change)
            self._last = change.moment.revision
        if len(changes) == PAGE:
            self._looked_at_ms = -EVERY_MS  # there is more

    def _read_back(self) -> None:
        self._is_reading = True
        self._log.page(self._on_older, before=self._before, limit=PAGE, values=False)

    def _on_older(self, page: Page) -> None:
        self._is_reading = False
        self._pages_left -= 1
        if page.refused:
            return
        self.leaders.saw(page.changes)
        for change in page.changes:
            self._take(change)
        if len(page.changes) < PAGE:
            self._pages_left = 0
        elif self._pages_left:
            self._before = page.changes[-1].moment.revision
            self._read_back()

    def cause_of_event(self, namespace: str, name: str) -> LoggedChange | None:
        """The change that had an Event recorded, None when that is not known or long ago."""
        return self._recent.get(self._event_causes.get((namespace, name), 0))

    def _remember(self, change: LoggedChange) -> None:
        if change.key.resource != EVENTS:
            _put(self._recent, change.moment.revision, change)
        elif change.cause and change.type != "DELETED":
            _put(self._event_causes, (change.key.namespace, change.key.name), change.cause)

    def _take(self, change: LoggedChange) -> None:
        self._remember(change)
        self.timeline.count(change.moment.at_ms, lane_of(change.author))
        key = change.key
        if key.resource == FAULTS and change.type != "MODIFIED":
            ends = " ends" if change.type == "DELETED" else ""
            self._mark(change, FAULT, f"fault {key.name}{ends}")
        elif key.resource == EVENTS and change.type == "ADDED":
            self._take_event(change)
        elif _is_person(change.author) and key.resource != EVENTS:
            self._mark(change, PERSON, f"{change.author}: {change.type.lower()} {key}")

    def _take_event(self, change: LoggedChange) -> None:
        event = self._feed.informer(EVENTS).get(change.key.namespace, change.key.name)
        if event is not None and event.get("type") == "Warning":
            about = event.get("involvedObject") or {}
            what = f"{str(about.get('kind', '')).lower()}/{about.get('name', '')}"
            self._mark(change, FAILURE, f"{event.get('reason', '')} {what}")

    def _mark(self, change: LoggedChange, sign: str, text: str) -> None:
        self.timeline.mark(Mark(change.moment, sign, text))


def _put(known: dict[Any, Any], key: Any, value: Any) -> None:
    known[key] = value
    if len(known) > REMEMBERED_MAX:
        del known[next(iter(known))]


def lane_of(author: str) -> str:
    """Who made a change, with all kubelets, proxies and service accounts as one each."""
    if _is_person(author):
        return "people"
    name = author.removeprefix(COMPONENTS)
    for prefix, lane in _CROWDS:
        if name.startswith(prefix):
            return lane
    return name.rpartition(":")[2] or "api server"


def _is_person(author: str) -> bool:
    return bool(author) and (author in PEOPLE or not author.startswith(COMPONENTS))
