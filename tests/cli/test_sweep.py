"""Sweeps over seeds in real processes: what they tell, and that nothing is left of them."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tuik8s.cli.main import main
from tuik8s.cli.sweep import seeds_of
from tuik8s.cli.sweep_view import Progress, print_summary
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.scenario.outcome import Outcome

BY_CHANCE = """\
name: by chance
parameters: {node: node-1}
cluster: {nodes: 2}
steps:
  - apply:
      apiVersion: v1
      kind: Pod
      metadata: {name: p}
      spec: {containers: [{name: c, image: i}]}
  - wait: {running: pod/p}
  - expect: "pod('p').spec.nodeName == '${node}'"
"""
"""The scheduler draws one of two equal nodes."""
ENDLESS = "cluster: {nodes: 1}\nsteps:\n- mark: begun\n- advance: 10000h\n"


@pytest.mark.parametrize(
    ("text", "seeds"), [("3", [1, 2, 3]), ("3..5", [3, 4, 5]), ("0..0", [0]), ("7..7", [7])]
)
def test_seeds(text: str, seeds: list[int]) -> None:
    assert list(seeds_of(text)) == seeds


@pytest.mark.parametrize("text", ["0", "", "x", "5..3", "1..", "..3", "-3", "1..9999999"])
def test_what_are_no_seeds(text: str) -> None:
    with pytest.raises(Refusal, match=r"such as 3\.\.7"):
        seeds_of(text)


def outcome(seed: int, reason: str = "") -> Outcome:
    return Outcome(
        name="n", file="a b.yaml", verdict="failed" if reason else "passed", seed=seed, digest="",
        revision=0, begin_ms=0, simulated_ms=0, reason=reason, parameters={"a": "b c"},
    )  # fmt: skip


def test_the_summary_groups_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    group = [
        outcome(1), outcome(2, "line 5: pod web-x1 is gone"), outcome(3, "line 9: no"),
        outcome(4, "line 5: pod web-y2 is gone"),
    ]  # fmt: skip
    print_summary(group, None)
    assert capsys.readouterr().out.splitlines() == [
        "FAILED  n: 3 of 4 seeds, 1 to 4",
        "  2 x  line 5: pod web-x1 is gone",
        "      seeds 2, 4",
        "  1 x  line 9: no",
        "      seeds 3",
        "  repeat one: tuik8s run 'a b.yaml' --seed 2 --set 'a=b c'",
    ]


def test_progress_without_a_terminal_is_a_few_lines() -> None:
    out = io.StringIO()
    progress = Progress(40, out)
    for seed in range(40):
        progress.take(outcome(seed, "line 1: \x1b[2J" if seed == 3 else ""))
    lines = out.getvalue().splitlines()
    assert lines[0] == "✗ seed 3  line 1: \\x1b[2J"
    assert lines[1] == "4 of 40 runs, 1 failed"
    assert (len(lines), lines[-1]) == (11, "40 of 40 runs, 1 failed")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_line() -> None:
    out = Terminal()
    progress = Progress(2, out)
    progress.take(outcome(1))
    progress.end()
    assert out.getvalue().startswith("\r\x1b[K1 of 2 runs, 0 failed")
    assert "\n" not in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[K")


@pytest.mark.real
@pytest.mark.slow
def test_a_sweep_tells_what_single_runs_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, junit, out = tmp_path / "s.yaml", tmp_path / "j.xml", tmp_path / "out"
    path.write_text(BY_CHANCE)
    asked = ["run", str(path), "--set", "node=node-2"]
    files = ["--junit", str(junit), "--report", str(out)]
    assert main([*asked, "--seeds", "8", "--jobs", "2", "--json", *files]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["seed"] for each in found] == list(range(1, 9))
    failed = [each for each in found if each["verdict"] == "failed"]
    assert 0 < len(failed) < 8
    assert all("pod('p').spec.nodeName is node-1" in each["reason"] for each in failed)
    cases = ElementTree.parse(junit).getroot().findall("testsuite/testcase")
    wrong = [case.get("name") for case in cases if case.find("failure") is not None]
    assert (len(cases), wrong) == (8, [f"seed {each['seed']}" for each in failed])
    kept = sorted(directory.name for directory in out.iterdir() if directory.is_dir())
    assert kept == sorted(f"seed-{each['seed']}" for each in failed)
    one = failed[0]
    assert main([*asked, "--seed", str(one["seed"]), "--json"]) == 1
    again = json.loads(capsys.readouterr().out)
    assert (again["digest"], again["reason"]) == (one["digest"], one["reason"])


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--seeds", "50", "--jobs", "2")])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_nothing(
    tmp_path: Path, options: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    path = tmp_path / "endless.yaml"
    path.write_text(ENDLESS)
    words = [sys.executable, "-u", "-m", "tuik8s.cli.main", "run", str(path), "--log", *options]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        _wait_until_at_work(process, bool(options))
        os.killpg(process.pid, number)
        _, errors = process.communicate(timeout=60)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    is_told = bool(options) or number == signal.SIGINT
    assert process.returncode == (code if is_told else -number)
    assert "Traceback" not in errors
    assert ("interrupted" in errors) == is_told
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def _wait_until_at_work(process: subprocess.Popen[Any], has_workers: bool) -> None:
    """A run alone says its first step; a sweep has children."""
    assert process.stdout is not None
    if not has_workers:
        while "begun" not in process.stdout.readline():
            assert process.poll() is None
        return
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while len(children.read_text().split()) < 2:
        assert process.poll() is None


@pytest.mark.real
@pytest.mark.slow
def test_a_worker_that_dies_is_an_outcome(tmp_path: Path) -> None:
    path = tmp_path / "endless.yaml"
    path.write_text(ENDLESS)
    words = [sys.executable, "-u", "-m", "tuik8s.cli.main", "run", str(path), "--json"]
    process = subprocess.Popen(
        [*words, "--seeds", "1", "--jobs", "1"], stdout=subprocess.PIPE, text=True
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not children.read_text().split():
        assert process.poll() is None
    os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
    (found,) = json.loads(process.communicate(timeout=60)[0])
    assert process.returncode == 1
    assert found["verdict"] == "error"
    assert found["reason"] == "its process ended with code -9, without a word"


@pytest.mark.real
@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "endless.yaml"
    path.write_text(ENDLESS)
    words = [sys.executable, "-u", "-m", "tuik8s.cli.main", "run", str(path), "--seeds", "2"]
    process = subprocess.Popen([*words, "--jobs", "2"], stdout=subprocess.PIPE)
    _wait_until_at_work(process, True)
    process.kill()
    assert process.stdout is not None
    assert process.stdout.read() == b""  # ends when nobody is left who could write to it
    process.wait()
