"""What a step asks for that outlives it: always, never, eventually."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuik8s.components.store.types import Change
from tuik8s.scenario.assertion import Assertion
from tuik8s.scenario.state import EVERYTHING

if TYPE_CHECKING:
    from tuik8s.scenario.run import Run


class _Watched:
    """An assertion that is asked again only when something changed on which its answer depends."""

    def __init__(self, assertion: Assertion) -> None:
        self._assertion = assertion
        self._depends: tuple[str, ...] = (EVERYTHING,)

    def may_have_changed(self, changes: Sequence[Change]) -> bool:
        return any(
            change.key == each or (each.endswith("/") and change.key.startswith(each)) or not each
            for change in changes
            for each in self._depends
        )

    def _holds(self, run: Run) -> bool:
        holds = run.check(self._assertion)
        self._depends = run.depends()
        return holds


class Invariant(_Watched):
    """Holds (always) or does not hold (never) at every revision until ends_ms; 0: to the end."""

    def __init__(self, word: str, assertion: Assertion, ends_ms: int, place: str) -> None:
        super().__init__(assertion)
        self._word = word
        self._place = place
        self.ends_ms = ends_ms

    def broken(self, run: Run, *, at_once: bool = False) -> str:
        """What is wrong now, "" when nothing is. at_once: where it is asked for."""
        is_true = self._holds(run)
        if is_true == (self._word == "always"):
            return ""
        now = self._assertion.now(run)
        told = f"{self._word}: {self._assertion.text} is {str(is_true).lower()}"
        since = " already" if at_once and self._word == "never" else ""
        where = "" if at_once else f" (asked for at {self._place})"
        return told + since + (f": {now}" if now else "") + where


class Promise(_Watched):
    """Comes true at some revision before its deadline (eventually)."""

    def __init__(self, assertion: Assertion, deadline_ms: int, within: str, place: str) -> None:
        super().__init__(assertion)
        self._within = within
        self._place = place
        self.deadline_ms = deadline_ms

    def is_kept(self, run: Run) -> bool:
        return self._holds(run)

    def broken(self, run: Run) -> str:
        now = self._assertion.now(run)
        told = f"eventually: {self._assertion.text} did not come true within {self._within}"
        return told + (f": {now}" if now else "") + f" (asked for at {self._place})"
