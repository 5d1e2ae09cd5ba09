"""The first and the last line of a screen where there is little room for them."""

from __future__ import annotations

import pytest

from tests.ui.stage import Stage, deployment, play
from tuik8s.ui.filter import what_was_meant
from tuik8s.ui.widgets.key_hints import fitting


@pytest.mark.parametrize(
    ("widths", "room", "expected"),
    [
        ([], 10, []),
        ([5, 5, 5, 5, 5], 25, [0, 1, 2, 3, 4]),
        ([5, 5, 5, 5, 5], 24, [0, 2, 3, 4]),
        ([20, 1, 5, 5, 5], 24, [2, 3, 4]),  # in their order, or not at all
        ([5, 5], 3, [0, 1]),
    ],
)
def test_the_last_keys_stay(widths: list[int], room: int, expected: list[int]) -> None:
    assert fitting(widths, room, 3) == expected


@pytest.mark.slow
def test_help_and_chaos_are_named_in_a_small_terminal_too() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.lines[-1].rstrip().endswith(": Go to ? Help ! Chaos")
        assert stage.lines[-1].startswith("/ Filter d Describe")

    play(scene, size=(60, 16))


@pytest.mark.slow
def test_what_is_wrong_stays_in_sight_beside_a_long_name() -> None:
    async def scene(stage: Stage) -> None:
        stage.create("deployments.apps", deployment("a-deployment-with-a-name-that-is-long", 500))
        await stage.wait(3_000)
        await stage.press("t")
        await stage.wait()
        assert stage.status.endswith("   ! 1 problem")
        assert "trace of pod" in stage.status
        assert "…" in stage.status
        assert len(stage.status) == 80

    play(scene, size=(80, 24))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status!=Running", "a column: /!status:Running   a label: /-l status!=Running"),
        ("app=web", "a column: /app:web   a label: /-l app=web"),
        ("app==web", "a column: /app:web   a label: /-l app==web"),
        ("web", ""),
        ("-l app=web", ""),
    ],
)
def test_another_grammar_is_understood_enough_to_teach_ours(text: str, expected: str) -> None:
    assert what_was_meant(text) == expected
