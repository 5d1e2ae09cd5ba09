"""A scenario that fails says where and why; JUnit and exit code say the same."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tuik8s.cli.main import main
from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.runner import run_scenario
from tuik8s.scenario.simulated_cluster import SimulatedCluster

FAILING = """\
name: it fails
cluster: {nodes: 1}
steps:
  - advance: 1s
  - expect: "nodes().size() == 2"
  - advance: 1h
"""


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    path = tmp_path / "failing.yaml"
    path.write_text(FAILING)
    return path


@pytest.mark.sim
def test_the_reason_names_the_line(failing: Path) -> None:
    outcome = run_scenario(read_scenario(failing))
    assert outcome.verdict == "failed"
    assert outcome.reason == "line 5: expect: nodes().size() == 2 is false: nodes().size() is 1"
    assert [step.verdict for step in outcome.steps] == ["passed", "failed"]
    failure = outcome.failure
    assert failure is not None
    assert (failure.line, failure.at_ms // 1000, failure.objects) == (5, 1, ["nodes/"])
    assert failure.revision == outcome.revision > 1


@pytest.mark.sim
def test_exit_code_json_and_junit_agree(
    failing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    junit = tmp_path / "junit.xml"
    assert main(["run", str(failing), "--json", "--junit", str(junit)]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert (printed["verdict"], printed["seed"]) == ("failed", 0)
    suite = ElementTree.parse(junit).getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


@pytest.mark.sim
def test_an_unknown_manifest_kind_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "unknown.yaml"
    manifest = "{apiVersion: example.org/v1, kind: Widget, metadata: {name: w}}"
    path.write_text(f"name: x\ncluster: {{nodes: 1}}\nsteps:\n  - apply: {manifest}\n")
    outcome = run_scenario(read_scenario(path))
    assert "no kind is called 'Widget'" in outcome.reason


@pytest.mark.sim
@pytest.mark.parametrize(
    ("step", "reason"),
    [
        pytest.param("expect: 'true'", "line 6: the API server is down", id="expect"),
        pytest.param("delete: node/node-1", "line 6: the API server is down", id="delete"),
        pytest.param("wait: {ready: node/node-1, within: 30s}", "", id="wait"),
        pytest.param("heal: all", "", id="heal"),
        pytest.param("advance: 10ms", "", id="the end"),
    ],
)
def test_steps_without_an_api_server(tmp_path: Path, step: str, reason: str) -> None:
    path = tmp_path / "down.yaml"
    kill = "fault: {action: component-kill, target: component/apiserver}"
    path.write_text(
        f"name: x\ncluster: {{nodes: 1}}\nsteps:\n  - {kill}\n  - advance: 10ms\n  - {step}\n"
    )
    outcome = run_scenario(read_scenario(path))
    assert outcome.reason.partition(";")[0] == reason


@pytest.mark.sim
@pytest.mark.parametrize(
    ("step", "reason"),
    [
        pytest.param("request: {to: 'node/node-9:80'}", "there are: node-1", id="no such node"),
        pytest.param("expect: '1 / 0 == 1'", "division by zero", id="division"),
        pytest.param("expect: \"nodes()[7].kind == 'Node'\"", "is false", id="no such item"),
    ],
)
def test_what_fails_only_when_it_runs(tmp_path: Path, step: str, reason: str) -> None:
    path = tmp_path / "fails.yaml"
    path.write_text(f"name: x\ncluster: {{nodes: 1}}\nsteps:\n  - {step}\n")
    assert reason in run_scenario(read_scenario(path)).reason


def test_several_outcomes_are_a_list(failing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(failing), str(failing), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["failure"]["line"] for each in found] == [5, 5]


def test_a_parameter_is_set_from_outside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "parameters: {n: 1}\ncluster: {nodes: ${n}}\nsteps: [{expect: 'nodes().size() == ${n}'}]\n"
    )
    assert main(["run", str(path), "--set", "n=2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parameters"] == {"n": 2}
    assert main(["run", str(path), "--set", "m=2"]) == 2
    assert "no parameter 'm'; known: n" in capsys.readouterr().err


def test_checking_runs_nothing(failing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(failing), "--check"]) == 0
    assert capsys.readouterr().out == f"{failing}: 3 steps, good\n"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--seed", "1", "--seeds", "2"], "--seed and --seeds: give one"),
        (["--seed", "-1"], "from 0"),
        (["--seeds", "2", "--jobs", "-1"], "a number of processes"),
        (["--set", "x"], "expected NAME=VALUE"),
        (["--junit", "/dev/null/x"], "--junit /dev/null/x"),
        (["--report", "/dev/null/x"], "--report /dev/null/x"),
    ],
)
@pytest.mark.sim
def test_options_that_cannot_be(
    tmp_path: Path, options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("cluster: {nodes: 1}\nsteps: [{advance: 1s}]\n")
    assert main(["run", str(path), *options]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.sim
def test_a_defect_of_ours_is_an_error_with_its_seed(
    failing: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("tuik8s.scenario.run.Run.advance", broken)
    junit = tmp_path / "junit.xml"
    assert main(["run", str(failing), "--json", "--junit", str(junit)]) == 1
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["verdict"] == "error"
    assert found["reason"].startswith("a defect of tuik8s: ZeroDivisionError: ours (")
    assert "Traceback" in captured.err
    case = ElementTree.parse(junit).getroot().find("testsuite/testcase[@name='the run']/error")
    assert case is not None


def test_a_headless_run_loads_no_dashboard(failing: Path) -> None:
    script = (
        "import sys; from tuik8s.cli.main import main; "
        f"main(['run', {str(failing)!r}]); "
        "print([name for name in ('textual', 'uvicorn', 'zmq') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.sim
def test_faults_are_healed_although_the_api_server_is_paused_for_a_time(tmp_path: Path) -> None:
    path = tmp_path / "paused.yaml"
    pause = "fault: {action: component-pause, target: component/apiserver, for: 30s}"
    path.write_text(f"cluster: {{nodes: 1}}\nsteps: [{{{pause}}}, {{advance: 1s}}]\n")
    assert run_scenario(read_scenario(path)).reason == ""


@pytest.mark.sim
def test_a_run_that_ends_without_an_api_server_has_a_log(tmp_path: Path) -> None:
    path = tmp_path / "down.yaml"
    kill = "fault: {action: component-kill, target: component/apiserver}"
    path.write_text(
        f"cluster: {{nodes: 1}}\nsteps: [{{{kill}}}, {{advance: 10ms}}, {{expect: 'true'}}]\n"
    )
    outcome = run_scenario(read_scenario(path))
    assert "the API server is down" in outcome.reason
    assert outcome.revision > 1
    assert len(outcome.digest) == 64


@pytest.mark.sim
def test_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    """Sweeps run many in one process, and the collector sees no cycle through an expression."""
    path = tmp_path / "s.yaml"
    path.write_text("cluster: {nodes: 1}\nsteps: [{expect: 'now() > 0'}, {advance: 1s}]\n")
    scenario = read_scenario(path)
    before = _clusters()
    for seed in (1, 2):
        run_scenario(scenario, seed)
    assert [each for each in _clusters() if each not in before] == []


def _clusters() -> list[SimulatedCluster]:
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, SimulatedCluster)]
