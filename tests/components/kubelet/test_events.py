"""Events: the same thing again is counted, too many are dropped, bursts wait behind others."""

from __future__ import annotations

from typing import Any, Literal, cast

import pytest

from tuik8s.bus.client import Client
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.event_pace import BURST, EventPace
from tuik8s.components.kubelet.events import BURST_PER_OBJECT, NodeEvents
from tuik8s.components.kubelet.runtimes.base import ContainerChange
from tuik8s.world.simulated import Simulation

POD = {"metadata": {"name": "a", "namespace": "ns", "uid": "u"}}


class Recorded:
    """A client that remembers what it was asked."""

    def __init__(self) -> None:
        self.created: list[dict[str, Any]] = []
        self.patched: list[dict[str, Any]] = []

    def create(self, resource: str, event: dict[str, Any], on_reply: object) -> None:
        self.created.append(event)

    def patch(
        self, resource: str, namespace: str, name: str, body: dict[str, Any], on_reply: object
    ) -> None:
        self.patched.append(body)


class Bench:
    def __init__(self) -> None:
        self.simulation = Simulation(1)
        world = self.simulation.host("kubelet").world
        self.recorded = Recorded()
        client = cast(Client, self.recorded)
        self.events = NodeEvents(world, client, "node-1", EventPace(world))

    def said(self) -> list[tuple[str, str, str]]:
        self.simulation.run_ms(2_000)
        return [(e["type"], e["reason"], e["message"]) for e in self.recorded.created]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_same_again_is_counted(bench: Bench) -> None:
    for _ in range(3):
        bench.events.pod(POD, "Warning", "BackOff", "again")
    assert len(bench.said()) == 1
    assert [body["count"] for body in bench.recorded.patched] == [2, 3]


def test_one_object_cannot_flood(bench: Bench) -> None:
    for number in range(100):
        bench.events.pod(POD, "Normal", "R", f"message {number}")
    assert len(bench.said()) == BURST_PER_OBJECT
    assert bench.events.dropped == 100 - BURST_PER_OBJECT


def test_a_node_cannot_flood(bench: Bench) -> None:
    for number in range(300):
        pod = {"metadata": {**POD["metadata"], "uid": f"u{number}"}}
        bench.events.pod(pod, "Normal", "R", "m")
    assert len(bench.said()) == 100


def test_a_burst_waits_behind_others(bench: Bench) -> None:
    for number in range(90):
        pod = {"metadata": {**POD["metadata"], "uid": f"u{number}"}}
        bench.events.pod(pod, "Normal", "R", "m")
    assert len(bench.recorded.created) == BURST
    assert len(bench.said()) == 90


CHANGES: tuple[tuple[str, dict[str, Any], list[tuple[str, str, str]]], ...] = (
    ("pulled", {}, [("Normal", "Pulled", 'Container image "app:1" already present on machine and '
                     "can be accessed by the pod")]),
    ("started", {}, [("Normal", "Created", "Container created"),
                     ("Normal", "Started", "Container started")]),
    ("pull-failed", {"reason": "ErrImagePull", "message": "gone"},
     [("Warning", "Failed", 'Failed to pull image "app:1": gone'),
      ("Warning", "Failed", "Error: ErrImagePull")]),
    ("exited", {"exit_code": 1}, []),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "more", "said"), CHANGES, ids=[row[0] for row in CHANGES])
def test_words(
    bench: Bench, kind: Any, more: dict[str, Any], said: list[tuple[str, str, str]]
) -> None:
    container = Container({"name": "c", "image": "app:1"}, "main")
    change = ContainerChange(id="i", kind=kind, at_ms=0, **more)
    bench.events.container(POD, container, change)
    assert bench.said() == said


def test_pull_is_told_with_its_time_where_the_policy_is_always(bench: Bench) -> None:
    spec = {"name": "c", "image": "app:1", "imagePullPolicy": "Always"}
    container = Container(spec, "init")
    steps: tuple[tuple[Literal["pulling", "pulled"], int], ...] = (
        ("pulling", 0),
        ("pulled", 1_500),
    )
    for kind, at_ms in steps:
        change = ContainerChange(id="i", kind=kind, at_ms=at_ms)
        container.on_change(change)
        bench.events.container(POD, container, change)
    assert [message for _, _, message in bench.said()] == [
        'Pulling image "app:1"',
        'Successfully pulled image "app:1" in 1.5s (1.5s including waiting). '
        "Image size: 8388608 bytes.",
    ]
    about = bench.recorded.created[0]["involvedObject"]
    assert about["fieldPath"] == "spec.initContainers{c}"
