"""Undo, redo, forks and the clock from the keyboard; the hand on the processes is a recording."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage, play
from tuik8s.ui.control import ANEW, RUNS, STOPPED, Acts, Follow, Relative, Reopen, Switch, Unable
from tuik8s.ui.past import Moment

pytestmark = pytest.mark.slow


class Hand:
    """Notes what is asked of it."""

    is_log = False
    data = "here"

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.pace = 1000
        self.found = RUNS
        self.taken_by = ""

    def fate(self) -> str:
        return self.found

    def heir(self) -> str:
        return self.taken_by

    def rate(self) -> int:
        return self.pace

    def set_rate(self, per_mille: int) -> None:
        self.pace = per_mille

    def step(self, duration_ms: int) -> None:
        self.asked.append(("step", duration_ms))

    def family(self) -> list[Relative]:
        return []

    def fork(self, revision: int, *, same_addresses: bool) -> str:
        self.asked.append(("undo" if same_addresses else "fork", revision))
        if revision > 10_000:
            raise Unable("no room on the disk")
        return "there"


def before(hand: Hand, scene: Any) -> Stage:
    stage = Stage()
    stage.app.control = hand
    play(scene, stage=stage)
    return stage


def test_undo_goes_on_from_before_the_last_act_here() -> None:
    hand = Hand()

    async def scene(stage: Stage) -> None:
        await stage.press("z")
        assert "nothing to undo" in stage.toasts
        deleted_after = stage.feed.newest_revision
        await stage.press("delete")
        await stage.wait(5_000)
        await stage.press("z")
        assert "UNDO delete pod/web-" in stage.text
        assert hand.asked == []
        await stage.press("y")
        kind, revision = hand.asked[0]
        assert kind == "undo"
        assert revision == deleted_after

    stage = before(hand, scene)
    assert stage.app.return_value == Switch("there", f"going on from #{hand.asked[0][1]}")
    assert stage.app.acts.done == []
    assert [undone.data for undone in stage.app.acts.undone] == ["here"]


def test_redo_goes_back_to_where_it_was_done() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.acts.did("scale deployment/web to 3", Moment(7, 0))
        await stage.press("Z")
        assert "nothing to redo" in stage.toasts
        await stage.press("z")
        await stage.press("y")

    stage = before(Hand(), scene)
    acts = stage.app.acts

    async def after(stage: Stage) -> None:
        stage.app.acts = acts
        await stage.press("Z")

    assert before(Hand(), after).app.return_value == Switch(
        "here", "redo scale deployment/web to 3"
    )


def test_a_fork_of_the_moment_that_is_shown() -> None:
    hand = Hand()

    async def scene(stage: Stage) -> None:
        await stage.press("p")
        await stage.press("left_square_bracket")
        await stage.press("B")
        moment = stage.app.rewinder.here
        assert f"FORK here, at #{moment.revision}" in stage.text
        assert "beside this one" in stage.text
        await stage.press("enter", "y")
        assert hand.asked == [("fork", moment.revision)]

    found = before(hand, scene).app.return_value
    assert found == Switch("there", f"a fork of #{hand.asked[0][1]}", stops=False)


def test_a_fork_that_cannot_be_is_told_and_nothing_ends() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.acts.did("delete everything", Moment(20_000, 0))
        await stage.press("z")
        await stage.press("y")
        assert "no room on the disk" in stage.toasts
        assert stage.app.is_running

    before(Hand(), scene)


def test_a_stopped_cluster_is_told_from_a_lost_one_and_opened_again_when_it_runs() -> None:
    hand = Hand()

    async def scene(stage: Stage) -> None:
        hand.found = STOPPED
        await stage.wait()
        assert "✗ STOPPED (tuik8s up starts it)" in stage.status
        await stage.press("left_square_bracket")
        assert "REWIND" in stage.status
        assert "‖ stopped" in stage.status
        hand.found = ANEW
        await stage.wait()

    assert isinstance(before(hand, scene).app.return_value, Reopen)


def test_a_cluster_whose_place_was_taken_says_by_which_and_leads_there() -> None:
    hand = Hand()

    async def scene(stage: Stage) -> None:
        hand.found, hand.taken_by = STOPPED, "/clusters/default-f1"
        await stage.wait()
        assert "✗ STOPPED, default-f1 goes on (\\ goes there)" in stage.status
        assert "default-f1 goes on in the place of this cluster" in stage.toasts
        await stage.press("left_square_bracket")
        await stage.press("backslash")  # from the past to its end first
        assert stage.app.is_running
        await stage.press("backslash")

    assert before(hand, scene).app.return_value == Follow("/clusters/default-f1")


@pytest.mark.parametrize(
    ("typed", "pace"), [("pause", 0), ("resume", 1000), ("10", 10_000), ("0.5", 500)]
)
def test_the_clock_is_set(typed: str, pace: int) -> None:
    hand = Hand()

    async def scene(stage: Stage) -> None:
        await stage.press("colon")
        await stage.type(f"clock {typed}")
        await stage.press("enter")
        assert hand.pace == pace

    before(hand, scene)


@pytest.mark.parametrize("typed", ["", "fast", "-1", "1000", "nan", "step", "step soon"])
def test_what_is_no_clock_says_what_is(typed: str) -> None:
    stage = Stage()
    stage.app.control = Hand()
    assert "pause, resume, a rate" in stage.app.set_clock(typed)


def test_acts_after_a_fork_are_forgotten() -> None:
    acts = Acts()
    for revision in (5, 9):
        acts.did(f"act {revision}", Moment(revision, 0))
    acts.rewound(9)
    assert [act.what for act in acts.done] == ["act 5"]
