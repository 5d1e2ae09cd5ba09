"""The cluster's bookmarks as the dashboard knows them, and what sets, renames and deletes them.

    set, rename, delete --> the API server's /bookmarks --> the log --> every other dashboard
                                                              |
    look, every two seconds  <--------------------------------'

Where nothing may be written (a log, a window that only looks) they last as long as this window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from tuik8s.api.bookmarks import PATH, BadName, Bookmark, checked_name, free_name
from tuik8s.api.types import Reply, Request
from tuik8s.bus.client import refusal_of
from tuik8s.ui.feed import Feed
from tuik8s.ui.past import Moment

EVERY_MS = 2_000

OnText = Callable[[str], None]
"""Told what went wrong, "" when nothing did."""


class Bookmarks(Mapping[str, Moment]):
    """By name; version grows with every change."""

    def __init__(self, feed: Feed) -> None:
        self.version = 0
        self._feed = feed
        self._known: dict[str, Bookmark] = {}
        self._asked_at_ms = -EVERY_MS
        self._writes = 0
        """An answer that was asked for before a write says nothing of it."""

    def __getitem__(self, name: str) -> Moment:
        found = self._known[name]
        return Moment(found.revision, found.at_ms)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def all(self) -> list[Bookmark]:
        """In time's order."""
        return sorted(self._known.values(), key=lambda each: (each.revision, each.name))

    @property
    def next_name(self) -> str:
        """What the next one is called when nobody says how."""
        return free_name(self)

    def look(self) -> None:
        """Hear what others set, every two seconds."""
        now_ms = self._feed.real_ms()
        if now_ms - self._asked_at_ms < EVERY_MS or not self._feed.newest_revision:
            return
        self._asked_at_ms, writes = now_ms, self._writes

        def answered(reply: Reply) -> None:
            if reply.ok and writes == self._writes:
                found = [_bookmark(data) for data in reply.objects]
                here = [] if not self._feed.read_only else self._known.values()
                self._take({each.name: each for each in (*here, *found)})

        self._feed.client.call(Request(verb="get", path=PATH), answered)

    def set(self, text: str, moment: Moment, told: OnText) -> None:
        """Give a moment a name, taken from where it was before."""
        try:
            name = checked_name(text)
        except BadName as bad:
            told(str(bad))
            return
        if self._feed.read_only:
            self._take({**self._known, name: Bookmark(name, moment.revision, moment.at_ms)})
            told("")
            return
        body = msgspec.msgpack.encode({"revision": moment.revision})
        request = Request(
            verb="put", path=f"{PATH}/{name}", body=body, content_type="application/msgpack"
        )

        def done(reply: Reply) -> None:
            self._take({**self._known, name: _bookmark(reply.objects[0])})

        self._write(request, done, told)

    def delete(self, name: str, told: OnText) -> None:
        def done(reply: Reply | None) -> None:
            self._take({each: kept for each, kept in self._known.items() if each != name})

        if self._feed.read_only:
            done(None)
            told("")
            return
        self._write(Request(verb="delete", path=f"{PATH}/{name}"), done, told)

    def rename(self, old: str, new: str, told: OnText) -> None:
        """The same moment by another name; refused when somebody deleted it meanwhile."""
        if old not in self._known:
            told(f"{old} is gone")
            return

        def was_set(why: str) -> None:
            if why or new.strip() == old:
                told(why)
            else:
                self.delete(old, told)

        self.set(new, self[old], was_set)

    def _write(self, request: Request, done: Callable[[Reply], None], told: OnText) -> None:
        self._writes += 1

        def answered(reply: Reply) -> None:
            self._writes += 1
            if reply.ok:
                done(reply)
                told("")
            else:
                told(refusal_of(reply))

        self._feed.client.call(request, answered)

    def _take(self, known: dict[str, Bookmark]) -> None:
        if known != self._known:
            self._known = known
            self.version += 1


def _bookmark(data: bytes) -> Bookmark:
    return msgspec.msgpack.decode(data, type=Bookmark)
