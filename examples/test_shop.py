"""A test of your own application: needs nothing but `pip install tuik8s pytest`.

    pytest examples/test_shop.py

Every test has a cluster of its own, made in milliseconds; its time passes when the test says so.
"""

import subprocess
from pathlib import Path

import pytest

SHOP = Path(__file__).parent / "manifests" / "shop.yaml"


@pytest.fixture
def shop(tuik8s_cluster):
    tuik8s_cluster.apply(SHOP)
    tuik8s_cluster.wait(available="deployment/frontend", within="30s")
    return tuik8s_cluster


def test_the_shop_moves_away_from_a_dead_node(shop):
    with shop.fault("node-stop", "node/node-2"):
        shop.advance("6m")
        alive = [
            p for p in shop.list("pods", "app=frontend") if "deletionTimestamp" not in p["metadata"]
        ]
        assert {pod["spec"]["nodeName"] for pod in alive} == {"node-1", "node-3"}
        assert shop.get("deployment/frontend")["status"]["availableReplicas"] == 3
    shop.wait(ready="node/node-2")


@pytest.mark.tuik8s(nodes=1, seed=7)
def test_one_node_is_enough(shop):
    shop.settle()
    assert {pod["status"]["phase"] for pod in shop.list("pods")} == {"Running"}


def test_kubectl_sees_the_same(shop):
    words = [
        "kubectl",
        "--kubeconfig",
        shop.kubeconfig,
        "get",
        "deployment",
        "frontend",
        "-o",
        "name",
    ]
    try:
        shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("kubectl is not here")
    assert shown == "deployment.apps/frontend\n"
