"""expect, always, never, eventually: ASSERTION - now, or for the rest of the run.

An assertion is CEL (see `scenario.expressions`) or a condition: `{available: deployment/web}`.
`always` and `never` may have `for: DURATION`. `eventually: {..., within: DURATION}` goes on with
the next step at once, and fails if it has not come true by then (a minute if not said).
"""

from __future__ import annotations

from tuik8s.scenario.assertion import parse_assertion
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Run
from tuik8s.scenario.watching import Invariant, Promise

WITHIN_MS = 60_000


class Expect:
    """Holds now."""

    def __init__(self, value: Value) -> None:
        self._assertion, _ = parse_assertion(value, "expect")
        self.title = f"expect {self._assertion.text}"

    def run(self, run: Run) -> None:
        if not run.check(self._assertion):
            now = self._assertion.now(run)
            told = f"expect: {self._assertion.text} is false" + (f": {now}" if now else "")
            raise Failed(told, run.asked())


class Hold:
    """Holds, or does not hold, at every revision from here on."""

    def __init__(self, word: str, value: Value) -> None:
        self._assertion, others = parse_assertion(value, word, ("for",))
        self._for_ms = others["for"].duration_ms("how long it holds") if "for" in others else 0
        self._word = word
        self._place = value.place
        self.title = f"{word} {self._assertion.text}"

    def run(self, run: Run) -> None:
        ends_ms = run.now_ms + self._for_ms if self._for_ms else 0
        invariant = Invariant(self._word, self._assertion, ends_ms, self._place)
        broken = invariant.broken(run, at_once=True)
        if broken:
            raise Failed(broken, run.asked())
        run.invariants.append(invariant)


class Eventually:
    """Comes true before its time is over, while the steps go on."""

    def __init__(self, value: Value) -> None:
        self._assertion, others = parse_assertion(value, "eventually", ("within",))
        within = others.get("within")
        self._within_ms = within.duration_ms("a time at most") if within else WITHIN_MS
        self._within = str(within.raw) if within else f"{WITHIN_MS // 1000}s"
        self._place = value.place
        self.title = f"eventually {self._assertion.text} within {self._within}"

    def run(self, run: Run) -> None:
        deadline_ms = run.now_ms + self._within_ms
        promise = Promise(self._assertion, deadline_ms, self._within, self._place)
        if not (run.is_up and promise.is_kept(run)):
            run.promise(promise)


def parse_always(value: Value) -> Hold:
    return Hold("always", value)


def parse_never(value: Value) -> Hold:
    return Hold("never", value)


def parse_expect(value: Value) -> Expect:
    return Expect(value)


def parse_eventually(value: Value) -> Eventually:
    return Eventually(value)
