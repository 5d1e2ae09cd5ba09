"""wait: {CONDITION: OBJECT, within: DURATION} - let time pass until it holds, at most that long.

CONDITION is one of `scenario.conditions`, of one object or a list of them, or `expr` with a CEL
expression. Without `within` it is a minute.
"""

from __future__ import annotations

from tuik8s.scenario.assertion import parse_assertion
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Run

WITHIN_MS = 60_000


class Wait:
    """Waits for an assertion."""

    def __init__(self, value: Value) -> None:
        self._assertion, others = parse_assertion(value, "wait", ("within",))
        within = others.get("within")
        self._within_ms = within.duration_ms("a time to wait at most") if within else WITHIN_MS
        self.title = f"wait {self._assertion.text}"

    def run(self, run: Run) -> None:
        if run.wait_until(lambda: run.is_up and run.check(self._assertion), self._within_ms):
            return
        now = self._assertion.now(run)
        told = f"{self.title}: not within {self._within_ms / 1000:g}s"
        raise Failed(told + (f"; {now}" if now else ""), run.asked())


def parse(value: Value) -> Wait:
    return Wait(value)
