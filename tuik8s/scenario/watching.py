"""What a step asks for that outlives it: always, never, eventually."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.scenario.assertion import Assertion

if TYPE_CHECKING:
    from tuik8s.scenario.run import Run


class Invariant:
    """Holds (always) or does not hold (never) at every revision until ends_ms; 0: to the end."""

    def __init__(self, word: str, assertion: Assertion, ends_ms: int, place: str) -> None:
        self._word = word
        self._assertion = assertion
        self._place = place
        self.ends_ms = ends_ms

    def broken(self, run: Run, *, at_once: bool = False) -> str:
        """What is wrong now, "" when nothing is. at_once: where it is asked for."""
        is_true = run.check(self._assertion)
        if is_true == (self._word == "always"):
            return ""
        now = self._assertion.now(run)
        told = f"{self._word}: {self._assertion.text} is {str(is_true).lower()}"
        since = " already" if at_once and self._word == "never" else ""
        where = "" if at_once else f" (asked for at {self._place})"
        return told + since + (f": {now}" if now else "") + where


class Promise:
    """Comes true at some revision before its deadline (eventually)."""

    def __init__(self, assertion: Assertion, deadline_ms: int, within: str, place: str) -> None:
        self._assertion = assertion
        self._within = within
        self._place = place
        self.deadline_ms = deadline_ms

    def is_kept(self, run: Run) -> bool:
        return run.check(self._assertion)

    def broken(self, run: Run) -> str:
        now = self._assertion.now(run)
        told = f"eventually: {self._assertion.text} did not come true within {self._within}"
        return told + (f": {now}" if now else "") + f" (asked for at {self._place})"
