"""Real clients on a simulated cluster in the test's process: kubectl, the Python client."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.live import needs_kubectl
from tuik8s.scenario.served import Cluster

pytestmark = [pytest.mark.real, pytest.mark.slow]

MANIFESTS = Path(__file__).resolve().parents[2] / "examples" / "manifests"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path, seed=1)
    try:
        yield found
    finally:
        found.close()


def kubectl(cluster: Cluster, *words: str) -> str:
    env = {
        **os.environ,
        "KUBECONFIG": str(cluster.kubeconfig),
        "HOME": str(cluster.kubeconfig.parent),
    }
    done = subprocess.run(["kubectl", *words], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_kubectl
def test_kubectl_sees_what_the_test_lets_happen(cluster: Cluster) -> None:
    kubectl(cluster, "apply", "-f", str(MANIFESTS / "shop.yaml"))
    assert "0/3" in kubectl(cluster, "get", "deployment", "frontend")
    cluster.wait(available="deployment/frontend")
    assert "3/3" in kubectl(cluster, "get", "deployment", "frontend")
    with cluster.fault("node-stop", "node/node-2"):
        cluster.advance("1m")
        assert "NotReady" in kubectl(cluster, "get", "node", "node-2")


@needs_kubectl
def test_kubectl_waits_while_time_runs(cluster: Cluster) -> None:
    kubectl(cluster, "create", "deployment", "web", "--image=nginx", "--replicas=2")
    with cluster.running():
        assert "successfully rolled out" in kubectl(cluster, "rollout", "status", "deployment/web")
        kubectl(cluster, "delete", "deployment", "web", "--cascade=foreground")
    assert cluster.list("pods") == []


def test_a_controller_of_the_users_own_keeps_up(cluster: Cluster) -> None:
    """What the plugin is for: an operator in Python, its clock in the test's hands."""
    kubernetes: Any = pytest.importorskip("kubernetes", reason="the kubernetes client is not here")
    api = kubernetes.client.CoreV1Api(
        kubernetes.config.new_client_from_config(str(cluster.kubeconfig))
    )
    watch = kubernetes.watch.Watch()

    def label_every_pod() -> None:
        """The operator: each pod without a team gets one."""
        for event in watch.stream(api.list_namespaced_pod, "default"):
            pod = event["object"]
            if "team" not in (pod.metadata.labels or {}):
                body = {"metadata": {"labels": {"team": "red"}}}
                api.patch_namespaced_pod(pod.metadata.name, "default", body)
            if pod.metadata.name == "last":
                return

    operator = threading.Thread(target=label_every_pod)
    operator.start()
    try:
        cluster.apply(MANIFESTS / "shop.yaml")
        cluster.wait(expr="pods('team=red').size() == 5", rate=10)
    finally:
        pod = {"name": "last", "image": "pause"}
        cluster.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "last"},
                "spec": {"containers": [pod]},
            }
        )
        operator.join(60)
    assert not operator.is_alive()
    assert api.read_namespaced_pod("last", "default").metadata.labels == {"team": "red"}
