"""`:diff`: two moments, two clusters, object by object, in simulated time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ui.stage import Stage, deployment, play
from tuik8s.bus.client import Client
from tuik8s.ui.control import Unable
from tuik8s.ui.machine import NoMachine
from tuik8s.ui.past import Moment
from tuik8s.ui.screens.diff import DiffScreen
from tuik8s.ui.screens.text import TextScreen

pytestmark = pytest.mark.slow


class Desk(NoMachine):
    """Knows one other cluster, and keeps what is written."""

    def __init__(self, other: Stage | None = None) -> None:
        self.files: dict[str, str] = {}
        self._other = other

    def clusters(self) -> list[str]:
        return ["other"]

    def reach(self, name: str) -> Client:
        if name != "other" or self._other is None:
            raise Unable("clusters of this machine: other")
        return self._other.feed.client

    def write(self, name: str, text: str) -> str:
        self.files[name] = text
        return name


def kinds_in(stage: Stage) -> dict[str, list[str]]:
    screen = stage.app.screen
    assert isinstance(screen, DiffScreen)
    store = screen._kinds
    return {uid: [cell.text for cell in store.get(uid).cells[1:]] for uid in store.order}


def rows_in(stage: Stage) -> list[list[str]]:
    screen = stage.app.screen
    assert isinstance(screen, DiffScreen)
    return [[cell.text for cell in screen._rows.get(uid).cells] for uid in screen._rows.order]


async def go(stage: Stage, text: str) -> None:
    await stage.press("colon")
    await stage.type(text)
    await stage.press("enter")
    await look(stage)


async def look(stage: Stage) -> None:
    """Long enough for both sides to be asked for, to be answered, and to be compared."""
    for _ in range(4):
        await stage.wait(1_500)


def test_a_bookmark_against_now() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m", "enter")
        stage.create("deployments.apps", deployment("api", 2))
        await stage.wait(5_000)
        await go(stage, "diff")
        assert "diff b1 #" in stage.status
        counts = kinds_in(stage)
        assert next(iter(counts)) == "all"
        assert counts["pods"] == ["2", "", ""]
        assert counts["deployments.apps"] == ["1", "", ""]
        assert "leases.coordination.k8s.io" not in counts
        assert "events" not in counts
        assert "events" not in {row[1] for row in rows_in(stage)}
        assert [row[:4] for row in rows_in(stage) if row[1] == "deployment"] == [
            ["+", "deployment", "default", "api"]
        ]
        stage.app.set_namespace("kube-system")
        await look(stage)
        assert rows_in(stage) == []
        assert list(kinds_in(stage)) == ["all"]

    play(scene)


def test_a_change_says_what_it_changed_and_enter_shows_the_fields() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m", "enter")
        stage.cluster.client.patch(
            "deployments.apps", "default", "web", {"metadata": {"labels": {"a": "b"}}},
            lambda reply: None,
        )  # fmt: skip
        await stage.wait(3_000)
        await go(stage, "diff b1 live")
        (row,) = [row for row in rows_in(stage) if row[1] == "deployment"]
        assert row[0] == "~"
        assert "metadata.labels: none -> " in row[4] or "metadata.labels set" in row[4]
        await stage.press("slash")
        await stage.type("kind:deployment")
        await stage.press("enter")
        assert [row[1] for row in rows_in(stage)] == ["deployment"]
        await stage.press("enter")
        assert isinstance(stage.app.screen, TextScreen)
        await stage.wait()
        assert "was     as it is at b1 #" in stage.text
        assert "metadata.labels" in stage.text
        await stage.press("escape")
        assert isinstance(stage.app.screen, DiffScreen)

    play(scene)


def test_it_follows_the_moment_that_is_shown_and_now() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("p")
        then = stage.app.rewinder.here.revision
        stage.create("deployments.apps", deployment("api", 2))
        await stage.wait(5_000)
        await go(stage, "diff")
        assert f"diff here #{then} " in stage.status
        assert "→ live #" in stage.status
        assert kinds_in(stage)["pods"] == ["2", "", ""]
        stage.create("deployments.apps", deployment("late", 1))
        await look(stage)
        assert kinds_in(stage)["pods"] == ["3", "", ""]
        await stage.press("backslash")  # what is shown is now
        await look(stage)
        assert "pods" not in kinds_in(stage)
        assert "Nothing differs." in stage.text

    play(scene)


def test_another_cluster_and_its_past() -> None:
    other = Stage()
    other.cluster.run_ms(1_000)
    then = other.feed.newest_revision
    other.create("deployments.apps", deployment("api", 2))
    other.cluster.run_ms(5_000)
    stage = Stage()
    stage.app.machine = Desk(other)

    async def scene(stage: Stage) -> None:
        for text in ("diff other", f"diff other@{then}"):
            await go(stage, text)
            for _ in range(10):
                other.cluster.run_ms(300)
                await stage.wait(300)
            found = kinds_in(stage).get("deployments.apps")
            assert found == (["", "1", ""] if text == "diff other" else None)
        assert f"diff other@{then} #{then}" in stage.status

    play(scene, stage=stage)


def test_noise_is_left_out_unless_asked_for() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m", "enter")
        await stage.wait(30_000)
        await go(stage, "diff")
        assert rows_in(stage) == []
        assert "a counts noise, too" in stage.text
        await stage.press("a")
        await look(stage)
        counts = kinds_in(stage)
        assert int(counts["leases.coordination.k8s.io"][2]) >= 3
        assert "with noise" in stage.status
        await stage.press("a")
        await look(stage)
        assert rows_in(stage) == []
        assert list(kinds_in(stage)) == ["all"]

    play(scene)


def test_a_kind_is_chosen_above_and_rows_are_exported() -> None:
    stage = Stage()
    desk = stage.app.machine = Desk()

    async def scene(stage: Stage) -> None:
        await stage.press("m", "enter")
        stage.create("deployments.apps", deployment("api", 2))
        await stage.wait(5_000)
        await go(stage, "diff")
        await stage.press("tab")
        await stage.press("j", "j")
        chosen = {row[1] for row in rows_in(stage)}
        assert len(chosen) == 1
        await stage.press("enter")
        await stage.press("ctrl+s")
        (name,) = [name for name in desk.files if name.endswith(".json")]
        rows: list[dict[str, Any]] = json.loads(desk.files[name])
        assert {row["KIND"] for row in rows} == chosen

    play(scene, stage=stage)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("diff", "there is no bookmark to compare it with"),
        ("diff a b c", ":diff takes two at most"),
        ("diff nobody", "'nobody' is no moment and no cluster: clusters of this machine: other"),
        ("diff #999999", "#999999 has not happened yet, the newest is #"),
        ("diff @soon", "'soon' is no moment"),
        ("diff other@soon", "other@soon: 'soon' is no moment"),
    ],
)
def test_what_cannot_be_compared(typed: str, problem: str) -> None:
    stage = Stage()
    stage.app.machine = Desk()

    async def scene(stage: Stage) -> None:
        assert problem in stage.app.run_command(typed)

    play(scene, stage=stage)


def test_what_cannot_be_read_is_asked_for_again_once_a_second_and_said_all_the_time() -> None:
    async def scene(stage: Stage) -> None:
        await go(stage, "diff #1 live")
        screen = stage.app.screen
        assert isinstance(screen, DiffScreen)
        reader = screen.sides[0].reader
        lists: list[object] = []
        real = reader._list

        def refused(moment: object) -> None:
            lists.append(moment)
            real(Moment(1 << 40, 0))

        reader._list = refused  # type: ignore[method-assign]
        reader.state, reader._past = None, None
        await look(stage)
        lists.clear()
        for _ in range(30):
            assert reader.refused
            await stage.wait(100)
        assert len(lists) <= 4

    play(scene)
