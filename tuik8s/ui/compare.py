"""One object at two moments: as it was then, and as it is at the moment that is shown."""

from __future__ import annotations

from tuik8s.api.times import format_micro_time
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import decode, refusal_of
from tuik8s.ui.diff import object_lines
from tuik8s.ui.feed import Feed
from tuik8s.ui.lines import Line, line
from tuik8s.ui.logbook import Logbook
from tuik8s.ui.past import Moment
from tuik8s.ui.refs import Ref
from tuik8s.ui.rowstore import Cell


class Comparison:
    """Reads the object of then once. when: a revision, or a time in ms."""

    def __init__(self, feed: Feed, ref: Ref, when: Moment | int) -> None:
        self._feed = feed
        self._ref = ref
        self._then: Object | None = None
        self._told = "reading the log"
        self._moment = Moment(0, 0)
        if isinstance(when, Moment):
            self._read(when, "")
        else:
            Logbook(feed.client).at(when, self._read)

    def lines(self) -> list[Line]:
        """What differs now."""
        if self._told:
            return [line(self._told, "dim")]
        now = self._feed.get(*self._ref)
        head: list[Line] = [(Cell("was     ", "accent"), Cell(self._words_of_then()))]
        shown = format_micro_time(self._feed.now_ms())[11:23]
        is_there = f"as it is at {shown}" if now is not None else f"not there at {shown}"
        head.append((Cell("is      ", "accent"), Cell(is_there)))
        return [*head, *object_lines(self._then, now)]

    def _words_of_then(self) -> str:
        moment = self._moment
        at = f" {format_micro_time(moment.at_ms)[11:23]}" if moment.at_ms else ""
        where = f"at #{moment.revision}{at}"
        return f"as it was {where}" if self._then is not None else f"not there {where}"

    def _read(self, moment: Moment | None, refused: str) -> None:
        if moment is None:
            self._told = refused
            return
        self._moment = moment
        plural, _, group = self._ref.resource.partition(".")
        query = {
            "resourceVersion": [str(moment.revision)],
            "resourceVersionMatch": ["Exact"],
        }
        request = Request(
            verb="get",
            group=group,
            version="",
            resource=plural,
            namespace=self._ref.namespace,
            name=self._ref.name,
            query=query,
        )
        self._feed.client.call(request, self._on_then)

    def _on_then(self, reply: Reply) -> None:
        if reply.ok or reply.code == 404:
            self._then = decode(reply) if reply.ok else None
            self._told = ""
        else:
            self._told = refusal_of(reply)
