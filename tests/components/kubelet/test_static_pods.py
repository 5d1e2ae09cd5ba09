"""Static pods: run from a manifest on the node, mirrored in the API."""

from __future__ import annotations

import pytest

from tests.components.kubelet.plant import Plant
from tuik8s.components.kubelet.static_pods import static_pod

MANIFEST = b"""
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - name: c
    image: nginx
"""


def write(plant: Plant, text: bytes | None, name: str = "web.yaml") -> None:
    disk = plant.simulation.disk("kubelet/node-1", "manifests/node-1")
    if text is None:
        disk.remove(name)
    else:
        disk.replace(name, text)


@pytest.fixture
def plant() -> Plant:
    plant = Plant(manifests="manifests")
    write(plant, MANIFEST)
    plant.run_ms(2_000)
    return plant


def test_mirror_shows_the_pod(plant: Plant) -> None:
    found = plant.pod("web-node-1")
    assert found is not None
    notes = found["metadata"]["annotations"]
    assert notes["kubernetes.io/config.source"] == "file"
    assert notes["kubernetes.io/config.mirror"] == notes["kubernetes.io/config.hash"]
    assert found["metadata"]["ownerReferences"][0]["kind"] == "Node"
    assert plant.is_ready("web-node-1")
    assert plant.get(found["status"]["podIP"], 80).status == 200


def test_deleted_mirror_comes_back_and_the_pod_runs_on(plant: Plant) -> None:
    before = plant.pod("web-node-1")
    assert before is not None
    plant.delete_pod("web-node-1")
    plant.run_ms(2_000)
    after = plant.pod("web-node-1")
    assert after is not None
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert after["status"]["podIP"] == before["status"]["podIP"]
    assert after["status"]["containerStatuses"] == before["status"]["containerStatuses"]


def test_removed_manifest_ends_the_pod(plant: Plant) -> None:
    write(plant, None)
    plant.run_ms(3_000)
    assert plant.pod("web-node-1") is None
    assert plant.kubelets["node-1"].statistics()["pods"] == 0


def test_changed_manifest_is_a_new_pod(plant: Plant) -> None:
    before = plant.pod("web-node-1")
    write(plant, MANIFEST.replace(b"nginx", b"nginx:2"))
    plant.run_ms(3_000)
    after = plant.pod("web-node-1")
    assert before is not None
    assert after is not None
    assert after["spec"]["containers"][0]["image"] == "nginx:2"
    assert after["metadata"]["annotations"] != before["metadata"]["annotations"]
    assert plant.is_ready("web-node-1")


@pytest.mark.parametrize(
    "text",
    [
        b"kind: Pod\nspec: [",
        b'{"kind": "Pod", ',
        b"kind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c}]}",
        b"kind: Pod\nmetadata: {name: x}\nspec: {containers: [{image: c}]}",
        b"kind: Pod\nmetadata: {name: x}\nspec: {containers: text}",
        b"kind: Pod\nmetadata: {name: x, annotations: [a]}\n"
        b"spec: {containers: [{name: c, image: i}]}",
        b"kind: Pod\nmetadata: {name: x}\n"
        b"spec: {activeDeadlineSeconds: soon, containers: [{name: c, image: i}]}",
    ],
)
def test_bad_manifest_is_passed_over(plant: Plant, text: bytes) -> None:
    write(plant, text, "bad.yaml")
    plant.run_ms(2_000)
    assert plant.is_ready("web-node-1")
    assert plant.kubelets["node-1"].statistics()["pods"] == 1


def test_port_without_a_number_ends_nothing_else(plant: Plant) -> None:
    text = b"spec: {containers: [{name: c, image: i, ports: [{name: x}]}]}"
    write(plant, b"kind: Pod\nmetadata: {name: x}\n" + text, "odd.yaml")
    plant.run_ms(2_000)
    assert plant.is_ready("web-node-1")


def test_restarted_kubelet_keeps_its_mirror(plant: Plant) -> None:
    before = plant.pod("web-node-1")
    plant.crash_kubelet()
    plant.run_ms(1_000)
    plant.start_kubelet()
    plant.run_ms(3_000)
    after = plant.pod("web-node-1")
    assert before is not None
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert plant.is_ready("web-node-1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"kind: Service", "holds one Pod"),
        (b"kind: Pod\nspec: {containers: [{name: c}]}", r"needs metadata\.name"),
        (b"kind: Pod\nmetadata: {name: x}", r"needs spec\.containers"),
    ],
)
def test_refused_manifests(text: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        static_pod(text, "node-1", 0)


def test_json_manifest() -> None:
    spec = b'{"containers": [{"name": "c", "image": "i"}]}'
    text = b'{"kind": "Pod", "metadata": {"name": "x"}, "spec": ' + spec + b"}"
    pod = static_pod(text, "node-9", 0)
    assert pod["metadata"]["name"] == "x-node-9"
    assert pod["metadata"]["namespace"] == "default"
