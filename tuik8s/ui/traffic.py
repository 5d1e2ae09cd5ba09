"""Connections and bytes per second of each endpoint over the last minute, from proxies' counts.

Pure. A proxy tells its counts when they have changed, so a difference belongs to the second in
which it was told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

KEPT_S = 60
RATE_S = 5
"""A rate is the mean of so many seconds: less would flicker."""
BARS = "▁▂▃▄▅▆▇█"

Way = tuple[str, str]
"""(service port id, endpoint address)"""


class Counts(NamedTuple):
    """What proxies have counted since they started, summed over nodes. Bytes count when closed."""

    open: int = 0
    total: int = 0
    failed: int = 0
    bytes_in: int = 0
    bytes_out: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def since(self, before: Counts) -> Counts:
        """What came after `before`; everything when a restart began at nought."""
        if self.total < before.total:
            return self
        return Counts(*(max(0, now - was) for now, was in zip(self, before, strict=True)))


class Traffic:
    """The counts of all nodes whose tables were heard."""

    def __init__(self) -> None:
        self._last: dict[str, dict[Way, Counts]] = {}
        self._seconds: dict[tuple[str, Way], dict[int, tuple[int, int]]] = defaultdict(dict)
        """(node, way) -> second -> (connections, bytes)"""

    def take(self, node: str, table: dict[str, Any]) -> None:
        """A node's routing table came."""
        second = int(table.get("at_ms", 0)) // 1000
        now = {
            (service["id"], endpoint["address"]): Counts(**(endpoint.get("tally") or {}))
            for service in table.get("services") or ()
            for endpoint in service.get("endpoints") or ()
        }
        before, self._last[node] = self._last.get(node), now
        if before is None:
            return  # when these were is not known
        for way, counts in now.items():
            new = counts.since(before.get(way, Counts()))
            if new.total or new.bytes_in or new.bytes_out:
                self._add(node, way, second, new)

    def counts(self, way: Way, nodes: Iterable[str]) -> Counts:
        """What the proxies of these nodes counted."""
        found = Counts()
        for node in nodes:
            found = found.plus(self._last.get(node, {}).get(way, Counts()))
        return found

    def in_rules(self, way: Way) -> tuple[int, int]:
        """(nodes whose proxy has the endpoint, nodes that were heard)"""
        return sum(way in ways for ways in self._last.values()), len(self._last)

    def rates(self, way: Way, nodes: Iterable[str], now_ms: int) -> tuple[float, float]:
        """(connections, bytes) per second of late."""
        first = now_ms // 1000 - RATE_S
        found = [v for node in nodes for s, v in self._of(node, way).items() if s > first]
        return sum(n for n, _ in found) / RATE_S, sum(b for _, b in found) / RATE_S

    def trend(self, way: Way, nodes: Iterable[str], now_ms: int, width: int = 12) -> str:
        """New connections of the last minute as bars, the newest at the right; "" if none."""
        sums, step = [0] * width, KEPT_S // width
        for node in nodes:
            for second, (connections, _) in self._of(node, way).items():
                index = width - 1 - max(0, now_ms // 1000 - second) // step
                if index >= 0:
                    sums[index] += connections
        return bars(sums) if any(sums) else ""

    def _of(self, node: str, way: Way) -> dict[int, tuple[int, int]]:
        return self._seconds.get((node, way), {})

    def _add(self, node: str, way: Way, second: int, new: Counts) -> None:
        seconds = self._seconds[node, way]
        connections, size = seconds.get(second, (0, 0))
        seconds[second] = connections + new.total, size + new.bytes_in + new.bytes_out
        for old in [each for each in seconds if each <= second - KEPT_S - 1]:
            del seconds[old]


def bars(values: list[int]) -> str:
    """A bar per value, the highest as high as there are; nothing is a low line."""
    most = max(values, default=0)
    if not most:
        return BARS[0] * len(values)
    return "".join(BARS[min(7, (value * 7 + most - 1) // most)] for value in values)


def short(number: float) -> str:
    """A count or rate in few cells: `0`, `0.4`, `12`, `3.4k`, `1.2M`."""
    if number < 10 and number != int(number):
        return f"{number:.1f}"
    for unit in ("", "k", "M", "G"):
        if number < 999.5 or unit == "G":
            return f"{number:.0f}{unit}" if number >= 10 or not unit else f"{number:.1f}{unit}"
        number /= 1000
    return ""
