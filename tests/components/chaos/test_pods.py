"""Faults of pods in a simulated world: what each looks like, and how a pod recovers from it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.chaos.plant import FAULTS, ChaosPlant
from tuik8s.api.types import Object

WEB = {"labels": {"app": "web"}}


@pytest.fixture
def plant() -> ChaosPlant:
    made = ChaosPlant()
    made.create_pod("web", metadata=WEB)
    made.run_ms(500)
    assert made.is_ready("web")
    return made


def state(plant: ChaosPlant, name: str = "web") -> tuple[str, Object]:
    """The container's state: waiting, running or terminated, and what it says."""
    ((kind, says),) = plant.container(name)["state"].items()
    return kind, says


def waits(plant: ChaosPlant, reason: str, name: str = "web", limit_ms: int = 30_000) -> None:
    plant.run_until(lambda: state(plant, name)[1].get("reason") == reason, limit_ms)


def reasons(plant: ChaosPlant, name: str = "web") -> set[tuple[str, str]]:
    return {(kind, reason) for kind, reason, _ in plant.events(name)}


def test_crash_loop_begins_at_once_and_backs_off(plant: ChaosPlant) -> None:
    plant.fault("pod-crash-loop", "pod/web")
    assert plant.fault_status()["targets"] == ["pod/default/web"]
    ended = plant.container("web")["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (1, "Error")
    waits(plant, "CrashLoopBackOff")
    assert state(plant)[1]["message"].startswith("back-off 10s restarting failed container=c")
    plant.run_ms(60_000)
    assert plant.container("web")["restartCount"] >= 3
    assert not plant.is_ready("web")
    assert ("Warning", "BackOff") in reasons(plant)


def test_healed_crash_loop_ends_with_the_back_off(plant: ChaosPlant) -> None:
    plant.fault("pod-crash-loop", "pod/web")
    waits(plant, "CrashLoopBackOff")
    plant.heal()
    restarts = plant.container("web")["restartCount"]
    plant.run_ms(12_000)
    assert plant.is_ready("web")
    plant.run_ms(60_000)
    assert plant.is_ready("web")
    assert plant.container("web")["restartCount"] == restarts


def test_out_of_memory_is_137_in_upstreams_words(plant: ChaosPlant) -> None:
    plant.fault("pod-oom", "pod/web", delay="5s")
    ended = plant.container("web")["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")
    plant.run_ms(4_000)
    assert plant.is_ready("web")
    waits(plant, "CrashLoopBackOff")
    plant.heal()
    plant.run_ms(12_000)
    assert plant.is_ready("web")


def test_out_of_memory_fails_a_pod_that_is_not_restarted(plant: ChaosPlant) -> None:
    plant.create_pod("once", restartPolicy="Never")
    plant.run_ms(500)
    plant.fault("pod-oom", "pod/once")
    assert plant.status("once")["phase"] == "Failed"
    assert state(plant, "once")[1]["reason"] == "OOMKilled"


def test_not_ready_while_it_runs_on(plant: ChaosPlant) -> None:
    plant.fault("pod-not-ready", "pod/web")
    assert not plant.is_ready("web")
    assert state(plant)[0] == "running"
    plant.create_pod("late")
    plant.run_ms(30_000)
    assert not plant.is_ready("web")
    assert plant.is_ready("late")
    plant.heal()
    assert plant.is_ready("web")
    assert plant.container("web")["restartCount"] == 0


def test_not_ready_also_for_those_that_come_later(plant: ChaosPlant) -> None:
    plant.fault("pod-not-ready", "pods", selector="app=web")
    plant.create_pod("late", metadata=WEB)
    plant.run_ms(5_000)
    assert state(plant, "late")[0] == "running"
    assert not plant.is_ready("late")
    plant.heal()
    assert plant.is_ready("late")


def test_a_healed_pod_that_never_was_ready_stays_so(plant: ChaosPlant) -> None:
    plant.create_pod("lazy", "ready after 60s")
    plant.run_ms(1_000)
    plant.fault("pod-not-ready", "pod/lazy")
    plant.heal()
    assert not plant.is_ready("lazy")
    plant.run_ms(60_000)
    assert plant.is_ready("lazy")


def test_slow_start_adds_to_what_a_container_takes(plant: ChaosPlant) -> None:
    plant.fault("pod-slow-start", "pods", selector="app=web", delay="20s")
    assert plant.is_ready("web")
    plant.create_pod("late", "ready after 5s", metadata=WEB)
    plant.run_ms(24_000)
    assert state(plant, "late")[0] == "running"
    assert not plant.is_ready("late")
    plant.run_ms(1_500)
    assert plant.is_ready("late")
    plant.heal()
    plant.create_pod("quick", "ready after 5s", metadata=WEB)
    plant.run_ms(5_500)
    assert plant.is_ready("quick")


def test_images_that_cannot_be_pulled(plant: ChaosPlant) -> None:
    plant.fault("pod-image-pull-failure", "pods")
    plant.create_pod("late")
    plant.run_ms(200)
    waits(plant, "ErrImagePull", "late")
    waits(plant, "ImagePullBackOff", "late")
    assert plant.status("late")["phase"] == "Pending"
    assert plant.is_ready("web")
    texts = [message for _, reason, message in plant.events("late") if reason == "Failed"]
    assert 'Failed to pull image "app:1": failed to pull image "app:1": not found' in texts
    assert {"Error: ErrImagePull", "Error: ImagePullBackOff"} <= set(texts)
    plant.heal()
    plant.run_ms(12_000)
    assert plant.is_ready("late")


def test_a_new_kubelet_goes_on_with_what_the_fault_does(plant: ChaosPlant) -> None:
    plant.fault("pod-not-ready", "pod/web")
    plant.crash_kubelet(1)
    plant.run_ms(1_000)
    plant.start_kubelet(1)
    plant.run_ms(5_000)
    assert not plant.is_ready("web")
    plant.heal()
    plant.run_ms(500)
    assert plant.is_ready("web")


def test_killed_pod_is_gone_at_once(plant: ChaosPlant) -> None:
    plant.fault("pod-kill", "pod/web")
    assert plant.phase() == "Done"
    assert plant.pod("web") is None


def budget(plant: ChaosPlant, allowed: int) -> None:
    spec = {"minAvailable": 1, "selector": {"matchLabels": WEB["labels"]}}
    made = plant.must(
        "create",
        "poddisruptionbudgets.policy",
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "shop", "namespace": "default"},
            "spec": spec,
        },
    )
    status = {
        "observedGeneration": made["metadata"]["generation"],
        "disruptionsAllowed": allowed,
        "currentHealthy": 1,
        "desiredHealthy": 1,
        "expectedPods": 1,
    }
    name = made["metadata"]["name"]
    resource = "poddisruptionbudgets.policy"
    plant.must("patch", resource, "default", name, {"status": status}, subresource="status")


def test_a_disruption_budget_keeps_the_pod(plant: ChaosPlant) -> None:
    budget(plant, allowed=0)
    plant.fault("pod-kill", "pod/web")
    assert plant.phase() == "Refused"
    assert "Cannot evict pod" in plant.fault_status()["message"]
    assert plant.is_ready("web")
    plant.fault("pod-kill", "pod/web", "g", override=True)
    assert plant.phase("g") == "Done"
    assert plant.pod("web") is None


def test_the_draw_repeats_with_the_seed_and_is_kept(plant: ChaosPlant) -> None:
    for number in range(6):
        plant.create_pod(f"p{number}", metadata={"labels": {"app": "many"}})
    many: dict[str, Any] = {"selector": "app=many", "count": "50%"}
    plant.fault("pod-not-ready", "pods", "f", seed=3, **many)
    plant.fault("pod-not-ready", "pods", "g", seed=3, **many)
    first, second = plant.fault_status("f"), plant.fault_status("g")
    assert first["targets"] == second["targets"]
    assert len(first["targets"]) == 3
    unready = {f"pod/default/p{n}" for n in range(6) if not plant.is_ready(f"p{n}")}
    assert unready == set(first["targets"])
    plant.simulation.crash("chaos")
    plant.start_chaos()
    plant.run_ms(1_000)
    assert unready == {f"pod/default/p{n}" for n in range(6) if not plant.is_ready(f"p{n}")}


def test_a_schedule_comes_and_goes(plant: ChaosPlant) -> None:
    plant.fault("pod-not-ready", "pod/web", schedule="every 30s for 5s", **{"for": "1m"})
    seen = []
    for _ in range(14):
        seen.append(plant.is_ready("web"))
        plant.run_ms(5_000)
    assert seen == [False, *[True] * 5, False, *[True] * 7]
    assert plant.phase() == "Healed"


def test_a_scheduled_kill_chooses_anew_each_time(plant: ChaosPlant) -> None:
    for number in range(4):
        plant.create_pod(f"p{number}", metadata={"labels": {"app": "many"}})
    plant.fault("pod-kill", "pods", selector="app=many", count=1, schedule="every 10s")
    left = [len(plant.list_("pods"))]
    for _ in range(3):
        plant.run_ms(10_000)
        left.append(len(plant.list_("pods")))
    assert left == [4, 3, 2, 1]
    plant.run_ms(20_000)
    assert plant.phase() == "Active"
    plant.heal()
    assert not plant.call("get", FAULTS, "", "f").ok


@pytest.mark.parametrize(
    ("target", "more", "words"),
    [
        ("pod/nope", {}, "no pod 'nope' in namespace default; there are: web"),
        ("pod/web", {"namespace": "shop"}, "there are none (there are in: default)"),
        ("pods", {"selector": "app=cart"}, "matches 'app=cart'; there are: web"),
        ("pods", {"selector": "app in"}, "does not read"),
        ("pods", {"count": 0}, "count 0 is neither a number such as 2"),
        ("pod/web", {"count": 0}, "choose among many, with target: pods"),
        ("pods", {"count": "some"}, "neither a number such as 2 nor a share such as 50%"),
        ("deployment/web", {}, "no deployment 'web' in namespace default"),
        ("node/node-1", {}, "there are: pod/NAME, pods, deployment/NAME"),
        ("pod/web", {"selector": "app=web"}, "choose among many, with target: pods"),
        ("pod/web", {"percent": 5}, "pod-not-ready takes no percent"),
        ("pod/web", {"schedule": "now and then"}, "such as 'every 30s for 5s'"),
        ("pod/web", {"schedule": "every 30s"}, "say how long with each turn"),
        ("pod/web", {"schedule": "every 5s for 30s"}, "over before the next one begins"),
    ],
)
def test_refusal_says_what_there_is(
    plant: ChaosPlant, target: str, more: dict[str, Any], words: str
) -> None:
    plant.fault("pod-not-ready", target, **more)
    status = plant.fault_status()
    assert status["phase"] == "Refused"
    assert words in status["message"]
    assert plant.is_ready("web")


@pytest.mark.parametrize("action", ["pod-not-ready", "pod-crash-loop", "pod-kill"])
def test_what_a_fault_does_names_it_as_the_cause(plant: ChaosPlant, action: str) -> None:
    before = plant.apiserver.store.revision
    plant.fault(action, "pod/web")
    plant.run_ms(3_000)
    changes = list(plant.apiserver.store.changes(before, ""))
    of_pod = [change for change in changes if change.key == "pods/default/web"]
    causes = {change.cause for change in of_pod} - {0}  # a restarted pod is well for a moment
    by_revision = {change.revision: change.key for change in changes}
    assert {by_revision[cause] for cause in causes} == {f"{FAULTS}//f"}
    plant.heal()
    plant.run_ms(20_000)
    if action != "pod-kill":
        assert plant.is_ready("web")
        last = list(plant.apiserver.store.changes(changes[-1].revision, "pods/"))[-1]
        assert last.cause == 0
