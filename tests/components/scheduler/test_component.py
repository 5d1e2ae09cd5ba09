"""The scheduler beside a real API server, as a Kubernetes user that must be authorized."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.components.scheduler.fixtures import node, pod
from tests.components.scheduler.rig import Rig
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import object_of
from tuik8s.components.scheduler.framework import OK, Code, Status
from tuik8s.components.scheduler.plugins.volume_binding import VolumeBinding
from tuik8s.world.links import LinkRule

AT_ONCE: Object = {"gracePeriodSeconds": 0}


def rig_of(*objects: Object, **settings: Any) -> Rig:
    rig = Rig(**settings)
    for obj in objects:
        rig.create(obj)
    rig.simulation.run_ms(100)
    return rig


def events(rig: Rig, reason: str) -> list[Object]:
    return [e for e in rig.list_("events.events.k8s.io") if e["reason"] == reason]


def condition(rig: Rig, name: str, kind: str = "PodScheduled") -> Object:
    found: Object = next(c for c in rig.pod(name)["status"]["conditions"] if c["type"] == kind)
    return found


def decision(rig: Rig, name: str) -> Object:
    """The newest note about a pod."""
    replies: list[Reply] = []
    request = Request(verb="get", path=f"/notes/pods/default/{name}")
    rig.client.call(request, replies.append)
    rig.simulation.run_while(lambda: not replies, 10_000)
    assert replies[0].ok
    found: Object = object_of(replies[0].objects[0])["data"]
    return found


def test_ready_once_all_is_known() -> None:
    rig = rig_of()
    assert rig.simulation.ready["scheduler"] == {"profiles": ["default-scheduler"]}


def test_a_bound_pod_has_an_event_and_its_decision() -> None:
    rig = rig_of(node("a"), node("b", cpu="1"), pod(cpu="2"))
    assert rig.node_of("p") == "a"
    assert condition(rig, "p")["status"] == "True"
    (event,) = events(rig, "Scheduled")
    assert event["note"] == "Successfully assigned default/p to a"
    assert (event["type"], event["action"]) == ("Normal", "Binding")
    assert event["reportingController"] == "default-scheduler"
    assert event["regarding"]["uid"] == rig.pod("p")["metadata"]["uid"]
    told = decision(rig, "p")
    assert told["node"] == "a"
    assert told["refused"][0]["reason"] == "Insufficient cpu"


def test_a_refused_pod_is_told_once_and_tried_again_when_it_may_help() -> None:
    rig = rig_of(node("a", cpu="1"), pod(cpu="2"))
    told = condition(rig, "p")
    assert (told["status"], told["reason"]) == ("False", "Unschedulable")
    assert told["message"].startswith("0/1 nodes are available: 1 Insufficient cpu.")
    (event,) = events(rig, "FailedScheduling")
    assert (event["type"], event["note"]) == ("Warning", told["message"])
    revision = rig.pod("p")["metadata"]["resourceVersion"]
    rig.simulation.run_ms(310_000)  # the five minutes after which it is tried regardless
    assert rig.scheduler.tried == ["p", "p"]
    assert rig.pod("p")["metadata"]["resourceVersion"] == revision
    (event,) = events(rig, "FailedScheduling")
    assert event["series"]["count"] == 2
    rig.create(node("b"))
    rig.simulation.run_ms(5_000)  # it is tried once while the new node is not ready
    assert rig.node_of("p") == "b"


def test_a_burst_fills_no_node_beyond_its_room() -> None:
    rig = rig_of(*(node(f"n{i}", allocatable={"pods": "20"}) for i in range(5)))
    for index in range(130):
        rig.client.create("pods", pod(f"p{index}"), lambda reply: None)
    rig.simulation.run_ms(1_000)
    placed = Counter(p["spec"].get("nodeName") for p in rig.list_("pods"))
    assert placed.pop(None) == 30
    assert placed == {f"n{i}": 20 for i in range(5)}
    counts = rig.scheduler.statistics()
    assert (counts["bound"], counts["unschedulable"], counts["binding"]) == (100, 30, 0)


def placements(seed: int) -> dict[str, str]:
    rig = rig_of(*(node(f"n{i}") for i in range(4)), seed=seed)
    for index in range(30):
        rig.create(pod(f"p{index}"))
    rig.simulation.run_ms(1_000)
    return {p["metadata"]["name"]: p["spec"]["nodeName"] for p in rig.list_("pods")}


def test_the_same_seed_breaks_ties_the_same() -> None:
    assert placements(1) == placements(1)
    assert placements(1) != placements(2)


def test_preemption() -> None:
    urgent = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "urgent"},
        "value": 1_000,
    }
    rig = rig_of(node("a", cpu="1"), urgent, pod("low", cpu="1", terminationGracePeriodSeconds=30))
    assert rig.node_of("low") == "a"
    rig.create(pod("high", cpu="1", priorityClassName="urgent"))
    rig.simulation.run_ms(200)
    assert rig.pod("high")["status"]["nominatedNodeName"] == "a"
    victim = condition(rig, "low", "DisruptionTarget")
    assert (victim["status"], victim["reason"]) == ("True", "PreemptionByScheduler")
    assert victim["message"] == (
        "default-scheduler: preempting to accommodate a higher priority pod"
    )
    (event,) = events(rig, "Preempted")
    assert event["note"] == f"Preempted by pod {rig.pod('high')['metadata']['uid']} on node a"
    assert "deletionTimestamp" in rig.pod("low")["metadata"]
    rig.delete("pods", "low", AT_ONCE)  # as the kubelet does when the containers have ended
    rig.simulation.run_ms(3_000)
    assert rig.node_of("high") == "a"


def test_a_nomination_that_is_taken_back_holds_no_room() -> None:
    rig = rig_of(node("a", cpu="1"), pod("wants", cpu="2"))
    rig.patch("pods", "default", "wants", {"status": {"nominatedNodeName": "a"}}, "status")
    rig.simulation.run_ms(50)
    rig.create(pod("other", cpu="1"))
    rig.simulation.run_ms(50)
    assert rig.node_of("other") is None
    rig.patch("pods", "default", "wants", {"status": {"nominatedNodeName": None}}, "status")
    rig.create(pod("third", cpu="1"))
    rig.simulation.run_ms(50)
    assert rig.node_of("third") == "a"


def test_the_room_of_a_nomination_is_offered_to_others_when_it_is_taken_back() -> None:
    rig = rig_of(node("a", cpu="1"), pod("wants", cpu="2"))
    rig.patch("pods", "default", "wants", {"status": {"nominatedNodeName": "a"}}, "status")
    rig.create(pod("other", cpu="1"))
    rig.simulation.run_ms(50)
    assert rig.node_of("other") is None
    rig.patch("pods", "default", "wants", {"status": {"nominatedNodeName": None}}, "status")
    rig.simulation.run_ms(2_000)
    assert rig.node_of("other") == "a"


def test_the_room_of_a_nominated_pod_is_offered_to_others_when_it_goes() -> None:
    rig = rig_of(node("a", cpu="1"), pod("wants", cpu="2"))
    rig.patch("pods", "default", "wants", {"status": {"nominatedNodeName": "a"}}, "status")
    rig.create(pod("other", cpu="1"))
    rig.simulation.run_ms(50)
    rig.delete("pods", "wants")
    rig.simulation.run_ms(2_000)
    assert rig.node_of("other") == "a"


def test_a_binding_that_nobody_answers_is_made_again() -> None:
    rig = rig_of(node("a", cpu="1"))
    rig.create(pod(cpu="1"))
    rig.simulation.run_while(lambda: not rig.scheduler.statistics()["binding"], 1_000)
    rig.simulation.crash("apiserver")
    rig.simulation.run_ms(2_000)
    rig.start_apiserver()
    rig.simulation.run_ms(20_000)
    assert rig.node_of("p") == "a"
    counts = rig.scheduler.statistics()
    assert (counts["binding"], counts["active"], counts["backoff"]) == (0, 0, 0)


def test_a_refused_reservation_is_taken_back_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [Status(Code.UNSCHEDULABLE, "not yet")] * 2
    monkeypatch.setattr(
        VolumeBinding, "reserve", lambda self, cycle, node: answers.pop() if answers else OK
    )
    rig = rig_of(node("a", cpu="1"), pod(cpu="1"))
    assert rig.scheduler.tried == ["p"]
    counts = rig.scheduler.statistics()
    assert (counts["binding"], counts["backoff"]) == (0, 1)
    rig.simulation.run_ms(10_000)
    assert rig.scheduler.tried == ["p"] * 3
    assert rig.node_of("p") == "a"
    (event,) = events(rig, "FailedScheduling")
    assert (event["note"], event["series"]["count"]) == ("not yet", 2)


def test_a_pod_deleted_on_its_way_gives_its_room_back() -> None:
    rig = rig_of(node("a", cpu="1"))
    rig.simulation.pause("scheduler")
    rig.create(pod("gone", cpu="1"))
    rig.delete("pods", "gone")
    rig.create(pod("next", cpu="1"))
    rig.simulation.resume("scheduler")
    rig.simulation.run_ms(15_000)
    assert rig.node_of("next") == "a"
    assert rig.scheduler.statistics()["binding"] == 0


def test_a_pod_replaced_while_nothing_was_heard_leaves_no_room_taken() -> None:
    rig = rig_of(node("a", cpu="1"), pod(cpu="1"))
    assert rig.node_of("p") == "a"
    rig.simulation.links.set([LinkRule(receiver="scheduler", cut=True)])
    rig.delete("pods", "p", AT_ONCE)
    rig.create(pod(cpu="1"))
    rig.simulation.run_ms(1_000)
    rig.simulation.links.set([])
    rig.simulation.run_ms(60_000)
    assert rig.node_of("p") == "a"


def test_a_new_scheduler_goes_on_where_the_last_one_died() -> None:
    rig = rig_of(node("a", cpu="2"), pod("first", cpu="1"))
    rig.simulation.crash("scheduler")
    rig.create(pod("second", cpu="1"))
    rig.create(pod("third", cpu="1"))
    rig.start_scheduler()
    rig.simulation.run_ms(500)
    assert [rig.node_of(n) for n in ("first", "second", "third")] == ["a", "a", None]


def test_pods_of_other_schedulers_are_left_alone() -> None:
    profile = {"schedulerName": "mine"}
    rig = rig_of(node("a"), pod("other"), configuration={"profiles": [profile]})
    rig.create(pod("mine", schedulerName="mine"))
    rig.simulation.run_ms(500)
    assert (rig.node_of("other"), rig.node_of("mine")) == (None, "a")
    (event,) = events(rig, "Scheduled")
    assert event["reportingController"] == "mine"


@pytest.mark.parametrize(
    ("first", "last", "waits"), [(3, 5, [3_000, 5_000]), (1, 1, [1_000, 1_000])]
)
def test_the_backoff_is_configured(first: int, last: int, waits: list[int]) -> None:
    configuration = {"podInitialBackoffSeconds": first, "podMaxBackoffSeconds": last}
    rig = rig_of(node("a", cpu="1"), pod("big", cpu="2"), configuration=configuration)
    for wait_ms in waits:
        before = len(rig.scheduler.tried)
        rig.create(pod("other", on="a"))
        rig.delete("pods", "other", AT_ONCE)
        rig.simulation.run_ms(wait_ms - 1_000)
        assert len(rig.scheduler.tried) == before
        rig.simulation.run_ms(1_000)
        assert len(rig.scheduler.tried) == before + 1
