"""The logs of a cluster's processes on the disk `logs`: which there are, and their lines by time.

    kubelet.node-1.log     of kubelet/node-1; kubelet.node-1.log.1 is the one before it
    scheduler.log

They are read from their ends, in pieces, since the newest lines are what is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tuik8s.api.log_lines import LoggedLine, read_lines
from tuik8s.world.base import Disk

LOGS: Final = "logs"
"""The name of the disk."""
BYTES_MAX: Final = 8 << 20
OLDER: Final = ".1"
"""Suffix of the file before: a full one is moved there."""
_SUFFIX: Final = ".log"
_PIECE_BYTES: Final = 64 << 10


def file_name(party: str) -> str:
    return party.replace("/", ".") + _SUFFIX


def party_of(file: str) -> str:
    """The party whose log a file is, "" when it is none."""
    name = file.removesuffix(_SUFFIX)
    return name.replace(".", "/", 1) if file.endswith(_SUFFIX) and name else ""


def parties(disk: Disk) -> list[str]:
    """Whose logs are there, by name."""
    return sorted(party for party in map(party_of, disk.names()) if party)


def tail(
    disk: Disk,
    party: str,
    *,
    since: str = "",
    until: str = "~",
    limit: int | None = None,
    wanted: Callable[[str], bool] | None = None,
) -> list[LoggedLine]:
    """The newest lines of a span of time, oldest first: from since on, up to until.

    Times are RFC 3339; limit: how many lines at most; wanted: whether a text is, None: all are. A
    party that wrote nothing has none.
    """
    found: list[LoggedLine] = []
    disk.refresh()
    for piece in _pieces(disk, file_name(party)):
        lines = read_lines(piece)
        chosen = [line for line in lines if since <= line.at <= until]
        if wanted is not None:
            chosen = [line for line in chosen if wanted(line.text)]
        found = chosen + found
        if limit is not None and len(found) > limit:
            break
        if since and lines and "" < lines[0].at < since:
            break
    return found if limit is None else found[max(0, len(found) - limit) :]


def _pieces(disk: Disk, name: str) -> Iterator[list[str]]:
    """Whole lines in pieces, the last piece first; each begins with a line that has a time."""
    rest = b""
    for file in (name, name + OLDER):
        end = disk.size(file)
        while end > 0:
            begin = max(0, end - _PIECE_BYTES)
            data = disk.read(file, begin, end - begin) + rest
            end = begin
            cut = 0 if begin == 0 else _first_line(data)
            rest, whole = data[:cut], data[cut:]
            if whole:
                yield whole.decode(errors="replace").removesuffix("\n").split("\n")
    if rest:
        yield rest.decode(errors="replace").removesuffix("\n").split("\n")


def _first_line(data: bytes) -> int:
    """Where the first line begins that has a time; at the end when there is none."""
    at = data.find(b"\n") + 1
    while at and not data[at : at + 4].isdigit():
        at = data.find(b"\n", at) + 1
    return at or len(data)
