"""What the timeline draws over time: counts, leaders and forks; pure, and from a log."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from tests.ui.stage import Stage, play
from tuik8s.api.types import Key
from tuik8s.ui.control import Relative
from tuik8s.ui.fork_tree import fork_lanes
from tuik8s.ui.leaders import LEASES, TRIES, Leaders, Term, holder_of, leader_text
from tuik8s.ui.levels import STEPS_MAX, Level, LevelReader, Step, bars, is_down, is_pending
from tuik8s.ui.logbook import Logbook, Page
from tuik8s.ui.past import LoggedChange, Moment
from tuik8s.ui.timeline import BOOKMARK, LEADER, Mark
from tuik8s.ui.widgets.lanes import Lanes

pack = msgspec.msgpack.encode
PENDING, RUNNING = pack({"status": {"phase": "Pending"}}), pack({"status": {"phase": "Running"}})


def change(at_ms: int, before: bytes | None, after: bytes | None) -> LoggedChange:
    moment = Moment(at_ms, at_ms)
    return LoggedChange(moment, "MODIFIED", Key("pods", "a", "b"), "", 0, before, after)


@pytest.mark.parametrize(
    ("status", "pending", "down"),
    [
        ({}, True, True),
        (None, True, True),
        ({"phase": None}, True, True),
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


@pytest.mark.parametrize("spec", [None, {}, {"holderIdentity": None}])
def test_a_lease_that_nobody_holds(spec: Any) -> None:
    assert holder_of(pack({"spec": spec})) == ""


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


def lease(holder: str, namespace: str = "default") -> dict[str, Any]:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "operator", "namespace": namespace},
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


def test_leases_of_one_name_are_of_their_namespaces() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("leases.coordination.k8s.io", lease("one"))
        stage.create("leases.coordination.k8s.io", lease("two", "kube-system"))
        for _ in range(3):
            await stage.wait(2_000)
        terms = stage.app.reader.leaders.terms
        assert [term.holder for term in terms["default/operator"]] == ["one"]
        assert [term.holder for term in terms["kube-system/operator"]] == ["two"]
        assert "operator" not in terms

    play(scene)


def test_a_holder_cannot_drive_the_terminal() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("leases.coordination.k8s.io", lease("\x1b[2Jバ\n!"))
        await stage.wait(2_000)
        await stage.press("8")
        for _ in range(3):
            await stage.wait(2_000)
        lanes = stage.app.screen.query_one(Lanes)
        (held,) = [line for line in lanes.as_text().split("\n") if "leader of operator" in line]
        assert "·[2J··! ═" in held
        assert "\x1b" not in stage.text

    play(scene)


def test_nothing_is_asked_of_the_log_again_that_was_answered() -> None:
    async def scene(stage: Stage) -> None:
        reader = LevelReader(stage.feed, "nodes", is_down)
        asked: list[int] = []
        page = reader._log.page

        def noting(*args: Any, after: int = 0, **options: Any) -> None:
            asked.append(after)
            page(*args, after=after, **options)

        reader.look()
        await stage.wait(100)
        reader._log.page = noting  # type: ignore[method-assign, assignment]
        for _ in range(3):  # Leases are renewed, nodes stay as they are
            await stage.wait(2_000)
            reader.look()
            await stage.wait(100)
        assert len(set(asked)) == len(asked) == 3

    play(scene)


def test_what_the_feed_has_not_heard_of_is_left_for_the_next_look() -> None:
    """Whether an Event is a warning is known from the feed, which may be behind the log."""

    async def scene(stage: Stage) -> None:
        reader, newest = stage.app.reader, stage.feed.newest_revision
        last = reader._last
        early = LoggedChange(
            Moment(newest + 5, 0), "ADDED", Key("events", "a", "b"), "system:x", 0, None, None
        )
        reader._on_new(Page([early]))
        assert reader._last == last
        assert "x" not in reader.timeline.lanes

    play(scene)


def test_the_steps_of_hours_are_forgotten_and_so_is_what_was_known_of_then() -> None:
    level = Level()
    for at_ms in range(STEPS_MAX + 1):
        level.take(change(at_ms, None, PENDING), is_pending)
    assert len(level.steps) <= STEPS_MAX
    first_ms = level.steps[0].at_ms
    assert level.known_from_ms == first_ms > 0
    assert level.cells(2, first_ms - 10, first_ms + 10, STEPS_MAX + 1)[0] is None


def test_a_log_that_could_not_be_read_at_first_is_asked_again() -> None:
    stage = Stage()
    reader, refused = stage.app.reader, ["too busy", "too busy"]
    page = reader._log.page

    def flaky(on_page: Any, **options: Any) -> None:
        if refused:
            on_page(Page([], refused.pop()))
        else:
            page(on_page, **options)

    reader._log.page = flaky  # type: ignore[method-assign]

    async def scene(stage: Stage) -> None:
        for _ in range(4):
            await stage.wait(1_000)
        assert not refused
        assert "people" in reader.timeline.lanes
        assert any("web" in mark.text for mark in reader.timeline.marks)

    play(scene, stage=stage)


def test_a_turn_that_could_not_be_read_is_asked_for_again_and_not_for_ever() -> None:
    pages: list[Page] = []
    asked: list[int] = []

    class Log:
        def page(self, on_page: Any, *, after: int, key: str) -> None:
            asked.append(after)
            on_page(pages.pop(0) if pages else Page([], "gone"))

    said: list[str] = []
    leaders = Leaders(cast("Logbook", Log()), lambda moment, text: said.append(text))
    new = LoggedChange(
        Moment(7, 70), "ADDED", Key(LEASES, "a", "op"), "", 0, None,
        pack({"spec": {"holderIdentity": "one"}}),
    )  # fmt: skip
    pages += [Page([], "too busy"), Page([new])]
    leaders.saw([new])
    assert said == []
    leaders.saw([])
    leaders.saw([])
    assert said == ["op has a new leader: one"]
    assert asked == [6, 6]
    leaders.saw([new])
    for _ in range(9):
        leaders.saw([])
    assert len(asked) == 2 + TRIES
