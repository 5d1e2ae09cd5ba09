"""What the timeline draws over time: counts, leaders and forks; pure, and from a log."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.ui.stage import Stage, play
from tuik8s.api.types import Key
from tuik8s.ui.control import Relative
from tuik8s.ui.fork_tree import fork_lanes
from tuik8s.ui.leaders import Term, leader_text
from tuik8s.ui.levels import Level, Step, bars, is_down, is_pending
from tuik8s.ui.past import LoggedChange, Moment
from tuik8s.ui.timeline import BOOKMARK, LEADER, Mark

pack = msgspec.msgpack.encode
PENDING, RUNNING = pack({"status": {"phase": "Pending"}}), pack({"status": {"phase": "Running"}})


def change(at_ms: int, before: bytes | None, after: bytes | None) -> LoggedChange:
    moment = Moment(at_ms, at_ms)
    return LoggedChange(moment, "MODIFIED", Key("pods", "a", "b"), "", 0, before, after)


@pytest.mark.parametrize(
    ("status", "pending", "down"),
    [
        ({}, True, True),
        ({"phase": "Running", "conditions": None}, False, True),
        ({"phase": "Failed", "conditions": [{"type": "Ready", "status": "True"}]}, False, False),
        ({"conditions": [{"type": "Ready", "status": "Unknown"}]}, True, True),
    ],
)
def test_what_counts(status: Any, pending: bool, down: bool) -> None:
    data = pack({"status": status})
    assert (is_pending(data), is_down(data)) == (pending, down)


def test_a_count_is_followed_back_from_now() -> None:
    level = Level()
    for each in (
        change(70, PENDING, RUNNING), change(20, None, PENDING), change(40, None, PENDING),
        change(41, RUNNING, None), change(90, PENDING, PENDING),
    ):  # fmt: skip
        level.take(each, is_pending)
    assert level.steps == [Step(20, 1), Step(40, 1), Step(70, -1)]
    assert level.cells(10, 0, 100, 1) == [None, None, 1, 1, 2, 2, 2, 2, 1, 1]
    level.known_from_ms = 0
    level.take(change(95, None, RUNNING), is_pending)
    assert level.cells(10, 0, 100, 1) == [0, 0, 1, 1, 2, 2, 2, 2, 1, 1]
    assert bars([None, 0, 1, 2, 4]) == " ▁▂▄█"
    assert bars([0, 0, None]) == "▁▁ "


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ([Term(0, "a")], "a ════════"),
        ([Term(0, "a"), Term(50, "b")], "a ══╗b ═══"),
        ([Term(30, "a")], "   a ═════"),
        ([Term(0, "long-name"), Term(20, "b")], "l╗b ══════"),
        ([], " " * 10),
    ],
)
def test_leaders_as_a_line(terms: list[Term], text: str) -> None:
    assert leader_text(terms, lambda ms: ms // 10, 10) == text


def test_forks_leave_their_parents_where_they_did() -> None:
    family = [
        Relative("main", "", 0, True, True),
        Relative("main-f1", "main", 50, False, False),
        Relative("main-f1-f1", "main-f1", 70, False, True),
    ]
    mark = Mark(Moment(3, 20), BOOKMARK, "bookmark b1")
    lanes = fork_lanes(family, [mark], 10, 0, 100)
    assert [lane.text for lane in lanes] == ["──◆b1────●", "     └───■", "       └─●"]
    assert [lane.name for lane in lanes] == ["main here", "└ main-f1 stopped", "  └ main-f1-f1"]
    assert fork_lanes(family[:1], [], 10, 0, 100) == []


def lease(holder: str) -> dict[str, Any]:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "operator", "namespace": "default"},
        "spec": {"holderIdentity": holder},
    }


def turns(stage: Stage, lease: str) -> list[Mark]:
    marks = stage.app.reader.timeline.marks
    return [m for m in marks if m.sign == LEADER and m.text.startswith(f"{lease} ")]


async def held(stage: Stage, holder: str) -> None:
    patch = {"spec": {"holderIdentity": holder}}
    stage.cluster.client.patch(
        "leases.coordination.k8s.io", "default", "operator", patch, lambda reply: None
    )
    await stage.wait(2_000)


def test_a_new_leader_is_a_mark_and_has_a_lane() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("leases.coordination.k8s.io", lease("one"))
        await stage.wait(2_000)
        for holder in ("one", "two", "two"):
            await held(stage, holder)
        marks = turns(stage, "operator")
        assert [mark.text for mark in marks] == [
            "operator has a new leader: one", "operator has a new leader: two",
        ]  # fmt: skip
        await stage.press("8")
        await stage.wait(12_000)  # heartbeats make newer revisions
        assert "leader of operator" in stage.text
        assert "two ═" in stage.text
        assert "nodes down" in stage.text
        assert "pods pending" in stage.text
        await stage.press("left_curly_bracket")
        assert f"REWIND #{marks[1].moment.revision}" in stage.status

    play(scene)


def test_a_killed_scheduler_comes_back_as_a_new_leader() -> None:
    async def scene(stage: Stage) -> None:
        await stage.wait(2_000)
        first = turns(stage, "kube-scheduler")
        assert len(first) == 1
        fault = {
            "apiVersion": "chaos.tuik8s.dev/v1",
            "kind": "Fault",
            "metadata": {"name": "f"},
            "spec": {"action": "component-kill", "target": "component/scheduler", "for": "20s"},
        }
        stage.create("faults.chaos.tuik8s.dev", fault)
        await stage.wait(15_000)
        assert turns(stage, "kube-scheduler") == first  # nobody else leads as long as it is dead
        for _ in range(3):  # what is new, what of it are Leases, who held them
            await stage.wait(5_000)
        marks = turns(stage, "kube-scheduler")
        assert len(marks) == 2
        assert marks[1].text.startswith("kube-scheduler has a new leader: scheduler_")
        assert marks[1].text != first[0].text
        assert len(turns(stage, "kube-controller-manager")) == 1
        await stage.press("left_curly_bracket")
        assert f"REWIND #{marks[1].moment.revision}" in stage.status

    play(scene)


def test_a_later_dashboard_finds_the_leaders_in_the_log() -> None:
    stage = Stage()
    stage.create("leases.coordination.k8s.io", lease("one"))
    stage.cluster.client.patch(
        "leases.coordination.k8s.io", "default", "operator",
        {"spec": {"holderIdentity": "two"}}, lambda reply: None,
    )  # fmt: skip
    stage.cluster.run_ms(60_000)

    async def scene(stage: Stage) -> None:
        await stage.wait(2_000)
        terms = stage.app.reader.leaders.terms["operator"]
        assert [term.holder for term in terms] == ["one", "two"]

    play(scene, stage=stage)
