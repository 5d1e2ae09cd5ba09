"""Where a pod would go, asked of the scheduler that runs; nothing in the cluster changes by it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.scheduler.fixtures import node, pod
from tests.components.scheduler.rig import Rig
from tuik8s.api.what_if import ANSWER, ASK, Question, Verdict, heard, telling

pytestmark = pytest.mark.slow


class Asking(Rig):
    def __init__(self) -> None:
        super().__init__()
        self.verdicts: list[Verdict] = []
        self.client.feeds.tap(ANSWER, self._on_answer)
        self.simulation.run_ms(100)
        self.create(node("small", cpu="1"))
        self.create(node("large", cpu="8", taints=[{"key": "gpu", "effect": "NoSchedule"}]))

    def _on_answer(self, topic: str, body: bytes) -> None:
        self.verdicts.append(heard(body, Verdict))

    def ask(self, wanted: Any, id_: str = "1") -> Verdict:
        self.client.call(telling(ASK, Question(id_, wanted)), lambda reply: None)
        self.simulation.run_ms(100)
        [found] = [verdict for verdict in self.verdicts if verdict.id == id_]
        return found


def test_a_pod_that_fits_nowhere_and_the_change_that_helps() -> None:
    rig = Asking()
    refused = rig.ask(pod("p", cpu="4"), "a").decision
    assert refused is not None
    assert refused["node"] == ""
    assert {group["plugin"] for group in refused["refused"]} == {
        "NodeResourcesFit", "TaintToleration",
    }  # fmt: skip
    tolerating = pod("p", cpu="4", tolerations=[{"key": "gpu", "operator": "Exists"}])
    placed = rig.ask(tolerating, "b").decision
    assert placed is not None
    assert placed["node"] == "large"


def test_a_placed_pod_does_not_stand_in_its_own_way() -> None:
    rig = Asking()
    rig.create(pod("p", cpu="800m"))
    rig.simulation.run_ms(1_000)
    found = rig.ask(pod("p", cpu="900m", on="small")).decision
    assert found is not None
    assert found["node"] == "small"
    other = rig.ask(pod("q", cpu="900m"), "other").decision
    assert other is not None
    assert other["node"] == ""


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (pod("p", schedulerName="mine"), "'mine' is none of this scheduler's profiles"),
        (pod("p", schedulingGates=[{"name": "wait"}]), "it is not tried"),
        ({"metadata": {"name": "p"}}, "no valid pod"),
        (pod("p", cpu="many"), "no valid pod"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_words(wanted: Any, says: str) -> None:
    verdict = Asking().ask(wanted)
    assert verdict.decision is None
    assert says in verdict.refused


def test_nonsense_on_the_topic_ends_nothing() -> None:
    rig = Asking()
    rig.client.call(telling(ASK, Verdict("x", refused="no question")), lambda reply: None)
    rig.simulation.run_ms(100)
    assert rig.ask(pod("p")).decision is not None


@pytest.mark.parametrize(
    "body", [b"", b"\x82\xa2id\xa1\xff\xa3pod\x80", b"\x81\xa1x" + b"\x91" * 100_000]
)
def test_what_is_no_question_is_none(body: bytes) -> None:
    assert heard(body, Question) is None
