"""`:vs A`: the same table on two sides, in simulated time."""

from __future__ import annotations

import pytest

from tests.ui.stage import Stage, deployment, play
from tests.ui.test_diff_screen import Desk, go, look
from tuik8s.ui.screens.text import TextScreen
from tuik8s.ui.screens.versus import Half, VersusScreen

pytestmark = pytest.mark.slow


def halves(stage: Stage) -> tuple[Half, ...]:
    screen = stage.app.screen
    assert isinstance(screen, VersusScreen)
    return screen.halves


def names(half: Half) -> list[str]:
    return [half.table.store.get(uid).cells[1].text for uid in half.table.store.order]


def marked(half: Half) -> list[str]:
    store = half.table.store
    return [store.get(uid).cells[1].text for uid in store.order if uid in store.marks]


async def grown(stage: Stage) -> None:
    """A bookmark b1, and two pods that were not there then."""
    await stage.press("m", "enter")
    stage.create("deployments.apps", deployment("api", 2))
    await stage.wait(5_000)
    await go(stage, "vs b1")


def test_two_moments_of_a_table() -> None:
    async def scene(stage: Stage) -> None:
        await grown(stage)
        here, then = halves(stage)
        assert [name[:3] for name in names(here)] == ["api", "api", "web", "web", "web"]
        assert [name[:3] for name in names(then)] == ["web", "web", "web"]
        assert marked(here) == names(here)[:2]
        assert marked(then) == []
        assert "pods(all): 2 differ, here #" in stage.status
        assert " vs b1 #" in stage.status

        await stage.press("j", "j", "j")
        assert here.rows.cursor_uid == then.rows.cursor_uid
        await stage.press("enter")
        assert "does not differ" in stage.toasts
        await stage.press("g", "enter")
        assert isinstance(stage.app.screen, TextScreen)
        await look(stage)
        assert "not there at b1 #" in stage.text
        await stage.press("escape", "escape")
        assert stage.app.listing is not None

    play(scene)


def test_the_filter_and_the_namespace_are_of_both() -> None:
    async def scene(stage: Stage) -> None:
        await grown(stage)
        await stage.press("slash")
        await stage.type("web")
        await stage.press("enter")
        here, then = halves(stage)
        assert names(here) == names(then)
        assert len(names(here)) == 3
        stage.app.set_namespace("kube-system")
        await look(stage)
        assert [names(half) for half in halves(stage)] == [[], []]

    play(scene)


def test_one_side_follows_what_is_shown() -> None:
    async def scene(stage: Stage) -> None:
        await grown(stage)
        await stage.press("at")
        await stage.type("b1")
        await stage.press("enter")
        await look(stage)
        here, then = halves(stage)
        assert names(here) == names(then)
        assert marked(here) == []
        await stage.press("backslash")
        await look(stage)
        assert len(names(here)) == 5

    play(scene)


def test_another_cluster() -> None:
    other = Stage()
    other.cluster.run_ms(1_000)
    other.create("deployments.apps", deployment("api", 1))
    other.cluster.run_ms(5_000)
    stage = Stage()
    stage.app.machine = Desk(other)

    async def scene(stage: Stage) -> None:
        await go(stage, "vs other")
        for _ in range(10):
            other.cluster.run_ms(300)
            await stage.wait(300)
        here, there = halves(stage)
        assert [len(names(half)) for half in (here, there)] == [3, 4]
        assert "other #" in stage.text

    play(scene, size=(80, 24), stage=stage)


@pytest.mark.parametrize(
    ("before", "typed", "problem"),
    [
        ("pods", "vs", ":vs takes one moment or cluster"),
        ("pods", "vs b1 b2", ":vs takes one moment or cluster"),
        ("pods", "vs nobody", "'nobody' is no moment and no cluster"),
        ("timeline", "vs -1m", ":vs is of a table: go to one first"),
    ],
)
def test_what_cannot_be_shown(before: str, typed: str, problem: str) -> None:
    stage = Stage()
    stage.app.machine = Desk()

    async def scene(stage: Stage) -> None:
        assert stage.app.run_command(before) == ""
        await stage.wait()
        assert problem in stage.app.run_command(typed)

    play(scene, stage=stage)


def test_ages_go_on_where_now_is_shown_and_stand_where_it_is_not() -> None:
    async def scene(stage: Stage) -> None:
        await grown(stage)
        ages = []
        for _ in range(2):
            ages.append(
                [
                    half.table.store.get(half.table.store.order[-1]).cells[-1].text
                    for half in halves(stage)
                ]
            )
            await stage.wait(20_000)
            await look(stage)
        (here, then), (later, same) = ages
        assert later != here
        assert same == then

    play(scene)
