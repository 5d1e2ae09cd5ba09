"""Who leads: the Leases of the controller manager and the scheduler in a whole cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import deployment
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import decode, object_of
from tuik8s.components.supervisor.children import BACKOFF_MS_MIN
from tuik8s.config import ClusterConfig
from tuik8s.scenario.simulated_cluster import SimulatedCluster

pytestmark = pytest.mark.sim

LEASES = "leases.coordination.k8s.io"
SCHEDULER, CONTROLLERS = "kube-scheduler", "kube-controller-manager"
PARTIES = {SCHEDULER: "scheduler", CONTROLLERS: "controller-manager"}
FOREIGN = "other-host_00000000-0000-4000-8000-000000000000"


@pytest.fixture(name="lines")
def _lines() -> list[str]:
    return []


@pytest.fixture(name="cluster")
def _cluster(lines: list[str]) -> SimulatedCluster:
    cluster = SimulatedCluster(ClusterConfig(nodes=1), 3, verbosity=0, sink=lines.append)
    cluster.start()
    cluster.run_ms(5_000)
    return cluster


def asked(cluster: SimulatedCluster, verb: str, *args: Any, **options: Any) -> Reply:
    found: list[Reply] = []
    getattr(cluster.client, verb)(*args, found.append, **options)
    assert cluster.run_until(lambda: bool(found), 10_000)
    assert found[0].ok, decode(found[0])
    return found[0]


def spec_of(cluster: SimulatedCluster, name: str) -> Object:
    spec: Object = decode(asked(cluster, "get", LEASES, "kube-system", name))["spec"]
    return spec


def told(cluster: SimulatedCluster, name: str) -> list[str]:
    events = [object_of(data) for data in asked(cluster, "list_", "events").objects]
    return [e["message"] for e in events if e["involvedObject"]["name"] == name]


def phase(cluster: SimulatedCluster) -> list[str]:
    """Of all pods, where they are."""
    pods = [object_of(data) for data in asked(cluster, "list_", "pods").objects]
    return [pod["spec"].get("nodeName", "") for pod in pods]


def hand_over(cluster: SimulatedCluster, name: str, to: str) -> None:
    """As another host's process would take the Lease, one that died right after."""
    lease = decode(asked(cluster, "get", LEASES, "kube-system", name))
    lease["spec"]["holderIdentity"] = to
    asked(cluster, "update", LEASES, lease)


@pytest.mark.parametrize("name", [SCHEDULER, CONTROLLERS])
def test_each_holds_its_lease_and_renews_it(cluster: SimulatedCluster, name: str) -> None:
    first = spec_of(cluster, name)
    holder = first["holderIdentity"]
    assert holder.startswith(f"{PARTIES[name]}_")
    assert first["leaseDurationSeconds"] == 15
    assert first["leaseTransitions"] == 0
    assert told(cluster, name) == [f"{holder} became leader"]
    cluster.run_ms(60_000)
    later = spec_of(cluster, name)
    assert 0 <= cluster.now_ms - parse_time(later["renewTime"]) < 2_100
    assert {**later, "renewTime": ""} == {**first, "renewTime": ""}


@pytest.mark.parametrize("name", [SCHEDULER, CONTROLLERS])
def test_a_new_incarnation_takes_over_at_once(cluster: SimulatedCluster, name: str) -> None:
    first = spec_of(cluster, name)
    cluster.kill(PARTIES[name])
    cluster.run_ms(BACKOFF_MS_MIN + 50)
    second = spec_of(cluster, name)
    assert second["holderIdentity"] != first["holderIdentity"]
    assert second["leaseTransitions"] == 1
    assert second["acquireTime"] > first["acquireTime"]
    assert told(cluster, name)[1:] == [f"{second['holderIdentity']} became leader"]


def test_a_lease_of_another_host_is_waited_for(cluster: SimulatedCluster) -> None:
    """Its pods wait, too: from when the own renewal has failed for too long until the other's
    Lease has expired."""
    renewed_ms = parse_time(spec_of(cluster, SCHEDULER)["renewTime"])
    hand_over(cluster, SCHEDULER, FOREIGN)
    seen_ms = cluster.now_ms
    cluster.simulation.run_until(renewed_ms + 13_000)
    asked(cluster, "create", "deployments.apps", deployment("web", 2))
    cluster.simulation.run_until(seen_ms + 14_500)
    assert spec_of(cluster, SCHEDULER)["holderIdentity"] == FOREIGN
    assert phase(cluster) == ["", ""]
    cluster.run_ms(10_000)
    assert spec_of(cluster, SCHEDULER)["holderIdentity"].startswith("scheduler_")
    assert phase(cluster) == ["node-1", "node-1"]


def test_controllers_rest_while_another_leads(cluster: SimulatedCluster) -> None:
    renewed_ms = parse_time(spec_of(cluster, CONTROLLERS)["renewTime"])
    hand_over(cluster, CONTROLLERS, FOREIGN)
    cluster.simulation.run_until(renewed_ms + 13_000)
    asked(cluster, "create", "deployments.apps", deployment("web", 2))
    cluster.run_ms(500)
    assert phase(cluster) == []
    cluster.run_ms(10_000)
    assert phase(cluster) == ["node-1", "node-1"]


def test_a_lease_that_was_released_is_taken_at_once(cluster: SimulatedCluster) -> None:
    hand_over(cluster, SCHEDULER, "")
    cluster.run_ms(2_100)
    assert spec_of(cluster, SCHEDULER)["holderIdentity"].startswith("scheduler_")


def test_a_deleted_lease_is_made_again(cluster: SimulatedCluster) -> None:
    first = spec_of(cluster, SCHEDULER)
    asked(cluster, "delete", LEASES, "kube-system", SCHEDULER)
    cluster.run_ms(2_100)
    assert spec_of(cluster, SCHEDULER)["holderIdentity"] == first["holderIdentity"]
    assert len(told(cluster, SCHEDULER)) == 1


def test_without_the_api_the_lease_is_lost_and_found(
    cluster: SimulatedCluster, lines: list[str]
) -> None:
    first = spec_of(cluster, SCHEDULER)
    cluster.hold("apiserver")
    cluster.run_ms(7_900)
    text = "\n".join(lines)
    assert '"Failed to update lease" lease="kube-system/kube-scheduler"' in text
    assert "leader election lost" not in text
    cluster.run_ms(2_200)
    assert '"leader election lost" lease="kube-system/kube-scheduler"' in "\n".join(lines)
    cluster.run_ms(30_000)
    cluster.release("apiserver")
    cluster.run_ms(8_000)
    assert spec_of(cluster, SCHEDULER)["leaseTransitions"] == first["leaseTransitions"]
    asked(cluster, "create", "deployments.apps", deployment("web", 2))
    cluster.run_ms(5_000)
    assert phase(cluster) == ["node-1", "node-1"]


@pytest.mark.parametrize("hold_after_ms", [0, 7_000, 8_500, 9_500])
def test_who_cannot_renew_has_stopped_before_another_may_begin(
    cluster: SimulatedCluster, lines: list[str], hold_after_ms: int
) -> None:
    """However the last attempt before the deadline fails, none after it is waited for."""
    renewed_ms = parse_time(spec_of(cluster, SCHEDULER)["renewTime"])
    hand_over(cluster, SCHEDULER, FOREIGN)
    cluster.simulation.run_until(max(cluster.now_ms, renewed_ms + hold_after_ms))
    cluster.hold("apiserver")
    cluster.simulation.run_until(renewed_ms + 9_900)
    assert "leader election lost" not in "\n".join(lines)
    cluster.simulation.run_until(renewed_ms + 10_100)
    assert '"leader election lost" lease="kube-system/kube-scheduler"' in "\n".join(lines)


def test_a_clock_that_is_set_does_not_end_who_leads(
    cluster: SimulatedCluster, lines: list[str]
) -> None:
    first = spec_of(cluster, SCHEDULER)
    cluster.simulation.skew("scheduler", 3_600_000)
    cluster.run_ms(20_000)
    assert "leader election lost" not in "\n".join(lines)
    later = spec_of(cluster, SCHEDULER)
    assert later["holderIdentity"] == first["holderIdentity"]
    assert parse_time(later["renewTime"]) > cluster.now_ms + 3_500_000


def test_why_a_lease_has_a_new_holder(cluster: SimulatedCluster) -> None:
    fault: dict[str, Any] = {
        "apiVersion": "chaos.tuik8s.dev/v1",
        "kind": "Fault",
        "metadata": {"name": "f"},
        "spec": {"action": "component-kill", "target": "component/scheduler"},
    }
    asked(cluster, "create", "faults.chaos.tuik8s.dev", fault)
    cluster.run_ms(30_000)
    request = Request(
        verb="get",
        group="explain.tuik8s.dev",
        version="v1",
        resource="explanations",
        namespace="kube-system",
        name=f"leases.{SCHEDULER}",
    )
    steps = decode(asked(cluster, "call", request))["status"]["chain"]
    assert [(s["object"]["kind"], s["because"]["how"]) for s in steps] == [
        ("Lease", "fault"),
        ("Fault", "command"),
    ]
    assert "spec.holderIdentity: " in steps[0]["reason"]


def test_the_same_seed_elects_the_same() -> None:
    def holders(seed: int) -> list[str]:
        cluster = SimulatedCluster(ClusterConfig(nodes=1), seed)
        cluster.start()
        cluster.run_ms(100)
        return [spec_of(cluster, name)["holderIdentity"] for name in PARTIES]

    assert holders(1) == holders(1)
    assert holders(1) != holders(2)
