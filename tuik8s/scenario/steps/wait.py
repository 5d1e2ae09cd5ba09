"""wait: {CONDITION: OBJECT, within: DURATION} - let time pass until it holds, at most that long.

CONDITION is available, ready, exists, gone, complete, or `expr` with a CEL expression instead of
an object.
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.types import Object
from tuik8s.scenario.expressions import BadExpression, Expression
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run
from tuik8s.scenario.steps.objects import ObjectName, parse_name

WITHIN_MS = 60_000


class Wait:
    """Waits for one condition of one object."""

    def __init__(self, condition: str, target: ObjectName, within_ms: int) -> None:
        self._holds = CONDITIONS[condition]
        self._target = target
        self._within_ms = within_ms
        self.title = f"wait {condition} {target}"

    def run(self, run: Run) -> None:
        if not run.wait_until(
            lambda: run.is_up and self._holds(self._target.find(run)), self._within_ms
        ):
            raise Run.Failed(
                f"{self.title}: not within {self._within_ms / 1000:g}s; {self._now(run)}"
            )

    def _now(self, run: Run) -> str:
        found = self._target.find(run)
        if found is None:
            return f"{self._target} does not exist"
        status = found.get("status") or {}
        told = {k: v for k, v in status.items() if not isinstance(v, list | dict)}
        conditions = [
            f"{c['type']}={c['status']}" + (f" ({c['message']})" if c.get("message") else "")
            for c in status.get("conditions") or ()
        ]
        return f"{self._target} has {told} {'; '.join(conditions)}"


class WaitFor:
    """Waits for an expression."""

    def __init__(self, expression: Expression, within_ms: int) -> None:
        self._expression = expression
        self._within_ms = within_ms
        self.title = f"wait {expression.text}"

    def run(self, run: Run) -> None:
        if not run.wait_until(lambda: run.is_up and run.holds(self._expression), self._within_ms):
            raise Run.Failed(f"{self.title}: not within {self._within_ms / 1000:g}s")


def parse(value: Value) -> Wait | WaitFor:
    fields = value.fields("wait", (*CONDITIONS, "expr", "within"))
    within = fields.get("within")
    within_ms = within.duration_ms("a time to wait at most") if within else WITHIN_MS
    named = [name for name in fields if name != "within"]
    if len(named) != 1:
        raise value.bad(f"expected one condition of {', '.join((*CONDITIONS, 'expr'))} in wait")
    if named[0] == "expr":
        return WaitFor(parse_expression(fields["expr"]), within_ms)
    return Wait(named[0], parse_name(fields[named[0]]), within_ms)


def parse_expression(value: Value) -> Expression:
    try:
        return Expression(value.text("a CEL expression"))
    except BadExpression as bad:
        raise value.bad(f"not a CEL expression: {bad}") from bad


def _condition(obj: Object | None, kind: str) -> bool:
    conditions = (obj or {}).get("status", {}).get("conditions") or ()
    return any(c["type"] == kind and c["status"] == "True" for c in conditions)


def _available(obj: Object | None) -> bool:
    """All replicas of the newest spec are available, as `kubectl rollout status` says."""
    if obj is None:
        return False
    status, wanted = obj.get("status") or {}, (obj.get("spec") or {}).get("replicas", 1)
    seen = status.get("observedGeneration", 0) >= obj["metadata"].get("generation", 0)
    updated = status.get("updatedReplicas", status.get("replicas", 0))
    total = status.get("replicas", 0)
    return bool(
        seen
        and status.get("availableReplicas", 0) >= wanted
        and updated >= wanted
        and total == wanted
    )


def _complete(obj: Object | None) -> bool:
    return _condition(obj, "Complete")


def _ready(obj: Object | None) -> bool:
    return _condition(obj, "Ready")


CONDITIONS: dict[str, Callable[[Object | None], bool]] = {
    "available": _available,
    "ready": _ready,
    "exists": lambda obj: obj is not None,
    "gone": lambda obj: obj is None,
    "complete": _complete,
}
