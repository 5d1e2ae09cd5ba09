"""Faults in a whole simulated cluster: what its controllers make of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.chaos.plant import FAULTS, serve_faults
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import decode, object_of
from tuik8s.config import ClusterConfig
from tuik8s.scenario.simulated_cluster import SimulatedCluster

pytestmark = [pytest.mark.sim, pytest.mark.slow]


class Cluster(SimulatedCluster):
    """A cluster that is asked and answers at once."""

    def ask(self, verb: str, *args: Any, **more: Any) -> Reply:
        found: list[Reply] = []
        getattr(self.client, verb)(*args, found.append, **more)
        self.run_until(lambda: bool(found), 10_000)
        return found[0]

    def must(self, verb: str, *args: Any, **more: Any) -> Object:
        reply = self.ask(verb, *args, **more)
        assert reply.ok, decode(reply)
        return decode(reply)

    def objects(self, resource: str) -> list[Object]:
        return [object_of(data) for data in self.ask("list_", resource).objects]

    def pods(self) -> list[Object]:
        return self.objects("pods")

    def ready_on(self) -> list[str]:
        """The nodes of ready pods that are not on their way out."""
        return sorted(
            pod["spec"]["nodeName"]
            for pod in self.pods()
            if "deletionTimestamp" not in pod["metadata"]
            and any(
                c["type"] == "Ready" and c["status"] == "True"
                for c in pod["status"].get("conditions") or ()
            )
        )

    def node_ready(self, name: str) -> str:
        node = self.must("get", "nodes", "", name)
        conditions = {c["type"]: str(c["status"]) for c in node["status"]["conditions"]}
        return conditions["Ready"]

    def fault(self, name: str, **spec: Any) -> None:
        meta = {"name": name}
        body = {
            "apiVersion": "chaos.tuik8s.dev/v1",
            "kind": "Fault",
            "metadata": meta,
            "spec": spec,
        }
        self.must("create", FAULTS, body)
        self.run_ms(500)


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster(ClusterConfig(nodes=3), seed=7)
    made.start()
    serve_faults(made.apiserver)
    made.must("create", "deployments.apps", deployment(3))
    made.run_ms(20_000)
    assert made.ready_on() == ["node-1", "node-2", "node-3"]
    return made


def deployment(replicas: int) -> Object:
    labels = {"app": "web"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "c", "image": "web:1"}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def test_stopped_node_loses_its_pods_and_comes_back(cluster: Cluster) -> None:
    cluster.fault("f", action="node-stop", target="node/node-2")
    cluster.run_ms(70_000)
    assert cluster.node_ready("node-2") == "Unknown"
    taints = cluster.must("get", "nodes", "", "node-2")["spec"]["taints"]
    assert {t["key"] for t in taints} == {"node.kubernetes.io/unreachable"}
    cluster.run_ms(330_000)
    ready = cluster.ready_on()
    assert len(ready) == 3
    assert "node-2" not in ready
    cluster.must("delete", FAULTS, "", "f")
    cluster.run_ms(30_000)
    assert cluster.node_ready("node-2") == "True"
    assert all("deletionTimestamp" not in pod["metadata"] for pod in cluster.pods())
    assert len(cluster.pods()) == 3


@pytest.mark.parametrize("party", ["apiserver", "controller-manager", "scheduler"])
def test_killed_component_comes_back_and_catches_up(cluster: Cluster, party: str) -> None:
    cluster.fault("f", action="component-kill", target=f"component/{party}")
    cluster.run_ms(5_000)
    serve_faults(cluster.apiserver)
    assert party in cluster.components
    cluster.must("patch", "deployments.apps", "default", "web", {"spec": {"replicas": 6}})
    cluster.run_ms(30_000)
    assert len(cluster.ready_on()) == 6


def test_lossy_links_only_slow_things_down(cluster: Cluster) -> None:
    for number, node in enumerate(("node-1", "node-2", "node-3")):
        cluster.fault(f"f{number}", action="link-drop", target=f"node/{node}", percent=20)
    cluster.must("patch", "deployments.apps", "default", "web", {"spec": {"replicas": 9}})
    cluster.run_ms(90_000)
    assert len(cluster.ready_on()) == 9
    assert {cluster.node_ready(f"node-{n}") for n in (1, 2, 3)} == {"True"}
