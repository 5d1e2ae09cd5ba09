"""The timeline screen: lanes, faults, marks, and going where one is."""

from __future__ import annotations

import pytest

from tests.ui.stage import Stage, play
from tuik8s.ui.screens.timeline import axis, fault_lane
from tuik8s.ui.timeline_reader import lane_of

pytestmark = pytest.mark.slow


def test_lanes_and_marks_are_shown_and_enter_goes_there() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("8")
        await stage.wait()
        assert "timeline of 15m" in stage.status
        for who in ("controllers", "kubelets", "kube-scheduler", "people"):
            assert f" {who} " in stage.text
        assert "added deployments.apps/default/web" in stage.text
        await stage.press("G", "enter")
        await stage.wait()
        moment = stage.app.rewinder.moment
        assert moment is not None
        assert f"REWIND #{moment.revision}" in stage.status
        assert moment.revision == min(
            mark.moment.revision for mark in stage.app.reader.timeline.marks
        )

    play(scene)


def test_less_time_at_once() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("8", "plus")
        assert "timeline of 5m" in stage.status
        await stage.press(*["o"] * 9)
        assert "timeline of 24h" in stage.status

    play(scene)


def test_a_bookmark_that_is_gone_is_no_mark_any_more() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m", *"calm", "enter")
        await stage.press("8")
        await stage.wait(3_000)
        assert "bookmark calm" in stage.text
        stage.app.bookmarks.delete("calm", lambda why: None)
        await stage.wait(3_000)
        assert "calm" not in stage.text

    play(scene)


def test_authors_have_lanes() -> None:
    assert lane_of("system:node:node-7") == "kubelets"
    assert lane_of("system:serviceaccount:kube-system:node-controller") == "controllers"
    assert lane_of("system:kube-scheduler") == "kube-scheduler"
    assert lane_of("kubernetes-admin") == lane_of("system:admin") == "people"
    assert lane_of("") == "api server"


def test_a_fault_is_a_bar() -> None:
    fault = {
        "metadata": {"name": "f"},
        "spec": {"action": "node-stop", "target": "node/node-1"},
        "status": {"startedAt": "1970-01-01T00:00:20Z", "endsAt": "1970-01-01T00:00:50Z"},
    }
    lane = fault_lane(fault, 50, 0, 100_000, 100_000)
    assert lane is not None
    assert lane.text.rstrip() == " " * 10 + "!node-stop node/"
    assert len(lane.text) == 50
    still = fault_lane(fault, 50, 0, 100_000, 30_000)
    assert still is not None
    assert still.text.rstrip() == " " * 10 + "!node-"
    assert fault_lane(fault, 50, 60_000, 100_000, 100_000) is None
    for phase, length in (("Active", 81), ("Done", 1), ("Refused", 1)):
        begun = {"startedAt": "1970-01-01T00:00:20Z", "phase": phase}
        lane = fault_lane({**fault, "status": begun}, 101, 0, 101_000, 100_000)
        assert lane is not None
        assert len(lane.text.strip()) == length
    for status in ({}, None, {"startedAt": "soon"}):
        assert fault_lane({**fault, "status": status}, 50, 0, 100_000, 100_000) is None
    odd = fault_lane({**fault, "status": {**fault["status"], "endsAt": "?"}}, 50, 0, 10**5, 30_000)
    assert odd == still


def test_the_axis_has_times() -> None:
    assert axis(40, 0, 40_000).split() == ["00:00:00", "00:00:16", "00:00:32"]
