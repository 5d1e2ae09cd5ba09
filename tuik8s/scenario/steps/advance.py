"""advance: DURATION - let time pass."""

from __future__ import annotations

from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run


class Advance:
    """Lets time pass."""

    def __init__(self, value: Value) -> None:
        self.duration_ms = value.duration_ms("a duration")
        self.title = f"advance {value.raw}"

    def run(self, run: Run) -> None:
        run.advance(self.duration_ms)


def parse(value: Value) -> Advance:
    return Advance(value)
