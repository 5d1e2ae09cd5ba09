"""What is answered about logs of components: the list of them, or lines of one of them.

    LOGS/                     which there are, as a page of links
    LOGS/kubelet.log          its lines, in klog's form
    LOGS/?query=kubelet       the same: upstream's node log query

    tailLines=N  sinceTime=T  sinceSeconds=N  untilTime=T  pattern=RE  timestamps=true

RE is an extended regular expression, in no more time than grows with the log: whoever asks does
not stop the process that answers.

With timestamps each line has the time before it, as lines of pods' logs have.

Source: k8s.io/kubernetes pkg/kubelet/kubelet_server_journal.go (NodeLogQuery), server.go (/logs/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from urllib.parse import quote

from tuik8s.api.log_lines import LoggedLine
from tuik8s.api.numbers import parse_int
from tuik8s.api.pattern import BadPattern, Pattern
from tuik8s.api.times import format_micro_time, parse_time
from tuik8s.world.base import Disk
from tuik8s.world.log_files import tail

TEXT: Final = "text/plain"
_HTML: Final = "text/html; charset=utf-8"
_END: Final = "~"
"""After every time."""


class LogPage(NamedTuple):
    """code: as in HTTP; body: text of the media type, or what is wrong."""

    code: int
    media: str
    body: str


def log_page(
    disk: Disk, files: Mapping[str, str], asked: str, query: Mapping[str, str], now_ms: int
) -> LogPage:
    """The answer to a request for logs.

    files: the party whose log each file is; asked: what follows LOGS/ in the path.
    """
    name = asked.strip("/")
    if not name and "query" in query:
        name = query["query"] + ".log"
    if not name:
        return LogPage(200, _HTML, _index(files))
    if name not in files:
        there = ", ".join(files) or "none; nothing was written yet"
        return LogPage(404, TEXT, f"there is no log {name}; there are: {there}\n")
    try:
        lines = _chosen(disk, files[name], query, now_ms)
    except ValueError as problem:
        return LogPage(400, TEXT, f"{problem}\n")
    stamped = query.get("timestamps") == "true"
    return LogPage(200, TEXT, text_of(lines, stamped=stamped))


def text_of(lines: Iterable[LoggedLine], *, stamped: bool) -> str:
    """Lines as the text of an answer."""
    if stamped:
        return "".join([f"{line.at} {line.text}\n" for line in lines])
    return "".join([f"{line.text}\n" for line in lines])


def _index(files: Iterable[str]) -> str:
    rows = [f'<a href="{quote(name)}">{name}</a>\n' for name in files]
    return f"<pre>\n{''.join(rows)}</pre>\n"


def _chosen(disk: Disk, party: str, query: Mapping[str, str], now_ms: int) -> list[LoggedLine]:
    """Raises ValueError with the parameter that does not read."""
    limit = _number(query, "tailLines")
    seconds = _number(query, "sinceSeconds")
    since = _time(query, "sinceTime", "")
    if seconds is not None:
        since = max(since, stamp(max(0, now_ms - seconds * 1000)))
    until = _time(query, "untilTime", _END)
    text = query.get("pattern", "")
    try:
        wanted = Pattern(text, is_extended=True).is_in if text else None
    except BadPattern as problem:
        raise ValueError(f"pattern={text}: {problem}") from problem
    return tail(disk, party, since=since, until=until, limit=limit, wanted=wanted)


def stamp(at_ms: int) -> str:
    """A time as lines have it."""
    return f"{format_micro_time(at_ms)[:-1]}000Z"


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    number = parse_int(text)
    if number is None or number < 0:
        raise ValueError(f"{name}={text}: a number, from 0")
    return number


def _time(query: Mapping[str, str], name: str, otherwise: str) -> str:
    text = query.get(name)
    if not text:
        return otherwise
    try:
        return stamp(parse_time(text))
    except ValueError:
        raise ValueError(f"{name}={text}: a time such as 2026-01-02T03:04:05Z") from None
