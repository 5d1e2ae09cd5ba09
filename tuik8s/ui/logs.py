"""Lines of logs on one time axis: parsed, merged, drawn; also JSON lines as fields. Pure."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import merge
from typing import Any, Final, NamedTuple

from tuik8s.api.log_lines import without_time
from tuik8s.ui.describe import shown
from tuik8s.ui.lines import Line
from tuik8s.ui.rowstore import Cell

COLOURS: Final = ("accent", "ok", "head", "warn", "dim")
MESSAGES: Final = ("message", "msg", "log")
TIMES: Final = ("time", "ts", "timestamp", "@timestamp", "t")
LEVELS: Final = ("level", "severity", "lvl")
STYLES: Final = {"e": "bad", "f": "bad", "c": "bad", "w": "warn"}
"""First letter of a level -> style."""


class LogLine(NamedTuple):
    """at: RFC 3339 with nine digits, so texts order as times do. source "": a mark."""

    at: str
    source: str
    text: str


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


def merged(written: Iterable[Sequence[LogLine]], since: str, until: str) -> list[LogLine]:
    """All lines of a span of time in the order in which they were written."""
    lines = list(merge(*written, key=lambda each: each.at))
    first = bisect_left(lines, since, key=lambda each: each.at)
    last = bisect_left(lines, until, key=lambda each: each.at)
    return lines[first:last]


def drawn(
    lines: Sequence[LogLine], *, stamped: bool, named: bool, fields: bool = False
) -> list[Line]:
    """Lines for a page; named: with who wrote each, in a colour of its own. fields: a JSON object
    as its level, message and fields."""
    colours: dict[str, str] = {}
    width = max((len(each.source) for each in lines), default=0) if named else 0
    found: list[Line] = []
    for at, source, text in lines:
        cells = []
        if stamped:
            cells.append(Cell(f"{at[11:23]} ", "dim"))
        if not source:
            found.append((*cells, Cell(text, "head")))
            continue
        if named:
            colour = colours.setdefault(source, COLOURS[len(colours) % len(COLOURS)])
            cells.append(Cell(f"{source:<{width}} ", colour))
        split = fields_of(text) if fields else None
        found.append((*cells, *(split or _plain(text))))
    return found


def _plain(text: str) -> Line:
    """A line as it is; one of a component without its time, by severity."""
    bare = without_time(text)
    return (Cell(bare, STYLES.get(bare[:1].lower(), "") if bare is not text else ""),)


def fields_of(text: str) -> Line | None:
    """A JSON object as level, message, then its other fields; None for what is none."""
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = []
    left = {key: value for key, value in found.items() if key not in TIMES}
    level = next((str(left.pop(key)) for key in LEVELS if key in left), "")
    if level:
        cells.append(Cell(f"{shown(level).upper():<5} ", STYLES.get(level[:1].lower(), "ok")))
    message = next((left.pop(key) for key in MESSAGES if key in left), None)
    if message is not None:
        cells.append(Cell(_value(message), STYLES.get(level[:1].lower(), "")))
    for key, value in left.items():
        cells += [Cell(f"  {shown(key)}=", "dim"), Cell(_value(value))]
    return tuple(cells)


def _value(value: Any) -> str:
    return shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
