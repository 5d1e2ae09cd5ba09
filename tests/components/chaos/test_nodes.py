"""Faults of nodes in a whole simulated cluster: cordon, drain, overload, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.chaos.plant import FAULTS
from tests.components.chaos.test_cluster import Cluster, deployment
from tuik8s.api.types import Object
from tuik8s.config import ClusterConfig
from tuik8s.world.logs import WARNINGS

pytestmark = [pytest.mark.sim, pytest.mark.slow]


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster(ClusterConfig(nodes=3), seed=7)
    made.start()
    made.run_ms(500)
    made.must("create", "deployments.apps", deployment(3))
    made.run_ms(5_000)
    assert made.ready_on() == ["node-1", "node-2", "node-3"]
    return made


def node(cluster: Cluster, name: str = "node-2") -> Object:
    return cluster.must("get", "nodes", "", name)


def taints(cluster: Cluster) -> set[str]:
    return {t["key"] for t in node(cluster)["spec"].get("taints") or ()}


def condition(cluster: Cluster, kind: str) -> Object:
    found: Object = next(c for c in node(cluster)["status"]["conditions"] if c["type"] == kind)
    return found


def status(cluster: Cluster, name: str = "f") -> Object:
    found: Object = cluster.must("get", FAULTS, "", name)["status"]
    return found


def heal(cluster: Cluster, name: str = "f") -> None:
    cluster.must("delete", FAULTS, "", name)
    cluster.run_ms(1_000)
    assert not cluster.ask("get", FAULTS, "", name).ok


def scale(cluster: Cluster, replicas: int) -> None:
    body = {"spec": {"replicas": replicas}}
    cluster.must("patch", "deployments.apps", "default", "web", body)
    cluster.run_ms(5_000)


def test_a_cordoned_node_takes_no_new_pods_until_healed(cluster: Cluster) -> None:
    cluster.fault("f", action="node-cordon", target="node/node-2")
    assert node(cluster)["spec"]["unschedulable"]
    assert taints(cluster) == {"node.kubernetes.io/unschedulable"}
    scale(cluster, 6)
    assert cluster.ready_on().count("node-2") == 1
    heal(cluster)
    assert "unschedulable" not in node(cluster)["spec"]
    assert not taints(cluster)
    assert "chaos.tuik8s.dev/cordoned" not in (node(cluster)["metadata"].get("annotations") or {})
    scale(cluster, 9)
    assert cluster.ready_on().count("node-2") == 3


def test_what_an_operator_has_cordoned_stays_so(cluster: Cluster) -> None:
    cluster.must("patch", "nodes", "", "node-2", {"spec": {"unschedulable": True}})
    cluster.fault("f", action="node-cordon", target="node/node-2")
    heal(cluster)
    assert node(cluster)["spec"]["unschedulable"]


def test_a_drained_node_is_empty_and_comes_back(cluster: Cluster) -> None:
    cluster.fault("f", action="node-drain", target="node/node-2")
    cluster.run_ms(40_000)
    assert cluster.ready_on() in (["node-1", "node-1", "node-3"], ["node-1", "node-3", "node-3"])
    assert status(cluster)["targets"] == ["node/node-2"]
    heal(cluster)
    scale(cluster, 6)
    assert "node-2" in cluster.ready_on()


def budget(cluster: Cluster, least: int) -> None:
    selector = {"matchLabels": {"app": "web"}}
    cluster.must(
        "create",
        "poddisruptionbudgets.policy",
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"minAvailable": least, "selector": selector},
        },
    )
    cluster.run_ms(2_000)


def test_a_drain_waits_for_the_disruption_budget(cluster: Cluster) -> None:
    budget(cluster, 3)
    cluster.fault("f", action="node-drain", target="node/node-2")
    cluster.run_ms(30_000)
    assert cluster.ready_on() == ["node-1", "node-2", "node-3"]
    message = status(cluster)["message"]
    assert "stays: Cannot evict pod" in message
    assert "the disruption budget web needs 3" in message.lower()
    scale(cluster, 4)
    cluster.run_ms(30_000)
    assert "node-2" not in cluster.ready_on()
    assert status(cluster)["message"] == ""


def test_a_drain_goes_on_when_its_fault_is_changed(cluster: Cluster) -> None:
    budget(cluster, 3)
    cluster.fault("f", action="node-drain", target="node/node-2")
    cluster.run_ms(10_000)
    assert "node-2" in cluster.ready_on()
    cluster.must("patch", FAULTS, "", "f", {"spec": {"override": True}})
    cluster.run_ms(40_000)
    assert "node-2" not in cluster.ready_on()


def test_overriding_a_budget_is_explicit_and_logged() -> None:
    lines: list[str] = []
    cluster = Cluster(ClusterConfig(nodes=3), seed=7, sink=lines.append, verbosity=WARNINGS)
    cluster.start()
    cluster.run_ms(500)
    cluster.must("create", "deployments.apps", deployment(3))
    cluster.run_ms(5_000)
    budget(cluster, 3)
    cluster.fault("f", action="node-drain", target="node/node-2", override=True)
    cluster.run_ms(30_000)
    assert "node-2" not in cluster.ready_on()
    assert [line for line in lines if "A disruption budget is overridden" in line]


@pytest.mark.parametrize(
    ("pressure", "kind", "reason", "taint"),
    [
        ("memory", "MemoryPressure", "KubeletHasInsufficientMemory", "memory-pressure"),
        ("disk", "DiskPressure", "KubeletHasDiskPressure", "disk-pressure"),
        ("pid", "PIDPressure", "KubeletHasInsufficientPID", "pid-pressure"),
    ],
)
def test_an_overloaded_node_says_so_and_is_avoided(
    cluster: Cluster, pressure: str, kind: str, reason: str, taint: str
) -> None:
    since = condition(cluster, kind)["lastTransitionTime"]
    cluster.run_ms(5_000)
    cluster.fault("f", action="node-overload", target="node/node-2", pressure=pressure)
    pressed = condition(cluster, kind)
    assert (pressed["status"], pressed["reason"]) == ("True", reason)
    assert pressed["lastTransitionTime"] > since
    assert taints(cluster) == {f"node.kubernetes.io/{taint}"}
    cluster.run_ms(2_000)
    scale(cluster, 6)
    assert cluster.ready_on().count("node-2") == 1
    cluster.run_ms(15_000)
    assert condition(cluster, kind)["lastTransitionTime"] == pressed["lastTransitionTime"]
    assert cluster.node_ready("node-2") == "True"
    assert cluster.ready_on().count("node-2") == 0, "its pod was evicted"
    assert len(cluster.ready_on()) == 6, "and replaced elsewhere"
    told = {e["reason"] for e in cluster.objects("events") if e["involvedObject"]["kind"] == "Node"}
    assert reason.replace("Kubelet", "Node") in told
    heal(cluster)
    assert condition(cluster, kind)["status"] == "False"
    assert not taints(cluster)


MEMORY = "tuik8s.dev/behaviour"


def hungry(name: str, used: str, requested: str, priority: str = "") -> dict[str, Any]:
    container = {
        "name": "c",
        "image": "example.org/hungry:1",
        "resources": {"requests": {"memory": requested}},
    }
    spec: dict[str, Any] = {"nodeName": "node-2", "containers": [container]}
    if priority:
        spec["priorityClassName"] = priority
    meta = {"name": name, "namespace": "default", "annotations": {MEMORY: f"memory {used}"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}


def test_under_memory_pressure_pods_go_one_by_one_by_upstreams_ranking(cluster: Cluster) -> None:
    scale(cluster, 0)
    important = {"metadata": {"name": "important"}, "value": 1000}
    cluster.must("create", "priorityclasses.scheduling.k8s.io", important)
    for pod in (
        hungry("modest", "50Mi", "100Mi"),
        hungry("greedy-important", "90Mi", "10Mi", "important"),
        hungry("greedy", "30Mi", "10Mi"),
        hungry("greediest", "80Mi", "10Mi"),
        hungry("system", "80Mi", "10Mi", "system-node-critical"),
    ):
        pod["metadata"]["namespace"] = (
            "kube-system" if "system" in pod["metadata"]["name"] else "default"
        )
        cluster.must("create", "pods", pod)
    cluster.run_ms(60_000)
    cluster.fault("f", action="node-overload", target="node/node-2")
    evicted: list[str] = []
    for _ in range(60):
        cluster.run_ms(1_000)
        for pod in cluster.objects("pods"):
            name, status = pod["metadata"]["name"], pod.get("status") or {}
            if status.get("reason") == "Evicted" and name not in evicted:
                evicted.append(name)
                assert "The node was low on resource: memory." in status["message"]
    assert evicted == ["greediest", "greedy", "greedy-important", "modest"]
    by_name = {pod["metadata"]["name"]: pod["status"] for pod in cluster.objects("pods")}
    assert by_name["system"]["phase"] == "Running", "critical pods are left alone"
    assert by_name["greedy"]["phase"] == "Failed"
    assert by_name["greedy"]["message"] == (
        "The node was low on resource: memory. Container c was using 30Mi, request is 10Mi, has "
        "larger consumption of memory. "
    )
    assert by_name["modest"]["message"] == "The node was low on resource: memory. "
    targets = {c["type"]: c for c in by_name["greedy"]["conditions"]}
    assert targets["DisruptionTarget"]["reason"] == "TerminationByKubelet"
    events = [e for e in cluster.objects("events") if e["reason"] == "Evicted"]
    assert len(events) == 4
    heal(cluster)
    assert not taints(cluster)
    cluster.must("create", "pods", hungry("later", "1Mi", "1Mi"))
    cluster.run_ms(30_000)
    later = cluster.must("get", "pods", "default", "later")
    assert later["status"]["phase"] == "Running"


@pytest.mark.parametrize("action", ["node-cordon", "node-drain", "node-overload"])
def test_what_a_fault_does_to_a_node_names_it_as_the_cause(cluster: Cluster, action: str) -> None:
    store = cluster.apiserver.store
    before = store.revision
    cluster.fault("f", action=action, target="node/node-2")
    changes = {change.revision: change for change in store.changes(before, "")}
    causes = {c.cause for c in changes.values() if c.key == "nodes//node-2"} - {0}
    assert f"{FAULTS}//f" in {changes[cause].key for cause in causes}


def test_a_zone_by_its_label(cluster: Cluster) -> None:
    zone = "topology.kubernetes.io/zone=zone-2"
    cluster.fault("f", action="node-stop", target="nodes", selector=zone)
    assert status(cluster)["targets"] == ["node/node-2"]
    cluster.run_ms(60_000)
    assert cluster.node_ready("node-2") == "Unknown"
    assert cluster.node_ready("node-1") == "True"


def test_a_fault_that_ended_while_chaos_was_dead_is_undone(cluster: Cluster) -> None:
    cluster.fault("f", action="node-cordon", target="node/node-2", **{"for": "20s"})
    cluster.hold("chaos")
    cluster.run_ms(30_000)
    assert node(cluster)["spec"]["unschedulable"]
    cluster.release("chaos")
    cluster.run_ms(3_000)
    assert "unschedulable" not in node(cluster)["spec"]
    assert status(cluster)["phase"] == "Healed"


@pytest.mark.parametrize("action", ["node-cordon", "node-drain", "node-overload"])
def test_refused_where_there_is_no_such_node(cluster: Cluster, action: str) -> None:
    cluster.fault("f", action=action, target="node/node-9")
    told: Any = status(cluster)
    assert told["phase"] == "Refused"
    assert "no node 'node-9'; there are: node-1, node-2, node-3" in told["message"]
