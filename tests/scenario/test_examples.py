"""Every example passes; the same seed gives the same log, whatever the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.runner import run_scenario

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FILES = sorted(path.name for path in EXAMPLES.glob("*.yaml"))


def test_there_are_examples() -> None:
    assert len(FILES) >= 6


@pytest.mark.sim
@pytest.mark.parametrize("name", FILES)
def test_example_passes(name: str) -> None:
    outcome = run_scenario(read_scenario(EXAMPLES / name))
    assert outcome.verdict == "passed", outcome.reason
    assert len(outcome.digest) == 64


@pytest.mark.sim
def test_another_seed_gives_another_log() -> None:
    scenario = read_scenario(EXAMPLES / "first-pod.yaml")
    assert run_scenario(scenario, 1).digest != run_scenario(scenario, 2).digest


@pytest.mark.sim
@pytest.mark.slow
def test_two_processes_with_different_hash_seeds_agree() -> None:
    digests = [_digest(hash_seed) for hash_seed in ("1", "2")]
    assert digests[0] == digests[1]


def _digest(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tuik8s.cli.main", "run", "--json", EXAMPLES / "node-failure.yaml"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    digest: str = json.loads(done.stdout)["digest"]
    return digest
