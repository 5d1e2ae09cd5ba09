"""Slow processes, clocks ahead and bad disks in a whole simulated cluster, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.chaos.plant import FAULTS
from tests.components.chaos.test_cluster import Cluster, deployment
from tuik8s.api.times import parse_time
from tuik8s.api.types import Reply
from tuik8s.config import ClusterConfig

pytestmark = [pytest.mark.sim, pytest.mark.slow]

API = "component/apiserver"


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster(ClusterConfig(nodes=2), seed=7)
    made.start()
    made.run_ms(500)
    made.must("create", "deployments.apps", deployment(2))
    made.run_ms(5_000)
    assert len(made.ready_on()) == 2
    return made


def status(cluster: Cluster, name: str = "f") -> Any:
    return cluster.must("get", FAULTS, "", name)["status"]


def write(cluster: Cluster, name: str) -> Reply:
    meta = {"name": name, "namespace": "default"}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
    return cluster.ask("create", "configmaps", body)


def took_ms(cluster: Cluster, name: str) -> int:
    before_ms = cluster.now_ms
    assert write(cluster, name).ok
    return cluster.now_ms - before_ms


def lease_time(cluster: Cluster, node: str) -> int:
    lease = cluster.must("get", "leases.coordination.k8s.io", "kube-node-lease", node)
    return parse_time(lease["spec"]["renewTime"])


def works_again(cluster: Cluster) -> None:
    cluster.must("patch", "deployments.apps", "default", "web", {"spec": {"replicas": 4}})
    cluster.run_ms(20_000)
    assert len(cluster.ready_on()) == 4
    assert {cluster.node_ready(f"node-{n}") for n in (1, 2)} == {"True"}


def test_a_slow_scheduler_takes_its_time_and_catches_up(cluster: Cluster) -> None:
    cluster.fault("f", action="component-slow", target="component/scheduler", delay="2s")
    cluster.must("patch", "deployments.apps", "default", "web", {"spec": {"replicas": 4}})
    cluster.run_ms(1_500)
    assert len(cluster.ready_on()) == 2
    cluster.run_ms(15_000)
    assert len(cluster.ready_on()) == 4
    cluster.must("delete", FAULTS, "", "f")
    cluster.must("patch", "deployments.apps", "default", "web", {"spec": {"replicas": 6}})
    cluster.run_ms(5_000)
    assert len(cluster.ready_on()) == 6


def test_a_kubelet_with_turns_longer_than_its_lease_is_not_ready(cluster: Cluster) -> None:
    kubelet = "component/kubelet/node-2"
    cluster.fault("f", action="component-slow", target=kubelet, delay="90s", **{"for": "3m"})
    seen = set()
    for _ in range(36):
        cluster.run_ms(5_000)
        seen.add(cluster.node_ready("node-2"))
    assert "Unknown" in seen
    cluster.run_ms(120_000)
    assert cluster.node_ready("node-2") == "True"


def test_a_clock_that_is_ahead_dates_into_the_future(cluster: Cluster) -> None:
    cluster.fault("f", action="clock-skew", target="node/node-2", ahead="5m")
    cluster.run_ms(15_000)
    assert 280_000 < lease_time(cluster, "node-2") - cluster.now_ms <= 300_000
    assert lease_time(cluster, "node-1") <= cluster.now_ms
    assert cluster.node_ready("node-2") == "True"
    cluster.must("delete", FAULTS, "", "f")
    last_ms = lease_time(cluster, "node-2")
    for _ in range(13):
        cluster.run_ms(60_000)
        renewed_ms = lease_time(cluster, "node-2")
        assert renewed_ms > last_ms
        last_ms = renewed_ms
    assert lease_time(cluster, "node-2") <= cluster.now_ms
    works_again(cluster)


def test_a_clock_that_falls_behind_dates_into_the_past(cluster: Cluster) -> None:
    cluster.fault("f", action="clock-skew", target="node/node-2", ahead="-20s")
    times = []
    for _ in range(60):
        cluster.run_ms(2_000)
        times.append(lease_time(cluster, "node-2"))
    assert times == sorted(times), "it never goes back"
    assert 20_000 <= cluster.now_ms - times[-1] <= 40_000
    assert cluster.node_ready("node-2") == "True", "20 s behind is within its grace"
    cluster.must("delete", FAULTS, "", "f")
    cluster.run_ms(30_000)
    assert cluster.now_ms - lease_time(cluster, "node-2") <= 11_000
    works_again(cluster)


def test_a_controller_manager_ahead_recovers(cluster: Cluster) -> None:
    target = "component/controller-manager"
    cluster.fault("f", action="clock-skew", target=target, ahead="10m", **{"for": "1m"})
    cluster.run_ms(120_000)
    works_again(cluster)


def test_a_slow_disk_makes_changes_wait(cluster: Cluster) -> None:
    quick_ms = took_ms(cluster, "a")
    cluster.fault("f", action="disk-slow", target=API, delay="300ms")
    assert took_ms(cluster, "b") >= quick_ms + 300
    cluster.must("delete", FAULTS, "", "f")
    cluster.run_ms(1_000)
    assert took_ms(cluster, "c") == quick_ms


def test_a_full_disk_refuses_changes_stays_readable_and_recovers(cluster: Cluster) -> None:
    cluster.fault("f", action="disk-full", target=API, **{"for": "20s"})
    refused = write(cluster, "a")
    assert refused.code == 507
    assert len(cluster.pods()) == 2
    assert cluster.ask("get", "configmaps", "default", "a").code == 404
    cluster.run_ms(30_000)
    assert status(cluster)["phase"] == "Healed"
    assert write(cluster, "a").ok
    works_again(cluster)


@pytest.mark.parametrize("action", ["disk-failing", "disk-tearing"])
def test_a_failed_disk_ends_the_server_and_loses_nothing(cluster: Cluster, action: str) -> None:
    assert write(cluster, "kept").ok
    before = cluster.apiserver
    cluster.fault("f", action=action, target=API, **{"for": "20s"})
    assert write(cluster, "lost").code == 0, "nobody can say what became of it"
    cluster.run_ms(30_000)
    assert cluster.apiserver is not before
    assert cluster.ask("get", "configmaps", "default", "kept").ok
    if action == "disk-tearing":
        assert cluster.ask("get", "configmaps", "default", "lost").code == 404
    assert status(cluster)["phase"] == "Healed"
    works_again(cluster)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"action": "disk-full", "target": API}, "cannot be told to heal; give `for`"),
        ({"action": "disk-slow", "target": "component/scheduler", "delay": "1s"}, "keeps nothing"),
        ({"action": "clock-skew", "target": API, "ahead": "1m"}, "skew another component"),
        ({"action": "clock-skew", "target": "node/node-1", "ahead": "0s"}, "0s ahead is right"),
        ({"action": "component-slow", "target": "component/chaos", "delay": "1s"}, "heal late"),
    ],
)
def test_refusals(cluster: Cluster, spec: dict[str, str], words: str) -> None:
    cluster.fault("f", **spec)
    assert status(cluster)["phase"] == "Refused"
    assert words in status(cluster)["message"]


def test_a_list_that_waits_for_a_write_is_answered_when_that_finds_no_room(
    cluster: Cluster,
) -> None:
    cluster.fault("g", action="api-delay", target=API, delay="1ms", verbs="list,create")
    cluster.fault("f", action="disk-full", target=API, **{"for": "60s"})
    refused: list[int] = []
    found: list[Reply] = []
    for number in range(20):
        cluster.run_ms(1_500)  # a full disk is tried again after a second
        body = {"apiVersion": "v1", "kind": "ConfigMap"}
        meta = {"name": f"m{number}", "namespace": "default"}
        sent_at_ms = cluster.now_ms
        found.clear()
        cluster.client.create(
            "configmaps", {**body, "metadata": meta}, lambda reply: refused.append(reply.code)
        )
        cluster.client.list_("pods", found.append)
        cluster.run_until(lambda: bool(found), 10_000)
        assert found[0].ok
        assert cluster.now_ms - sent_at_ms < 900, "it was sent again, or given up"
    assert set(refused) == {507}
