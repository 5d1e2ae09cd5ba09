"""What the README says is there is there.

Members to copy, commands, the scenario and its steps, files and folders.
"""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from tuik8s.cli.registry import COMMANDS
from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.runner import run_scenario
from tuik8s.scenario.steps.registry import STEPS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tuik8s"
README = (ROOT / "README.md").read_text()


def test_members_to_copy_exist() -> None:
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+) \| (`[^|]+) \|$", README, re.MULTILINE)
    assert len(rows) >= 10
    for folders, files in rows:
        places = [place.strip("`, ") for place in folders.split(",")]
        where = [
            Path("components/apiserver") / p if "/" not in p.strip("/") else Path(p) for p in places
        ]
        for file in re.findall(r"`([^`]+)`", files):
            assert any(
                (PACKAGE / folder / file).exists() for folder in [*where, Path(places[0])]
            ), f"{file} is in none of {places}"


def test_every_command_that_is_named_exists() -> None:
    commands = "\n".join(re.findall(r"^    .+$|`[^`]+`", README, re.MULTILINE))
    named = set(re.findall(r"\btuik8s ([a-z]+)", commands))
    assert {"down", "up", "ui", "chaos", "why", "schedule", "run", "ls"} <= named
    assert named <= set(COMMANDS)


def test_every_step_is_listed() -> None:
    line = README[README.index("Steps: ") :].partition("Assertions")[0]
    assert set(re.findall(r"`([a-z]+)`", line)) == set(STEPS)


@pytest.mark.sim
@pytest.mark.slow
def test_the_scenario_passes(tmp_path: Path) -> None:
    block = README[README.index("    name: a node dies") :].partition("\n\n")[0]
    path = tmp_path / "readme.yaml"
    path.write_text(dedent(block))
    (tmp_path / "manifests").symlink_to(ROOT / "examples" / "manifests")
    outcome = run_scenario(read_scenario(path))
    assert outcome.verdict == "passed", outcome.reason


def test_files_that_are_named_exist() -> None:
    named = re.findall(r"\b(?:examples|tools)/[\w./*-]+", README)
    assert len(named) >= 6
    for path in named:
        assert list(ROOT.glob(path)), path
    rooms = re.findall(r"^    (tuik8s/\w+) ", README, re.MULTILINE)
    assert set(rooms) == {f"tuik8s/{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}
