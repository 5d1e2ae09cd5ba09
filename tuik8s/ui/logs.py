"""Logs of one or many containers: which there are, what was heard of each, all on one time axis.

Each container is asked for its last lines once, then for what came since the last one it wrote.
What it wrote after the moment that is shown is left out, so logs rewind like everything else (as
far as the kubelet still has them).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import merge
from typing import NamedTuple

from tuik8s.api.selectors import selector_of, selector_of_map
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client, decode
from tuik8s.ui.describe import shown
from tuik8s.ui.lines import Line
from tuik8s.ui.rowstore import Cell

TAIL_LINES = 1_000
LINES_MAX = 20_000
"""Remembered per container; the oldest go first."""

SOURCES_MAX = 50
"""Containers that are asked at the same time."""

COLOURS = ("accent", "ok", "head", "warn", "dim")


class LogLine(NamedTuple):
    """at: RFC 3339 with nine digits, so texts order as times do."""

    at: str
    source: str
    text: str


class Source(NamedTuple):
    """One container of one pod."""

    namespace: str
    pod: str
    container: str

    def __str__(self) -> str:
        return f"{self.pod}/{self.container}"


class LogTail:
    """What one container has written, as far as it was heard."""

    def __init__(self, client: Client, source: Source, *, previous: bool) -> None:
        self.source = source
        self.lines: list[LogLine] = []
        self.refused = ""
        """Why nothing more is heard, "" if all is well."""
        self.version = 0
        """Grows with everything that is heard."""
        self._client = client
        self._previous = previous
        self._waits = False

    def ask(self) -> None:
        """Have the new lines, unless an answer is on its way."""
        if self._waits:
            return
        self._waits = True
        query = {"timestamps": ["true"], "container": [self.source.container]}
        if self._previous:
            query["previous"] = ["true"]
        if self.lines:
            query["sinceTime"] = [self.lines[-1].at]
        else:
            query["tailLines"] = [str(TAIL_LINES)]
        request = Request(
            verb="get",
            resource="pods",
            subresource="log",
            namespace=self.source.namespace,
            name=self.source.pod,
            query=query,
        )
        self._client.call(request, self._answered)

    def _answered(self, reply: Reply) -> None:
        self._waits = False
        if not reply.ok:
            said = str(decode(reply).get("message") or f"code {reply.code}") if reply.code else ""
            self._refuse(said or "the API server does not answer")
            return
        self._refuse("")
        text = b"".join(reply.objects).decode(errors="replace")
        new = newer(self.lines, parsed(text, str(self.source)))
        if new:
            self.lines = [*self.lines, *new][-LINES_MAX:]
            self.version += 1

    def _refuse(self, why: str) -> None:
        self.version += why != self.refused
        self.refused = why


def parsed(text: str, source: str) -> list[LogLine]:
    """Lines of a log that was asked for with timestamps. Only a newline ends one: what stands after
    any other break (a progress bar's carriage return) has no timestamp of its own."""
    found = []
    for each in text.removesuffix("\n").split("\n") if text else ():
        at, _, rest = each.partition(" ")
        found.append(LogLine(at, source, shown(rest)))
    return found


def newer(known: Sequence[LogLine], heard: list[LogLine]) -> list[LogLine]:
    """What was not known of lines that begin with those of the last known instant."""
    if not known:
        return heard
    last = known[-1].at
    same = len(known) - bisect_left(known, last, key=lambda each: each.at)
    new = [each for each in heard if each.at > last]
    return [each for each in heard if each.at == last][same:] + new


def sources_of(resource: str, obj: Object, pods: Iterable[Object]) -> list[Source]:
    """The containers whose logs belong to an object: a pod's own, or those of its pods."""
    if resource == "pods":
        return _containers(obj)
    spec = obj.get("spec") or {}
    selector = spec.get("selector")
    if not selector:
        return []
    is_map = resource in ("services", "replicationcontrollers")
    wanted = selector_of_map(selector) if is_map else selector_of(selector)
    namespace = obj["metadata"].get("namespace", "")
    chosen = [
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == namespace
        and wanted.matches(pod["metadata"].get("labels") or {})
    ]
    chosen.sort(key=lambda pod: str(pod["metadata"]["name"]))
    return [source for pod in chosen for source in _containers(pod)]


def _containers(pod: Object) -> list[Source]:
    meta, spec = pod["metadata"], pod["spec"]
    names = [c["name"] for c in spec["containers"]]
    names += [c["name"] for c in spec.get("initContainers") or ()]
    return [Source(meta["namespace"], meta["name"], name) for name in names]


def merged(tails: Iterable[LogTail], since: str, until: str) -> list[LogLine]:
    """All lines of a span of time in the order in which they were written."""
    lines = list(merge(*(tail.lines for tail in tails), key=lambda each: each.at))
    first = bisect_left(lines, since, key=lambda each: each.at)
    last = bisect_left(lines, until, key=lambda each: each.at)
    return lines[first:last]


def drawn(lines: Sequence[LogLine], *, stamped: bool, named: bool) -> list[Line]:
    """Lines for a page; named: with the container that wrote each, in a colour of its own."""
    colours: dict[str, str] = {}
    width = max((len(each.source) for each in lines), default=0) if named else 0
    found: list[Line] = []
    for at, source, text in lines:
        cells = []
        if stamped:
            cells.append(Cell(f"{at[11:23]} ", "dim"))
        if named:
            colour = colours.setdefault(source, COLOURS[len(colours) % len(COLOURS)])
            cells.append(Cell(f"{source:<{width}} ", colour))
        found.append((*cells, Cell(text)))
    return found
