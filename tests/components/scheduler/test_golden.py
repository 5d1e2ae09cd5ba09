"""Decisions of kube-scheduler 1.36.3, case by case: verdicts, scores, messages, victims.

`order-*` are not replayed here: they are about the queue.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tuik8s.components.scheduler.cycle import Outcome, try_pod
from tuik8s.components.scheduler.manifests import Admission, build_cluster
from tuik8s.components.scheduler.profiles import read_profiles

T = TypeVar("T")
CASES = Path(__file__).parents[2] / "golden" / "scheduler"
PATHS = sorted(p for p in CASES.glob("*.json*") if not p.name.startswith("order-"))


class First:
    """Chance that always takes the first."""

    def below(self, limit: int) -> int:
        return 0

    def chance(self, numerator: int, denominator: int) -> bool:
        return False

    def pick(self, items: Sequence[T]) -> T:
        return items[0]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return list(items)

    def uid(self) -> str:
        return "00000000-0000-4000-8000-000000000000"

    def suffix(self, length: int = 5) -> str:
        return "b" * length

    def bytes(self, count: int) -> bytes:
        return bytes(count)


def _refused(outcome: Outcome) -> dict[str, Any]:
    names = outcome.cycle.columns.names
    if not outcome.status.ok:
        whole = {"reason": outcome.status.reason, "plugin": outcome.status.plugin}
        return dict.fromkeys(names, whole)
    found: dict[str, tuple[str, list[str]]] = {}
    for verdict in outcome.verdicts:
        for part in verdict.parts:
            for row in part.nodes.nonzero()[0]:
                found.setdefault(names[row], (verdict.plugin, []))[1].append(part.reason)
    # Several reasons of one node were recorded sorted as text.
    return {n: {"reason": ", ".join(sorted(r)), "plugin": p} for n, (p, r) in found.items()}


def _result(outcome: Outcome, expect: dict[str, Any]) -> dict[str, Any]:
    names = outcome.cycle.columns.names
    rows = outcome.rows.tolist()
    scores = {p: dict(zip(rows, s.tolist(), strict=True)) for p, s in outcome.scores.items()}
    result = {
        "feasible": sorted(names[row] for row in rows),
        "chosen_from": sorted(names[row] for row in outcome.best.tolist()),
        "scores": {p: {names[r]: v for r, v in by.items()} for p, by in scores.items()},
        "refused": _refused(outcome),
        "plugins": sorted(outcome.refusing_plugins()),
        "nominated": outcome.nominated or None,
        "victims": sorted(pod.name for pod in outcome.victims),
        "message": outcome.message,
    }
    if outcome.total is not None:
        totals = zip(rows, outcome.total.tolist(), strict=True)
        result["total"] = {names[r]: v for r, v in totals}
    return {key: result[key] for key in expect if key in result}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.split(".")[0])
def test_decision_is_upstreams(path: Path) -> None:
    data = path.read_bytes()
    case = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    admission = Admission(case["objects"])
    cluster = build_cluster(case["objects"], admission)
    profile = read_profiles(case["config"])["default-scheduler"]
    outcome = try_pod(profile, cluster, admission.admit(case["pod"]), First())
    expect = dict(case["expect"])
    if "condition" in expect:
        expect["message"] = expect["condition"]["message"]
        assert expect["event"]["message"] == expect["message"]
    got = _result(outcome, expect)
    assert got == {key: expect[key] for key in got}
