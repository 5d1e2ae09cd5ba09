"""Chains of causes in a whole cluster: what its real components wrote leads back to who began."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import deployment
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import decode
from tuik8s.config import ClusterConfig
from tuik8s.scenario.simulated_cluster import SimulatedCluster

pytestmark = [pytest.mark.sim, pytest.mark.slow]


@pytest.fixture(name="cluster", scope="module")
def _cluster() -> SimulatedCluster:
    """A deployment runs; then the node of one of its pods is stopped, until it is seen."""
    cluster = SimulatedCluster(ClusterConfig(nodes=2), 3)
    cluster.start()
    asked(cluster, "create", "deployments.apps", deployment("web", 2))
    cluster.run_ms(10_000)
    fault: dict[str, Any] = {
        "apiVersion": "chaos.tuik8s.dev/v1",
        "kind": "Fault",
        "metadata": {"name": "f"},
        "spec": {"action": "node-stop", "target": "node/node-2"},
    }
    asked(cluster, "create", "faults.chaos.tuik8s.dev", fault)
    cluster.run_ms(70_000)
    return cluster


def asked(cluster: SimulatedCluster, verb: str, *args: Any) -> Object:
    found: list[Reply] = []
    getattr(cluster.client, verb)(*args, found.append)
    assert cluster.run_until(lambda: bool(found), 10_000)
    assert found[0].ok, decode(found[0])
    return decode(found[0])


def chain(cluster: SimulatedCluster, name: str) -> list[tuple[str, str, str]]:
    """(object's kind, who, how it came to that) of each step."""
    request = Request(
        verb="get",
        group="explain.tuik8s.dev",
        version="v1",
        resource="explanations",
        namespace="default",
        name=name,
    )
    steps = asked(cluster, "call", request)["status"]["chain"]
    return [
        (s["object"]["kind"], s.get("component", s["author"]), s["because"]["how"]) for s in steps
    ]


def pods_on(cluster: SimulatedCluster, node: str) -> list[str]:
    reader = cluster.apiserver.core.reader
    return [
        pod["metadata"]["name"]
        for pod in reader.list_("pods", "default")
        if pod["spec"].get("nodeName") == node
    ]


def test_a_running_pod_leads_to_who_deployed_it(cluster: SimulatedCluster) -> None:
    (name,) = pods_on(cluster, "node-1")
    found = chain(cluster, f"pods.{name}")
    assert found[0][:2] == ("Pod", "kubelet/node-1")
    assert found[-4:] == [
        ("Pod", "scheduler", "follows"),
        ("Pod", "controller-manager/replicaset-controller", "caused"),
        ("ReplicaSet", "controller-manager/deployment-controller", "caused"),
        ("Deployment", "system:admin", "command"),
    ]


def test_what_a_stopped_node_did_leads_to_the_fault(cluster: SimulatedCluster) -> None:
    (pod,) = pods_on(cluster, "node-2")
    for name in ("nodes.node-2", f"pods.{pod}"):
        found = chain(cluster, name)
        assert found[0][1] == "controller-manager/node-controller"
        assert found[-2][2] == "fault"
        assert found[-1] == ("Fault", "system:admin", "command")
