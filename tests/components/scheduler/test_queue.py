"""The queue alone: order, back-off, what brings a refused pod back, gates."""

from __future__ import annotations

from typing import Any

from tests.components.scheduler.fixtures import info, node
from tuik8s.components.scheduler.events import (
    ADD,
    ASSIGNED_POD,
    DELETE,
    NODE,
    UPDATE,
    ClusterEvent,
)
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import read_profiles
from tuik8s.components.scheduler.queue import (
    BACKOFF_LAST_MS,
    UNSCHEDULABLE_MS_MAX,
    QueuedPod,
    SchedulingQueue,
)

FIT = {"NodeResourcesFit"}
GONE = ClusterEvent(ASSIGNED_POD, DELETE, None, None, info("gone", on="a"))


def queue() -> SchedulingQueue:
    return SchedulingQueue(read_profiles(None))


def popped(waiting: SchedulingQueue, now_ms: int) -> list[str]:
    names = []
    while (queued := waiting.pop(now_ms)) is not None:
        names.append(queued.pod.name)
    return names


def attempt(waiting: SchedulingQueue, now_ms: int, plugins: set[str] = FIT) -> QueuedPod:
    """An attempt that these plugins refuse."""
    queued = waiting.pop(now_ms)
    assert queued is not None
    waiting.refused(queued, plugins, now_ms)
    return queued


def with_uid(uid: str, **more: Any) -> PodInfo:
    pod = info(**more)
    pod.uid = uid
    return pod


def test_higher_priority_first_then_older() -> None:
    waiting = queue()
    for at_ms, (name, priority) in enumerate([("a", 0), ("b", 5), ("c", 0), ("d", 5), ("e", -5)]):
        waiting.update(info(name, priority=priority), at_ms)
    assert popped(waiting, 10) == ["b", "d", "a", "c", "e"]


def test_a_raised_priority_counts_at_once_and_once() -> None:
    waiting = queue()
    waiting.update(info("a"), 0)
    waiting.update(info("b"), 1)
    waiting.update(info("b", priority=3), 2)
    assert popped(waiting, 3) == ["b", "a"]


def test_an_unrelated_event_leaves_a_refused_pod_alone() -> None:
    waiting = queue()
    waiting.update(info(cpu="1"), 0)
    attempt(waiting, 0)
    before, after = node("a"), node("a", labels={"color": "blue"})
    assert not waiting.move(ClusterEvent(NODE, UPDATE, before, after), 5_000)
    assert not waiting.move(ClusterEvent("namespaces", ADD, None, {}), 5_000)
    assert waiting.counts()["unschedulable"] == 1


def test_an_event_before_the_backoff_is_over_makes_the_pod_wait_for_it() -> None:
    waiting = queue()
    waiting.update(info(cpu="1"), 0)
    attempt(waiting, 0)
    assert waiting.move(GONE, 100)
    assert waiting.counts()["backoff"] == 1
    assert waiting.next_at_ms() == 1_000
    assert popped(waiting, 999) == []
    assert popped(waiting, 1_000) == ["p"]


def test_an_event_after_the_backoff_is_over_makes_the_pod_active() -> None:
    waiting = queue()
    waiting.update(info(cpu="1"), 0)
    attempt(waiting, 0)
    assert waiting.move(GONE, 1_500)
    assert popped(waiting, 1_500) == ["p"]


def waits_of(waiting: SchedulingQueue, attempts: int) -> list[int]:
    """How long a pod has to wait after each of these attempts."""
    waiting.update(info(cpu="1"), 0)
    now_ms, waits = 0, []
    for _ in range(attempts):
        attempt(waiting, now_ms)
        waiting.move(GONE, now_ms)
        due_ms = waiting.next_at_ms()
        assert due_ms is not None
        waits.append(due_ms - now_ms)
        now_ms = due_ms
    return waits


def test_backoff_doubles_up_to_ten_seconds() -> None:
    waits = waits_of(queue(), 6)
    assert waits == [1_000, 2_000, 4_000, 8_000, BACKOFF_LAST_MS, BACKOFF_LAST_MS]


def test_backoff_reaches_a_long_end_and_no_further() -> None:
    hour_ms = 3_600_000
    waiting = SchedulingQueue(read_profiles(None), backoff_last_ms=hour_ms)
    assert waits_of(waiting, 50)[-38:] == [hour_ms] * 38


def test_a_refused_pod_is_tried_again_after_five_minutes_of_nothing() -> None:
    waiting = queue()
    for at_ms, name in enumerate(("a", "b")):
        waiting.update(info(name), at_ms)
        attempt(waiting, at_ms)
    assert waiting.next_at_ms() == UNSCHEDULABLE_MS_MAX
    assert popped(waiting, UNSCHEDULABLE_MS_MAX - 1) == []
    assert popped(waiting, UNSCHEDULABLE_MS_MAX) == ["a"]
    assert popped(waiting, UNSCHEDULABLE_MS_MAX + 1) == ["b"]


def test_the_pods_own_change_brings_it_back() -> None:
    waiting = queue()
    waiting.update(info(cpu="8"), 0)
    attempt(waiting, 0)
    waiting.update(info(cpu="8", labels={"color": "blue"}), 2_000)
    assert popped(waiting, 2_000) == []
    waiting.update(info(cpu="1"), 2_001)
    assert popped(waiting, 2_001) == ["p"]


def test_a_gated_pod_is_not_tried_until_its_last_gate_is_gone() -> None:
    waiting = queue()
    gates = [{"name": "one"}, {"name": "two"}]
    waiting.update(info(schedulingGates=gates), 0)
    assert waiting.counts()["gated"] == 1
    assert waiting.next_at_ms() is None
    assert not waiting.move(GONE, 1)
    waiting.update(info(schedulingGates=gates[:1]), 2)
    assert popped(waiting, 2) == []
    waiting.update(info(), 3)
    assert popped(waiting, 3) == ["p"]


def test_a_pod_that_no_node_was_there_for_waits_for_a_node() -> None:
    waiting = queue()
    waiting.update(info(), 0)
    attempt(waiting, 0, set())
    assert not waiting.move(GONE, 5_000)
    assert waiting.move(ClusterEvent(NODE, ADD, None, node("a")), 5_000)
    assert popped(waiting, 5_000) == ["p"]


def test_a_removed_pod_never_comes_back() -> None:
    waiting = queue()
    waiting.update(info("active"), 0)
    waiting.update(info("trying"), -1)
    trying = waiting.pop(0)
    assert trying is not None
    for name in ("default/active", "default/trying"):
        waiting.remove(name)
    waiting.refused(trying, FIT, 0)
    waiting.retry(trying, 0)
    assert popped(waiting, UNSCHEDULABLE_MS_MAX * 2) == []
    assert len(waiting) == 0


def test_a_pod_of_the_same_name_has_no_history() -> None:
    waiting = queue()
    waiting.update(with_uid("first"), 0)
    attempt(waiting, 0)
    waiting.update(with_uid("second"), 10)
    queued = waiting.pop(10)
    assert queued is not None
    assert (queued.pod.uid, queued.attempts) == ("second", 1)


def test_a_failed_binding_is_tried_again_after_the_backoff() -> None:
    waiting = queue()
    waiting.update(info(), 0)
    queued = waiting.pop(0)
    assert queued is not None
    waiting.retry(queued, 500)
    assert popped(waiting, 1_499) == []
    assert popped(waiting, 1_500) == ["p"]
