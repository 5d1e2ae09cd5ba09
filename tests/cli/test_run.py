"""`tuik8s run` where it runs nothing: how steps are written, and what is not given."""

from __future__ import annotations

from pathlib import Path

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
        "mark: NAME",
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


@pytest.mark.parametrize("options", [[], ["--seeds", "2", "--jobs", "1"]])
def test_a_report_goes_into_a_directory(
    tmp_path: Path, options: list[str], capsys: Capture
) -> None:
    scenario = tmp_path / "s.yaml"
    scenario.write_text("steps:\n- advance: 1s\n")
    assert main(["run", str(scenario), "--report", str(scenario), *options]) == 2
    told = capsys.readouterr()
    assert f"--report {scenario}: there is a file; give a directory" in told.err
    assert told.out == ""


@pytest.mark.parametrize("options", [[], ["--seeds", "2", "--jobs", "1"]])
def test_a_report_takes_no_clusters_place(
    tmp_path: Path, options: list[str], capsys: Capture
) -> None:
    scenario, out = tmp_path / "s.yaml", tmp_path / "out"
    scenario.write_text("steps:\n- advance: 1s\n")
    segment = out / "store" / "segment-1.log"
    segment.parent.mkdir(parents=True)
    segment.write_bytes(b"all that we have")
    (out / "pki").mkdir()
    assert main(["run", str(scenario), "--report", str(out), *options]) == 2
    told = capsys.readouterr()
    assert f"--report {out}: a cluster lives there" in told.err
    assert told.out == ""
    assert segment.read_bytes() == b"all that we have"
