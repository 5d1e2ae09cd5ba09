"""What a step claims of the cluster: a CEL expression, or a condition of named objects.

"pods('app=web').size() == 3"
{expr: "pods('app=web').size() == 3"}
{available: deployment/web}       {ready: [node/node-1, node/node-2]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tuik8s.scenario.conditions import CONDITIONS, holds_of, summary_of
from tuik8s.scenario.expressions import BadExpression, Expression
from tuik8s.scenario.names import ObjectName, parse_name
from tuik8s.scenario.place import Value

if TYPE_CHECKING:
    from tuik8s.scenario.run import Run


class Assertion(Protocol):
    """It holds or not, at each moment. Both methods raise Run.Failed for what cannot be asked."""

    @property
    def text(self) -> str: ...

    def holds(self, run: Run) -> bool: ...

    def now(self, run: Run) -> str:
        """How things are instead: a reason for people, "" when the text says it all."""
        ...


class Claim:
    """An expression."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression
        self.text = expression.text

    def holds(self, run: Run) -> bool:
        return run.holds(self._expression)

    def now(self, run: Run) -> str:
        return run.left_now(self._expression)


class Condition:
    """One condition of one or more objects."""

    def __init__(self, condition: str, targets: tuple[ObjectName, ...]) -> None:
        self._condition = condition
        self._targets = targets
        self.text = f"{condition} {', '.join(map(str, targets))}"

    def holds(self, run: Run) -> bool:
        return all(holds_of(self._condition, target.find(run)) for target in self._targets)

    def now(self, run: Run) -> str:
        told = []
        for target in self._targets:
            found = target.find(run)
            if not holds_of(self._condition, found):
                shown = "does not exist" if found is None else f"has {summary_of(found)}"
                told.append(f"{target} {shown}")
        return "; ".join(told)


def parse_assertion(
    value: Value, what: str, extra: tuple[str, ...] = ()
) -> tuple[Assertion, dict[str, Value]]:
    """The assertion and the extra fields beside it. Raises BadScenario."""
    if not isinstance(value.raw, dict):
        return Claim(parse_expression(value)), {}
    fields = value.fields(what, (*CONDITIONS, "expr", *extra))
    named = [name for name in fields if name not in extra]
    if len(named) != 1:
        raise value.bad(f"expected one condition of {', '.join((*CONDITIONS, 'expr'))} in {what}")
    inner = fields[named[0]]
    others = {name: fields[name] for name in fields if name in extra}
    if named[0] == "expr":
        return Claim(parse_expression(inner)), others
    return Condition(named[0], tuple(map(parse_name, inner.one_or_more()))), others


def parse_expression(value: Value) -> Expression:
    try:
        return Expression(value.text("a CEL expression"))
    except BadExpression as bad:
        raise value.bad(f"not a CEL expression: {bad}") from bad
