"""What one container or process has written, as far as it was heard.

Each is asked for its last lines once, then for what came since the last one. What was written after
the moment that is shown is left out by whoever draws, so logs rewind like everything else; a
process is asked anew for the last lines before a moment that lies outside of what was heard (of
containers there is what the kubelet still has).
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.log_lines import read_lines
from tuik8s.api.types import Reply, Request
from tuik8s.bus.client import Client, refusal_of
from tuik8s.ui.describe import shown
from tuik8s.ui.log_sources import PATH, Source
from tuik8s.ui.logs import LogLine, newer, parsed

TAIL_LINES = 1_000
LINES_MAX = 20_000
"""Remembered per source; the oldest go first."""
NOW = "~"
"""After every time."""

Local = Callable[[str], list[str]]
"""The stored lines of a process on this machine, for when no API server answers."""


def nothing_local(party: str) -> list[str]:
    return []


class LogTail:
    """See the module's text. `version` grows with everything that is heard."""

    def __init__(
        self,
        client: Client,
        source: Source,
        *,
        previous: bool = False,
        local: Local = nothing_local,
    ) -> None:
        self.source = source
        self.lines: list[LogLine] = []
        self.refused = ""
        """Why nothing more is heard, "" if all is well."""
        self.version = 0
        self.is_heard = False
        """Whether anything was answered yet."""
        self._client = client
        self._previous = previous
        self._local = local
        self._waits = False
        self._from = NOW
        self._to = ""
        """All lines from the one time to the other were heard."""

    def ask(self, until: str = NOW) -> bool:
        """Have the new lines, or those before a moment; not while an answer is on its way: False.

        until: RFC 3339, the moment that is shown.
        """
        if self._waits:
            return False
        if until == NOW or not self.source.is_component:
            query = {"sinceTime": self.lines[-1].at} if self.lines else {}
            self._send(query or {"tailLines": str(TAIL_LINES)}, self._newer)
        elif not self._from <= until <= self._to:
            query = {"untilTime": until, "tailLines": str(TAIL_LINES)}
            self._send(query, lambda heard: self._before(until, heard))
        return True

    def _send(self, query: dict[str, str], take: Callable[[list[LogLine]], None]) -> None:
        self._waits = True
        source = self.source
        asked = {name: [value] for name, value in {**query, "timestamps": "true"}.items()}
        if source.is_component:
            path = f"{PATH}{source.container.replace('/', '.')}.log"
            request = Request(verb="get", path=path, query=asked)
        else:
            asked["container"] = [source.container]
            if self._previous:
                asked["previous"] = ["true"]
            request = Request(
                verb="get",
                resource="pods",
                subresource="log",
                namespace=source.namespace,
                name=source.pod,
                query=asked,
            )
        self._client.call(request, lambda reply: self._answered(reply, take))

    def _answered(self, reply: Reply, take: Callable[[list[LogLine]], None]) -> None:
        self._waits = False
        self.is_heard = True
        if reply.ok:
            self._refuse("")
            text = b"".join(reply.objects).decode(errors="replace")
            take(parsed(text, str(self.source)))
            return
        stored = [] if reply.code else self._local(self.source.container)
        if stored:
            name = str(self.source)
            self._newer([LogLine(at, name, shown(text)) for at, text in read_lines(stored)])
        self._refuse("" if stored else refusal_of(reply))

    def _newer(self, heard: list[LogLine]) -> None:
        if not self.lines:
            self._from = _first(heard)
        new = newer(self.lines, heard)
        if new:
            self.lines = [*self.lines, *new][-LINES_MAX:]
            self._to = new[-1].at
            if len(self.lines) == LINES_MAX:
                self._from = self.lines[0].at
            self.version += 1

    def _before(self, until: str, heard: list[LogLine]) -> None:
        self.lines, self._to = heard, until
        self._from = _first(heard)
        self.version += 1

    def _refuse(self, why: str) -> None:
        self.version += why != self.refused
        self.refused = why


def _first(heard: list[LogLine]) -> str:
    """From when on everything is known: fewer lines than were asked for are all there are."""
    return "" if len(heard) < TAIL_LINES else heard[0].at
