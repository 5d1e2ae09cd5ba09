"""always, never and eventually look at every revision, until they are over."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.scenario.play import play
from tuik8s.components.store.types import Change
from tuik8s.config import ClusterConfig
from tuik8s.scenario.assertion import Assertion
from tuik8s.scenario.expressions import Expression, context_of
from tuik8s.scenario.run import Run
from tuik8s.scenario.simulated_cluster import SimulatedCluster
from tuik8s.scenario.state import State
from tuik8s.scenario.watching import Invariant

pytestmark = [pytest.mark.sim, pytest.mark.slow]

TWO = """\
- apply: web.yaml
- wait: {available: deployment/web, within: 10s}
"""
SCALED = "- scale: {deployment/web: 1}\n- advance: 5s\n"


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        pytest.param(
            TWO + "- always: \"deployment('web').spec.replicas == 2\"\n" + SCALED,
            "line 8: always: deployment('web').spec.replicas == 2 is false: "
            "deployment('web').spec.replicas is 1 (asked for at ",
            id="always",
        ),
        pytest.param(
            TWO + "- never: {pending: pod/x}\n- apply: {apiVersion: v1, kind: Pod, metadata: "
            "{name: x}, spec: {nodeSelector: {a: b}, containers: [{name: c, image: i}]}}\n",
            "line 8: never: pending pod/x is true",
            id="never",
        ),
        pytest.param(
            "- never: {exists: node/node-1}",
            "line 5: never: exists node/node-1 is true already",
            id="now",
        ),
        pytest.param(
            "- eventually: {exists: pod/x, within: 5s}\n- advance: 1m\n- mark: not reached\n",
            "line 6: eventually: exists pod/x did not come true within 5s: pod/x does not exist",
            id="eventually",
        ),
        pytest.param(
            "- eventually: {exists: pod/x, within: 2m}\n- advance: 1s\n",
            "at the end: eventually: exists pod/x did not come true within 2m",
            id="eventually, after the steps",
        ),
        pytest.param(
            TWO + "- always: {available: deployment/web, for: 1s}\n- advance: 2s\n" + SCALED,
            "",
            id="always, for a while",
        ),
        pytest.param(
            "- eventually: {available: deployment/web, within: 10s}\n" + TWO, "", id="came true"
        ),
    ],
)
def test_what_goes_on(tmp_path: Path, steps: str, reason: str) -> None:
    outcome = play(tmp_path, steps)
    assert outcome.reason.startswith(reason)
    assert outcome.verdict == ("failed" if reason else "passed"), outcome.reason


def test_what_depends_on_nothing_that_changed_is_not_asked_again() -> None:
    class Answers:
        def __init__(self) -> None:
            self.depends_on: tuple[str, ...] = ("pods/", "nodes//n")
            self.asked = 0

        def check(self, assertion: object) -> bool:
            self.asked += 1
            return True

        def depends(self) -> tuple[str, ...]:
            return self.depends_on

    def written(key: str) -> list[Change]:
        return [Change(2, "ADDED", key, b"", None, "", 0, 0)]

    run, invariant = cast(Run, Answers()), Invariant("always", cast(Assertion, None), 0, "")
    assert invariant.may_have_changed(written("any/thing/x"))
    assert invariant.broken(run) == ""
    for key, may in {
        "pods/a/b": True,
        "nodes//n": True,
        "nodes//n2": False,
        "x/y/z": False,
    }.items():
        assert invariant.may_have_changed(written(key)) is may, key
    cast(Answers, run).depends_on = ("", "pods/")
    invariant.broken(run)
    assert invariant.may_have_changed(written("x/y/z"))


@pytest.mark.parametrize(
    ("text", "depends"),
    [
        ("pods('app=x').size() == 0", ["pods/"]),
        ("deployment('web').spec.replicas == 2", ["deployments.apps/default/web"]),
        ("pods('', 'team').size() == 0", ["pods/team/"]),
        ("now() < 0", [""]),
    ],
)
def test_what_expressions_depend_on(text: str, depends: list[str]) -> None:
    cluster = SimulatedCluster(ClusterConfig(nodes=0), 1)
    cluster.start()
    state = State(cluster.apiserver)
    Expression(text).holds(context_of(state, lambda: 5))
    assert list(state.depends) == depends


def test_time_alone_breaks_what_asks_for_it(tmp_path: Path) -> None:
    steps = '- always: "now() < 1767225630"\n- advance: 1m\n'
    failure = play(tmp_path, steps).failure
    assert failure is not None
    assert 30 <= failure.at_ms // 1000 <= 45


def test_a_broken_promise_is_told_when_its_time_is_over(tmp_path: Path) -> None:
    failure = play(tmp_path, "- eventually: {exists: pod/x, within: 5s}\n- advance: 1h\n").failure
    assert failure is not None
    assert failure.at_ms // 1000 == 5
    assert failure.objects == ["pods/default/x"]


def test_liveness_runs_when_faults_are_healed(tmp_path: Path) -> None:
    steps = "- fault: {action: node-stop, target: node/node-1}\n- advance: 2m\n"
    head = "liveness:\n- expect: 'faults().size() == 0'\n- wait: {ready: node/node-1}\n"
    outcome = play(tmp_path, steps, head)
    assert outcome.verdict == "passed", outcome.reason
    phases = [(step.phase, step.title.split()[0]) for step in outcome.steps[2:]]
    assert phases == [("liveness", w) for w in ("heal", "expect", "wait", "converge:")]


def test_what_does_not_come_back_fails_liveness(tmp_path: Path) -> None:
    keep = "- patch: {deployment/web: {metadata: {finalizers: [a.io/b]}}}\n"
    head = "liveness: [{wait: {gone: deployment/web, within: 30s}}]\n"
    outcome = play(tmp_path, TWO + keep + "- delete: deployment/web\n", head)
    assert "wait gone deployment/web: not within 30s; deployment/web has " in outcome.reason
    assert (outcome.steps[-1].phase, outcome.steps[-1].verdict) == ("liveness", "failed")
