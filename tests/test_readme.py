"""What the README says is there is there.

Files to copy, commands, the scenario steps, the picture.
"""

from __future__ import annotations

import re
from pathlib import Path

from tuik8s.cli.registry import COMMANDS
from tuik8s.scenario.steps.registry import STEPS

ROOT = Path(__file__).resolve().parent.parent
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
                (ROOT / "tuik8s" / folder / file).exists() for folder in [*where, Path(places[0])]
            ), f"{file} is in none of {places}"


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"tuik8s ([a-z]+)", README))
    words = {"down", "up", "ui", "chaos", "why", "schedule", "run", "ls"}
    assert words <= named & set(COMMANDS)


def test_every_step_is_listed() -> None:
    line = README[README.index("Steps: ") :].partition("Assertions")[0]
    assert set(re.findall(r"`([a-z]+)`", line)) == set(STEPS)


def test_pictures_and_examples_exist() -> None:
    for path in re.findall(r"\]\((examples/[^)]+)\)", README):
        assert (ROOT / path).exists(), path
