"""Cut, slow and lossy links and traffic in a whole simulated cluster, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.chaos.plant import FAULTS
from tests.components.chaos.test_cluster import Cluster, deployment
from tuik8s.config import ClusterConfig
from tuik8s.world.network import Address, HttpRequest, Refused

pytestmark = [pytest.mark.sim, pytest.mark.slow]


class Shop(Cluster):
    """Two nodes, a pod on each, and a Service before them."""

    def __init__(self) -> None:
        super().__init__(ClusterConfig(nodes=2), seed=7)
        self.start()
        self.run_ms(500)
        body = deployment(2)
        body["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"containerPort": 8080}]
        self.must("create", "deployments.apps", body)
        service = self.must(
            "create",
            "services",
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "web", "namespace": "default"},
                "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
            },
        )
        self.address = Address(service["spec"]["clusterIP"], 80)
        self.run_ms(5_000)
        assert self.ready_on() == ["node-1", "node-2"]

    def asks(self, count: int = 40) -> list[int]:
        """How long answers took, in ms; -1 for none."""
        found = []
        for number in range(count):
            client = Address("127.0.0.1", 40_000 + number)
            try:
                answer = self.simulation.connect(client, self.address, HttpRequest("GET", "/"))
                found.append(answer.delay_ms)
            except Refused:
                found.append(-1)
        return found

    def heal(self, name: str = "f") -> None:
        self.must("delete", FAULTS, "", name)
        self.run_ms(1_000)

    def scale(self, replicas: int) -> None:
        body = {"spec": {"replicas": replicas}}
        self.must("patch", "deployments.apps", "default", "web", body)
        self.run_ms(10_000)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.parametrize(
    "spec",
    [
        {"target": "component/scheduler"},
        {"target": "component/apiserver", "peer": "component/scheduler"},
    ],
)
def test_what_a_cut_off_scheduler_leaves_undone_is_done_afterwards(
    shop: Shop, spec: dict[str, str]
) -> None:
    shop.fault("f", action="link-cut", **spec)
    shop.scale(4)
    unbound = [pod for pod in shop.pods() if "nodeName" not in pod["spec"]]
    assert len(unbound) == 2
    shop.heal()
    shop.run_ms(20_000)
    assert len(shop.ready_on()) == 4


def test_nodes_that_do_not_reach_each_other_serve_from_what_they_have(shop: Shop) -> None:
    shop.fault("f", action="link-cut", target="node/node-1", peer="node/node-2")
    assert -1 not in shop.asks()
    assert shop.node_ready("node-1") == "True"
    shop.scale(1)
    answers = shop.asks()
    assert -1 in answers, "who enters at the other node reaches no pod"
    assert 0 in answers
    shop.heal()
    assert -1 not in shop.asks()


def test_lossy_traffic_of_a_service(shop: Shop) -> None:
    shop.fault("f", action="traffic-drop", target="service/web", percent=50)
    assert 8 <= shop.asks().count(-1) <= 32
    shop.heal()
    assert -1 not in shop.asks()


def test_slow_traffic_of_services_by_label(shop: Shop) -> None:
    shop.fault("f", action="traffic-delay", target="services", delay="200ms", jitter="20ms")
    assert {200 <= took_ms <= 220 for took_ms in shop.asks()} == {True}
    shop.heal()
    assert set(shop.asks()) == {0}


def told(cluster: Cluster, name: str = "f") -> Any:
    return cluster.must("get", FAULTS, "", name)["status"]


def test_nodes_that_share_a_process_are_cordoned_and_overloaded_one_by_one() -> None:
    config = ClusterConfig(nodes=4, nodes_per_process=2)
    cluster = Cluster(config, seed=7)
    cluster.start()
    cluster.run_ms(500)
    cluster.fault("f", action="node-overload", target="node/node-3", pressure="disk")
    cluster.fault("g", action="node-cordon", target="node/node-4")
    cluster.run_ms(1_000)
    taints = {
        node["metadata"]["name"]: {t["key"] for t in node["spec"].get("taints") or ()}
        for node in cluster.objects("nodes")
    }
    assert taints == {
        "node-1": set(),
        "node-2": set(),
        "node-3": {"node.kubernetes.io/disk-pressure"},
        "node-4": {"node.kubernetes.io/unschedulable"},
    }
    cluster.fault("h", action="node-stop", target="node/node-3")
    assert told(cluster, "h")["phase"] == "Refused"
    assert "--nodes-per-process 1" in told(cluster, "h")["message"]
