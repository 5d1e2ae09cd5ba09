"""Liveness probes at their times, and hooks before a stop, in simulated containers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.kubelet.plant import Plant

LIVENESS = {
    "httpGet": {"port": 80},
    "initialDelaySeconds": 5,
    "periodSeconds": 10,
    "failureThreshold": 2,
}
FAILED = "Liveness probe failed: HTTP probe failed with statuscode: 503"
KILLED = "Container c failed liveness probe, will be restarted"


@pytest.fixture
def plant() -> Plant:
    return Plant()


def test_an_unhealthy_container_is_restarted_when_enough_probes_failed(plant: Plant) -> None:
    plant.create_pod(behaviour="unhealthy after 12s", container={"livenessProbe": LIVENESS})
    plant.run_ms(14_500)  # probed at 5 s
    assert ("Warning", "Unhealthy", FAILED) not in plant.events()
    plant.run_ms(1_500)  # and at 15 s: the first failure
    assert ("Warning", "Unhealthy", FAILED) in plant.events()
    assert plant.container()["restartCount"] == 0
    plant.run_ms(10_000)  # and at 25 s: the second
    assert ("Normal", "Killing", KILLED) in plant.events()
    assert plant.container()["restartCount"] == 1
    assert "running" in plant.container()["state"]
    plant.run_ms(26_000)  # the new one does the same
    assert plant.container()["restartCount"] == 2


def test_nobody_asks_a_container_without_a_probe(plant: Plant) -> None:
    plant.create_pod(behaviour="unhealthy after 1s")
    plant.run_ms(120_000)
    assert plant.container()["restartCount"] == 0


def test_an_end_comes_before_the_probe_that_would_count(plant: Plant) -> None:
    behaviour = "unhealthy after 1s; run 10s then exit 0"
    plant.create_pod(
        behaviour=behaviour, container={"livenessProbe": LIVENESS}, restartPolicy="Never"
    )
    plant.run_ms(60_000)
    assert plant.status()["phase"] == "Succeeded"
    assert ("Normal", "Killing", KILLED) not in plant.events()


@pytest.mark.parametrize(
    ("hook", "takes_ms"),
    [
        ({"sleep": {"seconds": 5}}, 5_000),
        ({"exec": {"command": ["/bin/sh", "-c", "sleep 4"]}}, 4_000),
        ({"exec": {"command": ["sleep", "3"]}}, 3_000),
        ({"exec": {"command": ["sleep", "infinity"]}}, 10_000),
        ({"httpGet": {"port": 80}}, 0),
    ],
)
def test_a_hook_holds_the_stop_back_within_the_grace(
    plant: Plant, hook: dict[str, Any], takes_ms: int
) -> None:
    container = {"lifecycle": {"preStop": hook}, "ports": [{"containerPort": 80}]}
    plant.create_pod(container=container, terminationGracePeriodSeconds=10)
    plant.run_ms(100)
    began_ms = plant.now_ms
    plant.delete_pod()
    plant.run_until(lambda: plant.pod() is None)
    assert takes_ms <= plant.now_ms - began_ms < takes_ms + 500
