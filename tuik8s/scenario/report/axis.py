"""Time and amounts on paper: the scale that the timeline and all charts share."""

from __future__ import annotations

from typing import NamedTuple

LEFT, WIDTH, RIGHT = 150, 830, 20
"""Room for names, for time, and beside it."""
FULL_WIDTH = LEFT + WIDTH + RIGHT
TICKS = 6
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


class Axis(NamedTuple):
    """Instants as x."""

    begin_ms: int
    end_ms: int

    def x(self, at_ms: int) -> float:
        inside = min(max(at_ms, self.begin_ms), self.end_ms) - self.begin_ms
        return round(LEFT + WIDTH * inside / max(1, self.end_ms - self.begin_ms), 1)

    def ticks(self) -> list[tuple[float, str]]:
        """Round times and where they are."""
        spent_s = (self.end_ms - self.begin_ms) / 1000
        step_s = next((s for s in _STEPS_S if spent_s / s <= TICKS), 0)
        if not step_s:
            step_s = -(-int(spent_s / TICKS) // 86400) * 86400
        return [
            (self.x(self.begin_ms + at * 1000), clock_of(at * 1000))
            for at in range(0, int(spent_s) + 1, step_s)
        ]


def clock_of(ms: int, *, in_column: bool = False) -> str:
    """clock_of(3_723_400) -> "1:02:03.4". in_column: with tenths also when there are none."""
    seconds, rest = divmod(max(ms, 0), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    tenths = f".{rest // 100}" if rest >= 100 or in_column else ""
    return f"{hours}:{minutes:02}:{seconds:02}{tenths}"


def round_up(value: float) -> float:
    """The top of an amount's axis: round_up(7) -> 8; an axis has at least 1."""
    top = 1.0
    while True:
        for factor in (1, 2, 4, 5, 8):
            if value <= top * factor:
                return top * factor
        top *= 10
