"""What happened to one object, read from the log: who changed what, because of what, and when.

    /changes?key=KEY&before=...   the newest changes first, once
    /changes?key=KEY&after=...    what came since, each time the object has changed

At a moment of the past only what had happened by then is shown.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tuik8s.api.reasons import reason_of, shown_author
from tuik8s.api.types import Key, Object
from tuik8s.bus.client import Client, object_of
from tuik8s.ui.logbook import Logbook, OnPage, Page
from tuik8s.ui.past import LoggedChange
from tuik8s.ui.refs import Ref

LIMIT = 200
"""Changes in one answer, with their objects."""

REMEMBERED_MAX = 1_000
RETRY_MS = 2_000
"""After a refusal, or when nobody answers."""

END = (1 << 62) - 1
"""A revision after every other."""


class LogChange(NamedTuple):
    """One change of the log; before and after are None when there was no object."""

    revision: int
    at_ms: int
    type: str
    ref: Ref
    author: str
    cause: int
    before: Object | None
    after: Object | None

    @property
    def by(self) -> str:
        return shown_author(self.author)

    @property
    def what(self) -> str:
        """What it did, in a line."""
        return reason_of(Key(*self.ref), self.before, self.after)


def change_of(logged: LoggedChange) -> LogChange:
    """With its objects decoded, for people to look at."""
    key, moment = logged.key, logged.moment
    before = None if logged.before is None else object_of(logged.before)
    after = None if logged.after is None else object_of(logged.after)
    what = "ADDED" if before is None else "DELETED" if after is None else "MODIFIED"
    ref = Ref(key.resource, key.namespace, key.name)
    return LogChange(
        moment.revision, moment.at_ms, what, ref, logged.author, logged.cause, before, after
    )


class History:
    """The changes of one object, oldest first."""

    def __init__(self, client: Client, ref: Ref) -> None:
        self.ref = ref
        self.changes: list[LogChange] = []
        self.refused = ""
        """Why the log could not be read, "" if it could."""
        self.version = 0
        """Grows with everything that is heard."""
        self._client = client
        self._log = Logbook(client)
        self._seen: Any = None
        self._waits = False
        self._has_first = False
        self._asked_at_ms = 0

    @property
    def is_loaded(self) -> bool:
        """Whether the log has answered at least once."""
        return self.version > 0

    def follow(self, stamp: Any, since_ms: int) -> None:
        """Read on when the stamp differs from that of the last answer (a resourceVersion), and
        further back until the first change or something older than since_ms is known."""
        clock_ms = self._client.world.now_ms()
        if self._waits or (self.refused and clock_ms - self._asked_at_ms < RETRY_MS):
            return
        self._asked_at_ms = clock_ms
        if not self.changes and (not self.is_loaded or stamp != self._seen or self.refused):
            self._waits = True
            self._ask(lambda page: self._on_older(page, stamp), before=END)
        elif stamp != self._seen:
            self._waits = True
            self._ask(lambda page: self._on_newer(page, stamp), after=self.changes[-1].revision)
        elif not self._has_first and self.changes and self.changes[0].at_ms > since_ms:
            self._waits = True
            self._ask(lambda page: self._on_older(page, stamp), before=self.changes[0].revision)

    def _ask(self, on_page: OnPage, *, after: int | None = None, before: int | None = None) -> None:
        self._log.page(on_page, after=after, before=before, key=self.ref.key, limit=LIMIT)

    def _on_older(self, page: Page, stamp: Any) -> None:
        found = self._take(page)
        if not page.refused:
            self._seen = stamp
            self.changes = [*found[::-1], *self.changes]
            self._has_first = len(found) < LIMIT or len(self.changes) >= REMEMBERED_MAX

    def _on_newer(self, page: Page, stamp: Any) -> None:
        found = self._take(page)
        if not page.refused:
            self._seen = stamp if len(found) < LIMIT else None  # else there are more
            self.changes = [*self.changes, *found][-REMEMBERED_MAX:]

    def _take(self, page: Page) -> list[LogChange]:
        self._waits = False
        self.refused = page.refused
        self.version += 1
        return [change_of(logged) for logged in page.changes]

    def until(self, now_ms: int) -> list[LogChange]:
        """What had happened by a moment."""
        return [change for change in self.changes if change.at_ms <= now_ms]
