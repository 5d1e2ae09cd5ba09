"""`tuik8s run` where it runs nothing: how steps are written, and what is not given."""

from __future__ import annotations

import pytest

from tuik8s.cli.main import main
from tuik8s.scenario.steps.registry import STEPS

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("step", STEPS)
def test_each_step_says_how_it_is_written(step: str, capsys: Capture) -> None:
    assert main(["run", "--steps", step]) == 0
    shown = capsys.readouterr().out
    assert step in shown.splitlines()[0]
    assert len(shown) > len(step) + 20


def test_all_steps_are_told_once(capsys: Capture) -> None:
    assert main(["run", "--steps"]) == 0
    shown = capsys.readouterr().out
    firsts = (
        "apply: FILE",
        "patch, scale, image",
        "cordon, uncordon",
        "expect, always",
        "mark: TEXT",
    )
    assert [shown.count(first) for first in firsts] == [1] * len(firsts)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--steps", "reqest"], "did you mean 'request'?"),
        ([], "run which scenario? Give files"),
    ],
)
def test_refusals(words: list[str], told: str, capsys: Capture) -> None:
    assert main(["run", *words]) == 2
    assert told in capsys.readouterr().err
