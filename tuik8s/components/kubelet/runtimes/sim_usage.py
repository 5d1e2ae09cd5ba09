"""What a simulated container uses: the levels of its program, and the cost of what it answered.

    cpu of a window = level, averaged over the window + requests answered in it * their cost

No chance is in it: the same program under the same load uses the same. A limit throttles: no more
processor time than that is used, and what goes beyond it is not made up for later. Memory is the
level at the window's end.

Source: our own; windows are those of cAdvisor, which looks every 10 s.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.components.kubelet.program import Level, Program
from tuik8s.components.kubelet.runtimes.base import WINDOW_MS, Usage

_NANOS = 1_000_000
"""Nanoseconds of processor time: of one milli-CPU for a second, of one for a millisecond."""


class Load:
    """Requests answered, by window; only the last whole window and the current one are kept."""

    __slots__ = ("before", "current", "earlier", "window")

    def __init__(self) -> None:
        self.window = 0
        self.current = 0
        self.before = 0
        self.earlier = 0
        """Requests of all windows before the last whole one."""

    def count(self, now_ms: int) -> None:
        self.turn(now_ms // WINDOW_MS)
        self.current += 1

    def turn(self, window: int) -> None:
        """Begin a window; nothing was answered in those between."""
        if window > self.window:
            self.earlier += self.before
            if window > self.window + 1:
                self.earlier += self.current
                self.current = 0
            self.window, self.before, self.current = window, self.current, 0


def usage_of(
    program: Program, load: Load, started_at_ms: int, limit_millis: int, now_ms: int
) -> Usage | None:
    """The usage in the last whole window, None when the container began in it or later."""
    window = now_ms // WINDOW_MS
    end_ms = window * WINDOW_MS
    begin_ms = end_ms - WINDOW_MS - started_at_ms
    if begin_ms < 0:
        return None
    load.turn(window)
    age_ms = end_ms - started_at_ms
    answered_nanos = program.request_cpu_ms * _NANOS
    used = _integral(program.cpu_millis, begin_ms, age_ms) * 1_000 + load.before * answered_nanos
    before = _integral(program.cpu_millis, 0, begin_ms) * 1_000 + load.earlier * answered_nanos
    if limit_millis:
        used = min(used, limit_millis * WINDOW_MS * 1_000)
        before = min(before, limit_millis * begin_ms * 1_000)
    rate = used * 1_000 // WINDOW_MS
    return Usage(end_ms, rate, before + used, _level(program.memory_bytes, age_ms))


def _level(levels: Sequence[Level], at_ms: int) -> int:
    return max((level for level in levels if level.at_ms <= at_ms), key=lambda x: x.at_ms).amount


def _integral(levels: Sequence[Level], begin_ms: int, end_ms: int) -> int:
    """Amount times milliseconds, over a span of a container's life."""
    total = 0
    for i, level in enumerate(levels):
        until_ms = levels[i + 1].at_ms if i + 1 < len(levels) else end_ms
        total += level.amount * max(0, min(until_ms, end_ms) - max(level.at_ms, begin_ms))
    return total
