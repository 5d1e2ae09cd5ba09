"""The status that a kubelet writes: phase and conditions from the states of containers."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.types import Object
from tuik8s.bus.frames import encode
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.pod_life import Place, PodLife
from tuik8s.components.kubelet.pod_phase import phase_of, startable
from tuik8s.components.kubelet.pod_status import pod_status
from tuik8s.components.kubelet.runtimes.sim import SimRuntime

WAITS: dict[str, Any] = {}
RUNS: dict[str, Any] = {"started_at_ms": 1_000, "ordered": True, "is_ready": True}
BROKE: dict[str, Any] = {**RUNS, "ended_at_ms": 2_000, "exit_code": 1, "is_ready": False}
DONE: dict[str, Any] = {**BROKE, "exit_code": 0}
AGAIN: dict[str, Any] = {"last": {"terminated": {"exitCode": 1}}}


def made(*states: tuple[str, dict[str, Any]]) -> list[Container]:
    return [
        Container({"name": f"c{n}", "image": "app"}, kind, **state)  # type: ignore[arg-type]
        for n, (kind, state) in enumerate(states)
    ]


PHASES: tuple[tuple[str, str, list[Container]], ...] = (
    ("Pending", "Always", made(("main", WAITS))),
    ("Running", "Always", made(("main", RUNS))),
    ("Pending", "Always", made(("main", RUNS), ("main", WAITS))),
    ("Running", "Always", made(("main", RUNS), ("main", AGAIN))),
    ("Running", "Always", made(("main", BROKE))),
    ("Failed", "Never", made(("main", BROKE))),
    ("Succeeded", "Never", made(("main", DONE))),
    ("Failed", "Never", made(("main", DONE), ("main", BROKE))),
    ("Succeeded", "OnFailure", made(("main", DONE))),
    ("Running", "OnFailure", made(("main", BROKE))),
    ("Pending", "Always", made(("init", RUNS), ("main", WAITS))),
    ("Pending", "Always", made(("init", BROKE), ("main", WAITS))),
    ("Failed", "Never", made(("init", BROKE), ("main", WAITS))),
    ("Running", "Always", made(("init", DONE), ("main", RUNS))),
)


@pytest.mark.parametrize(("phase", "policy", "containers"), PHASES)
def test_phase(phase: str, policy: str, containers: list[Container]) -> None:
    assert phase_of(containers, policy, is_deleting=False) == phase


@pytest.mark.parametrize(
    ("containers", "names"),
    [
        (made(("main", WAITS), ("main", WAITS)), ["c0", "c1"]),
        (made(("init", WAITS), ("init", WAITS), ("main", WAITS)), ["c0"]),
        (made(("init", DONE), ("init", WAITS), ("main", WAITS)), ["c1"]),
        (made(("sidecar", WAITS), ("init", WAITS), ("main", WAITS)), ["c0"]),
        (made(("sidecar", RUNS), ("init", WAITS), ("main", WAITS)), ["c0", "c1"]),
        (made(("sidecar", RUNS), ("init", DONE), ("main", WAITS)), ["c0", "c2"]),
        (made(("main", DONE), ("ephemeral", WAITS)), ["c1"]),
    ],
)
def test_whose_turn_it_is(containers: list[Container], names: list[str]) -> None:
    assert [c.name for c in startable(containers)] == names


def life(*states: tuple[str, dict[str, Any]], **spec: Any) -> PodLife:
    containers = made(*states)
    pod: Object = {
        "metadata": {"name": "a", "namespace": "ns", "uid": "u", "generation": 3},
        "spec": {"containers": [c.spec for c in containers if c.kind == "main"], **spec},
    }
    place = Place("10.0.0.2", "10.9.0.1", lambda: "id", lambda *key: None, {})
    found = PodLife(pod, SimRuntime(), place)
    found.containers = containers
    found.started_at_ms = 0
    return found


def conditions(found: PodLife, now_ms: int = 5_000) -> dict[str, tuple[str, str]]:
    status = pod_status(found, "10.9.0.1", now_ms)
    return {c["type"]: (c["status"], c.get("reason", "")) for c in status["conditions"]}


def test_ready_pod() -> None:
    found = conditions(life(("main", RUNS)))
    assert set(found.values()) == {("True", "")}


def test_a_resting_pod_is_itself_when_looked_at() -> None:
    found = life(("main", RUNS))
    whole = found.pod
    for _ in range(2):
        found.rest()
        assert (found.key, found.uid) == (("ns", "a"), "u")
        assert found.pod == whole
    newer = {**whole, "metadata": {**whole["metadata"], "generation": 4}}
    found.set_pod(newer, encode(newer))
    found.rest()
    assert found.pod == newer


def test_unready_container_is_named() -> None:
    unready = {**RUNS, "is_ready": False}
    status = pod_status(life(("main", RUNS), ("main", unready)), "10.9.0.1", 5_000)
    ready = next(c for c in status["conditions"] if c["type"] == "Ready")
    assert ready["reason"] == "ContainersNotReady"
    assert ready["message"] == "containers with unready status: [c1]"
    assert ready["observedGeneration"] == status["observedGeneration"] == 3


@pytest.mark.parametrize(("state", "reason"), [(DONE, "PodCompleted"), (BROKE, "PodFailed")])
def test_ended_pod(state: dict[str, Any], reason: str) -> None:
    found = conditions(life(("main", state), restartPolicy="Never"))
    assert found["Ready"] == ("False", reason)
    assert found["ContainersReady"] == ("False", reason)


def test_incomplete_inits_are_named() -> None:
    status = pod_status(life(("init", DONE), ("init", RUNS), ("main", WAITS)), "h", 5_000)
    initialized = next(c for c in status["conditions"] if c["type"] == "Initialized")
    assert initialized["message"] == "containers with incomplete status: [c1]"


def test_condition_keeps_the_time_at_which_it_turned() -> None:
    found = life(("main", {**RUNS, "is_ready": False}))

    def turned(now_ms: int) -> str:
        status = pod_status(found, "h", now_ms)
        return next(
            str(c["lastTransitionTime"]) for c in status["conditions"] if c["type"] == "Ready"
        )

    first = turned(5_000)
    assert turned(9_000) == first
    found.containers[0].is_ready = True
    assert turned(9_000) != first
