"""Pods that use ConfigMaps and Secrets wait for them, and start when they appear."""

from __future__ import annotations

import pytest

from tests.components.kubelet.plant import Plant
from tuik8s.api.types import Object


@pytest.fixture
def plant() -> Plant:
    return Plant()


def config_map(name: str = "conf", **data: str) -> Object:
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def test_missing_volume_keeps_the_pod_creating(plant: Plant) -> None:
    plant.create_pod(volumes=[{"name": "v", "configMap": {"name": "conf"}}])
    plant.run_ms(4_000)
    assert plant.container()["state"]["waiting"]["reason"] == "ContainerCreating"
    message = 'MountVolume.SetUp failed for volume "v" : configmap "conf" not found'
    assert ("Warning", "FailedMount", message) in plant.events()
    again = [e for e in plant.list_("events") if e["reason"] == "FailedMount"]
    assert len(again) == 1
    assert again[0]["count"] > 1
    plant.must("create", "configmaps", config_map(a="1"))
    plant.run_ms(9_000)
    assert plant.is_ready()


def test_missing_secret_in_a_variable(plant: Plant) -> None:
    source = {"secretKeyRef": {"name": "key", "key": "token"}}
    plant.create_pod(container={"env": [{"name": "TOKEN", "valueFrom": source}]})
    plant.run_ms(2_000)
    assert plant.container()["state"]["waiting"] == {
        "reason": "CreateContainerConfigError",
        "message": 'secret "key" not found',
    }
    assert ("Warning", "Failed", 'Error: secret "key" not found') in plant.events()
    meta = {"name": "key", "namespace": "default"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": {"token": "x"}}
    plant.must("create", "secrets", secret)
    plant.run_ms(9_000)
    assert plant.is_ready()
    assert plant.container()["restartCount"] == 0


def test_variables_reach_the_container(plant: Plant) -> None:
    plant.must("create", "configmaps", config_map(color="blue"))
    source = {"configMapKeyRef": {"name": "conf", "key": "color"}}
    container = {
        "env": [{"name": "COLOR", "valueFrom": source}],
        "command": ["sh", "-c", "echo it is $COLOR; sleep 60"],
    }
    plant.create_pod(image="busybox", container=container)
    plant.run_ms(500)
    assert plant.logs().body == b"it is blue\n"


def test_many_pods_share_one_question(plant: Plant) -> None:
    plant.must("create", "configmaps", config_map())
    volumes = [{"name": "v", "configMap": {"name": "conf"}}]
    before = plant.apiserver.pipeline.requests_count
    for number in range(20):
        plant.create_pod(f"p{number}", volumes=volumes)
    plant.run_ms(500)
    assert all(plant.is_ready(f"p{number}") for number in range(20))
    per_pod = (plant.apiserver.pipeline.requests_count - before) / 20
    assert per_pod < 8
