"""The built-in verbs on a live cluster, in processes of their own, for people without kubectl."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.live import Live, until

pytestmark = [pytest.mark.real, pytest.mark.slow]

SHOP = Path(__file__).resolve().parents[2] / "examples" / "manifests" / "shop.yaml"


def test_a_shop_from_apply_to_delete(cluster: Live) -> None:
    def tuik8s(command: str, *words: str) -> str:
        done = cluster.tuik8s(command, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    words = [sys.executable, "-m", "tuik8s.cli.main", "get", "pods", "-w", "-o", "name"]
    watch = subprocess.Popen(
        [*words, "--data", str(cluster.data)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert "deployment.apps/frontend created" in tuik8s("apply", "-f", str(SHOP))

        def available() -> int:
            found = json.loads(tuik8s("get", "deploy/frontend", "-o", "json"))
            return int(found["status"].get("availableReplicas", 0))

        until(lambda: available() == 3)
        tuik8s("scale", "deploy/frontend", "--replicas", "1")
        until(lambda: available() == 1)
        assert "started" in tuik8s("logs", "deployment/frontend")
        assert "ScalingReplicaSet" in tuik8s("events", "--for", "deployment/frontend")
        assert "Events:" in tuik8s("describe", "deployment/frontend")
        tuik8s("delete", "-f", str(SHOP))
        assert tuik8s("get", "deployments", "-o", "name") == ""
    finally:
        watch.send_signal(signal.SIGINT)
        shown, _ = watch.communicate(timeout=60)
    assert watch.returncode == 130
    assert "pod/frontend-" in shown


def test_names_are_completed_by_asking_the_cluster(cluster: Live) -> None:
    words = ["words", "--", "get", "--data", str(cluster.data), "nodes", "node-"]
    command = [sys.executable, "-m", "tuik8s.cli.main", "completion", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["node-1", "node-2", "node-3"]
