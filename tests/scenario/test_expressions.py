"""Expressions and conditions as pure functions."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.cel import engine as cel
from tuik8s.scenario.conditions import CONDITIONS, condition_of, holds_of, summary_of
from tuik8s.scenario.expressions import BadExpression, Expression, counted, left_side


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("pods().size() == 3", "pods().size()"),
        ("a.b >= 2", "a.b"),
        ("a <2", "a"),
        ("pods('a==b').size() != 1", "pods('a==b').size()"),
        (r"x('\'') == 1", r"x('\'')"),
        ("pods().all(p, p.x == 1)", ""),
        ("a == 1 && b == 2", ""),
        ("a == 1 || b == 2", ""),
        ("a == 1 ? b : c", ""),
        ("a == b == c", ""),
        ("true", ""),
    ],
)
def test_left_side(text: str, left: str) -> None:
    assert left_side(text) == left


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a.filter(p, f(p)).size() == 1", "a.map(p, f(p), 1).size() == 1"),
        ("a.filter(p, p.x == ')').size()", "a.map(p, p.x == ')', 1).size()"),
        (
            "a.filter(p, p.b.filter(q, q).size() > 1).size()",
            "a.map(p, p.b.map(q, q, 1).size() > 1, 1).size()",
        ),
        (
            "a.filter(p, p.b.filter(q, q).size() > 1).all(r, r)",
            "a.filter(p, p.b.map(q, q, 1).size() > 1).all(r, r)",
        ),
        ("a.filter(p, p).map(p, p.x).size()", "a.filter(p, p).map(p, p.x).size()"),
        ("a.filter(p, (p", "a.filter(p, (p"),
    ],
)
def test_counting_copies_nothing(text: str, same: str) -> None:
    assert counted(text) == same


def test_what_stands_between_quotes_is_not_counted() -> None:
    text = "config('a') == 'x.filter(p, p).size()'"
    assert counted(text) == text
    both = "pods().filter(p, p.a == 'y.filter(q, q).size()').size() == 1"
    assert counted(both) == "pods().map(p, p.a == 'y.filter(q, q).size()', 1).size() == 1"


def test_counting_says_the_same() -> None:
    told = "[1, 2, 3, 4].filter(x, x % 2 == 0).size() == 2"
    assert counted(told) != told
    assert Expression(told).holds(cel.Context())
    assert not Expression(told.replace("== 2", "== 3")).holds(cel.Context())


def test_a_text_that_is_no_cel_is_refused() -> None:
    with pytest.raises(BadExpression):
        Expression("a =")


WORKLOAD = {"kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 2}}
DONE = {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}
SEEN = {**DONE, "observedGeneration": 2}
DAEMONS = {
    "desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3,
    "numberReady": 3, "observedGeneration": 2,
}  # fmt: skip


def _with(status: dict[str, Any], spec: dict[str, Any] | None = None) -> dict[str, Any]:
    return {**WORKLOAD, "spec": spec if spec is not None else WORKLOAD["spec"], "status": status}


@pytest.mark.parametrize(
    ("condition", "obj", "holds"),
    [
        ("available", _with({**DONE, "observedGeneration": 2}), True),
        ("available", _with({**DONE, "observedGeneration": 1}), False),
        ("available", _with({**DONE, "observedGeneration": 2, "replicas": 3}), False),
        ("available", _with({**DONE, "observedGeneration": 2, "updatedReplicas": 1}), False),
        ("available", _with({k: v for k, v in SEEN.items() if k != "updatedReplicas"}), False),
        ("available", {**_with(SEEN), "kind": "ReplicaSet"}, True),
        ("available", _with(DAEMONS, {}), True),
        ("available", _with({**DAEMONS, "numberAvailable": 2}, {}), False),
        ("ready", _with({**DONE, "readyReplicas": 1}), False),
        ("ready", _with(DONE), True),
        ("ready", _with({**DAEMONS, "numberReady": 2}, {}), False),
        ("ready", {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}, True),
        ("ready", {"spec": {}}, False),
        ("running", {"status": {"phase": "Running"}}, True),
        ("failed", {"status": {"conditions": [{"type": "Failed", "status": "True"}]}}, True),
        ("scheduled", {"spec": {"nodeName": "n"}}, True),
        ("gone", None, True),
        ("gone", {"metadata": {}}, False),
        ("exists", {"metadata": {}}, True),
        ("bound", {"status": {"phase": "Bound"}}, True),
    ],
)
def test_conditions(condition: str, obj: dict[str, Any] | None, holds: bool) -> None:
    assert holds_of(condition, obj) is holds


@pytest.mark.parametrize("condition", sorted(CONDITIONS.keys() - {"gone"}))
def test_nothing_holds_of_what_is_absent(condition: str) -> None:
    assert holds_of(condition, None) is False


def test_summaries_are_one_line() -> None:
    told = {"type": "Ready", "status": "False", "message": "not yet"}
    assert condition_of({"status": {"conditions": [told]}}, "Other") == ""
    assert (
        summary_of({"status": {"phase": "Pending", "conditions": [told]}})
        == "phase=Pending, Ready=False (not yet)"
    )
    assert summary_of({}) == "no status"
