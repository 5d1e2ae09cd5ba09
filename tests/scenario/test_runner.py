"""A scenario that fails says where and why; JUnit and exit code say the same."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tuik8s.cli.main import main
from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.runner import run_scenario

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
