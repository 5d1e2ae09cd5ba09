"""Faults in a simulated world: made, felt, healed, over, refused, taken over."""

from __future__ import annotations

import pytest

from tests.components.chaos.plant import FAULTS, ChaosPlant
from tuik8s.api.times import parse_time


@pytest.fixture
def plant() -> ChaosPlant:
    return ChaosPlant()


def lease_age_ms(plant: ChaosPlant, node: str = "node-2") -> int:
    lease = plant.must("get", "leases.coordination.k8s.io", "kube-node-lease", node)
    return plant.now_ms - parse_time(lease["spec"]["renewTime"])


def test_kill_is_done_once_and_the_process_comes_back(plant: ChaosPlant) -> None:
    plant.fault("component-kill", "component/kubelet/node-1")
    assert plant.phase() == "Done"
    assert plant.hand.done.count(("kill", "kubelet/node-1")) == 1
    plant.run_ms(5_000)
    assert plant.simulation.alive("kubelet/node-1")
    assert plant.hand.done.count(("kill", "kubelet/node-1")) == 1
    plant.create_pod()
    plant.run_ms(500)
    assert plant.is_ready()


def test_stopped_node_stays_dead_until_healed(plant: ChaosPlant) -> None:
    plant.create_pod(node="node-2", container={"ports": [{"containerPort": 80}]})
    plant.run_ms(100)
    plant.fault("node-stop", "node/node-2")
    assert plant.phase() == "Active"
    plant.run_ms(60_000)
    assert not plant.simulation.alive("kubelet/node-2")
    assert lease_age_ms(plant) > 50_000
    plant.heal()
    plant.run_ms(2_000)
    assert plant.simulation.alive("kubelet/node-2")
    assert lease_age_ms(plant) < 3_000
    assert plant.get(plant.status()["podIP"], 80).status == 200
    assert not plant.call("get", FAULTS, "", "f").ok


def test_fault_ends_after_its_time(plant: ChaosPlant) -> None:
    plant.fault("node-stop", "node/node-2", **{"for": "30s"})
    status = plant.fault_status()
    assert parse_time(status["endsAt"]) - parse_time(status["startedAt"]) == 30_000
    plant.run_ms(29_000)
    assert not plant.simulation.alive("kubelet/node-2")
    plant.run_ms(2_000)
    assert plant.phase() == "Healed"
    assert plant.simulation.alive("kubelet/node-2")
    assert plant.hand.done.count(("hold", "kubelet/node-2")) == 1


def test_cut_node_goes_on_by_itself_and_catches_up(plant: ChaosPlant) -> None:
    plant.create_pod(node="node-2", container={"ports": [{"containerPort": 80}]})
    plant.run_ms(100)
    address = plant.status()["podIP"]
    plant.fault("node-cut", "node/node-2")
    plant.run_ms(45_000)
    assert lease_age_ms(plant) > 40_000
    assert plant.get(address, 80).status == 200
    plant.heal()
    plant.run_ms(15_000)
    assert lease_age_ms(plant) < 11_000


def test_paused_kubelet_goes_on_as_if_nothing_had_been(plant: ChaosPlant) -> None:
    plant.fault("component-pause", "component/kubelet/node-2", **{"for": "20s"})
    plant.create_pod(node="node-2")
    plant.run_ms(10_000)
    assert plant.status()["phase"] == "Pending"
    plant.run_ms(15_000)
    assert plant.is_ready()


@pytest.mark.parametrize("percent", [30])
def test_lossy_link_still_gets_there(plant: ChaosPlant, percent: int) -> None:
    plant.fault("link-drop", "node/node-2", percent=percent)
    plant.fault("link-duplicate", "node/node-2", "g", percent=percent)
    plant.fault("link-delay", "node/node-2", "h", delay="200ms", jitter="100ms")
    for number in range(5):
        plant.create_pod(f"p{number}", node="node-2")
    plant.run_ms(60_000)
    assert all(plant.is_ready(f"p{number}") for number in range(5))


def test_two_faults_on_one_party_are_undone_together(plant: ChaosPlant) -> None:
    plant.fault("node-stop", "node/node-2", "one")
    plant.fault("component-kill", "component/kubelet/node-2", "two", **{"for": "1h"})
    plant.heal("one")
    plant.run_ms(1_000)
    assert not plant.simulation.alive("kubelet/node-2")
    plant.heal("two")
    plant.run_ms(1_000)
    assert plant.simulation.alive("kubelet/node-2")


@pytest.mark.parametrize(
    ("action", "target", "more", "words"),
    [
        ("node-stop", "node/node-9", {}, "there are: node-1, node-2"),
        ("component-kill", "component/etcd", {}, "is no component"),
        ("node-stop", "node/node-1", {"for": "soon"}, "for is a duration"),
        ("link-delay", "node/node-1", {}, "needs delay"),
    ],
)
def test_refusal_says_why(
    plant: ChaosPlant, action: str, target: str, more: dict[str, str], words: str
) -> None:
    plant.fault(action, target, **more)
    status = plant.fault_status()
    assert status["phase"] == "Refused"
    assert words in status["message"]
    plant.heal()
    assert not plant.call("get", FAULTS, "", "f").ok


def test_new_chaos_takes_active_faults_over(plant: ChaosPlant) -> None:
    plant.fault("node-stop", "node/node-2", **{"for": "1m"})
    plant.run_ms(20_000)
    plant.simulation.crash("chaos")
    plant.run_ms(5_000)
    plant.start_chaos()
    plant.run_ms(10_000)
    assert not plant.simulation.alive("kubelet/node-2")
    assert ("release", "kubelet/node-2") not in plant.hand.done
    plant.run_ms(30_000)
    assert plant.phase() == "Healed"
    assert plant.simulation.alive("kubelet/node-2")


def test_new_chaos_undoes_what_nobody_asks_for(plant: ChaosPlant) -> None:
    plant.fault("component-pause", "component/kubelet/node-2")
    plant.simulation.crash("chaos")
    plant.client.patch(FAULTS, "", "f", {"metadata": {"finalizers": None}}, lambda reply: None)
    plant.client.delete(FAULTS, "", "f", lambda reply: None)
    plant.run_ms(1_000)
    plant.start_chaos()
    plant.run_ms(1_000)
    assert not plant.simulation.paused("kubelet/node-2")


def test_dead_api_server_comes_back_by_itself(plant: ChaosPlant) -> None:
    plant.fault("component-kill", "component/apiserver", **{"for": "10s"})
    plant.run_ms(5_000)
    assert not plant.simulation.alive("apiserver")
    plant.run_ms(20_000)
    assert plant.simulation.alive("apiserver")
    assert plant.phase() == "Healed"


def test_changed_spec_is_followed(plant: ChaosPlant) -> None:
    plant.fault("node-stop", "node/node-2")
    plant.must("patch", FAULTS, "", "f", {"spec": {"target": "node/node-1"}})
    plant.run_ms(1_000)
    assert plant.simulation.alive("kubelet/node-2")
    assert not plant.simulation.alive("kubelet/node-1")


def test_messages_that_overtake_each_other_are_noticed(plant: ChaosPlant) -> None:
    plant.fault("link-reorder", "node/node-2", jitter="500ms")
    for number in range(5):
        plant.create_pod(f"p{number}", node="node-2")
    plant.run_ms(30_000)
    assert all(plant.is_ready(f"p{number}") for number in range(5))
    plant.heal()
    plant.run_ms(3_000)
    assert lease_age_ms(plant) < 11_000


@pytest.mark.parametrize("started", [None, "soon"])
def test_an_active_status_that_does_not_read_begins_the_fault_anew(
    plant: ChaosPlant, started: str | None
) -> None:
    plant.fault("node-stop", "node/node-9")
    assert plant.phase() == "Refused"
    status = {"phase": "Active", "startedAt": started}
    spec = {"target": "node/node-2"}
    plant.must("patch", FAULTS, "", "f", {"spec": spec})
    plant.must("patch", FAULTS, "", "f", {"status": status}, subresource="status")
    plant.run_ms(500)
    assert parse_time(plant.fault_status()["startedAt"]) <= plant.now_ms
    assert not plant.simulation.alive("kubelet/node-2")
