"""expect, always, never.

Assertions in CEL, now or for the rest of the run (see `scenario.expressions`).
"""

from __future__ import annotations

from tuik8s.scenario.expressions import Expression
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run
from tuik8s.scenario.steps.wait import parse_expression


class Expect:
    """Holds now."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self.title = f"expect {expression.text}"

    def run(self, run: Run) -> None:
        if not run.holds(self._expression):
            raise Run.Failed(f"expect: {self._expression.text} is false")


class Always:
    """Holds from here to the end, at every revision."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self.title = f"always {expression.text}"

    def run(self, run: Run) -> None:
        Expect(self._expression).run(run)
        run.always.append(self._expression)


class Never:
    """Does not hold from here to the end, at any revision."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self.title = f"never {expression.text}"

    def run(self, run: Run) -> None:
        if run.holds(self._expression):
            raise Run.Failed(f"never: {self._expression.text} is true already")
        run.never.append(self._expression)


def parse_expect(value: Value) -> Expect:
    return Expect(parse_expression(value))


def parse_always(value: Value) -> Always:
    return Always(parse_expression(value))


def parse_never(value: Value) -> Never:
    return Never(parse_expression(value))
