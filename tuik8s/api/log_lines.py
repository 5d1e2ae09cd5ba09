"""Lines of component logs, as they are read back: when, and what is shown of each.

    2026-01-01T00:00:01.250Z I kubelet/node-1 node_pods.py:88] "SyncLoop ADD" source="api"
    I0101 00:00:01.250000       1 node_pods.py:88] "SyncLoop ADD" source="api"       (klog's form)

What stands there without a time (the trace of a crash) belongs to the line before it.

Source: k8s.io/klog/v2 (the header; the thread is 1, as in a container).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_LINE: Final = re.compile(
    r"(\d{4}-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d\.\d{3}))Z ([IWE]) \S+ (.*)", re.DOTALL
)
_HEADER: Final = re.compile(r"([IWE])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ (.*)", re.DOTALL)


class LoggedLine(NamedTuple):
    """at: RFC 3339 with nine digits, so texts order as times do. text: in klog's form."""

    at: str
    text: str


def read_lines(lines: Iterable[str], before: str = "") -> list[LoggedLine]:
    """Stored lines with their times. before: the time of what has none at the beginning."""
    found = []
    at = before
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            found.append(LoggedLine(at, line))
            continue
        whole, month, day, clock, severity, rest = match.groups()
        at = f"{whole}000000Z"
        found.append(LoggedLine(at, f"{severity}{month}{day} {clock}000       1 {rest}"))
    return found


def without_time(text: str) -> str:
    """A line in klog's form without what says when it was written, where that is shown beside."""
    match = _HEADER.fullmatch(text)
    return f"{match[1]} {match[2]}" if match else text
