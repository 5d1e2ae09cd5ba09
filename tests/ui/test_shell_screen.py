"""Commands in a pod from the dashboard, as somebody types them."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.ui.stage import Stage, play
from tests.ui.test_detail import pod
from tuik8s.ui.lines import text_of
from tuik8s.ui.screens.changes import Changes
from tuik8s.ui.screens.shell import ShellScreen
from tuik8s.ui.widgets.page import Page

pytestmark = pytest.mark.slow


def lines(stage: Stage) -> list[str]:
    return [text_of(each) for each in stage.app.screen.query_one(Page).lines]


async def enter(stage: Stage, text: str) -> None:
    stage.app.screen.query_one(Input).value = text
    await stage.press("enter")
    await stage.wait()


def test_output_code_and_history() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("s")
        assert isinstance(stage.app.screen, ShellScreen)
        assert "kubectl exec -it web-" in stage.status
        await enter(stage, "echo here; echo wrong >&2; exit 3")
        assert lines(stage)[-3:] == ["here", "wrong", "exit code 3"]
        await enter(stage, "nope")
        assert lines(stage)[-2:] == ["sh: nope: not found", "exit code 127"]
        await stage.press("up", "up")
        assert stage.app.screen.query_one(Input).value == "echo here; echo wrong >&2; exit 3"
        await stage.press("down")
        assert stage.app.screen.query_one(Input).value == "nope"
        await enter(stage, "exit")
        assert isinstance(stage.app.screen, Changes)

    play(scene)


def test_a_command_takes_the_time_of_the_cluster() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("s")
        await enter(stage, "sleep 20; echo done")
        assert lines(stage)[-1] == "running"
        await stage.wait(20_000)
        assert lines(stage)[-1] == "done"

    play(scene)


def test_tab_chooses_the_container() -> None:
    async def scene(stage: Stage) -> None:
        two = pod("two", "ready after 0s")
        first = two["spec"]["containers"][0]
        env = [{"name": "WHO", "value": "second"}]
        two["spec"]["containers"].append({**first, "name": "other", "env": env})
        stage.create("pods", two)
        stage.cluster.run_ms(3_000)
        await stage.type("/two")
        await stage.press("enter")
        await stage.wait()
        await stage.press("s", "tab")
        assert "container 2 of 2" in stage.status
        await enter(stage, "echo $WHO")
        assert lines(stage)[-2:] == ["other $ echo $WHO", "second"]

    play(scene)


def test_the_past_runs_nothing() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("left_square_bracket")
        await stage.wait()
        await stage.press("s")
        assert not isinstance(stage.app.screen, ShellScreen)
        assert "past" in stage.toasts

    play(scene)
