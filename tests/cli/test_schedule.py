"""`tuik8s schedule`: every recorded decision through the command, and its words for bad files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tuik8s.cli.main import main

CASES = Path(__file__).parents[1] / "golden" / "scheduler"
# `order-*` are about the queue: several pods, and what happens between attempts.
PATHS = sorted(p for p in CASES.glob("*.json*") if not p.name.startswith("order-"))
NODE = """
apiVersion: v1
kind: Node
metadata: {name: a}
status: {allocatable: {cpu: "2", memory: 4Gi, pods: "10"}}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: img
    resources: {requests: {cpu: "3"}}
"""


def _write(folder: Path, name: str, content: Any) -> str:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.split(".")[0])
def test_json_is_the_recorded_expectation(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = path.read_bytes()
    case = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    items = {"apiVersion": "v1", "kind": "List", "items": case["objects"]}
    words = ["schedule", "--json", "--state", _write(tmp_path, "state.json", items)]
    words += ["--pod", _write(tmp_path, "pod.json", case["pod"])]
    if case["config"] is not None:
        words += ["--config", _write(tmp_path, "config.json", case["config"])]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out) == case["expect"]


def _run(tmp_path: Path, state: str = NODE, pod: str = POD, *more: str) -> int:
    state_file, pod_file = _write(tmp_path, "s.yaml", state), _write(tmp_path, "p.yaml", pod)
    return main(["schedule", "--state", state_file, "--pod", pod_file, *more])


def test_table_tells_who_refuses_and_what_helps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path) == 0
    shown = capsys.readouterr().out
    assert "default/p fits on no node" in shown
    assert "0/1 nodes are available: 1 Insufficient cpu." in shown
    assert "request at most 2 cpu" in shown


def test_exit_code_when_asked_for(tmp_path: Path) -> None:
    assert _run(tmp_path, NODE, POD, "--exit-code") == 1


def test_the_pod_itself_takes_no_room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pod = POD.replace('"3"', '"2"')
    bound = pod.replace("spec:", "spec:\n  nodeName: a")
    assert _run(tmp_path, f"{NODE}---{bound}", bound, "--json") == 0
    assert json.loads(capsys.readouterr().out)["chosen_from"] == ["a"]


def test_gated_pod_is_not_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gated = POD.replace("spec:", "spec:\n  schedulingGates: [{name: g}]")
    assert _run(tmp_path, NODE, gated, "--json") == 0
    assert json.loads(capsys.readouterr().out)["condition"]["reason"] == "SchedulingGated"


@pytest.mark.parametrize(
    ("state", "pod", "words"),
    [
        (NODE, "kind: [", "p.yaml:2: document 1: malformed YAML"),
        (NODE, "", "p.yaml is empty"),
        (NODE, "- 1", "p.yaml:1: document 1: expected an object with apiVersion and kind"),
        (NODE, POD.replace("kind: Pod", ""), "p.yaml:2: document 1: expected kind"),
        (NODE, POD.replace("name: p", "nam: p"), "expected metadata.name of the Pod"),
        (
            NODE,
            POD.replace('"3"', "3 apples"),
            "document 1: Pod p, field spec.containers.resources",
        ),
        (NODE, POD.replace("image: img", "image: 3"), "p.yaml:8: document 1: Pod p, field"),
        (NODE, NODE, "p.yaml: expected one Pod, found Node"),
        (f"{NODE}---\n{NODE.replace('2', 'two')}", POD, "s.yaml:11: document 2: Node a, field"),
        (NODE, POD.replace("spec:", "spec:\n  schedulerName: x"), "profiles here: default-sch"),
    ],
)
def test_bad_files(
    state: str, pod: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, state, pod) == 2
    shown = capsys.readouterr()
    assert words in shown.err.replace(str(tmp_path) + "/", "")
    assert not shown.out


def test_unknown_fields_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path, NODE, POD.replace("spec:", "spec:\n  nodeSelecter: {}")) == 0
    assert 'unknown field "spec.nodeSelecter" is ignored' in capsys.readouterr().err


def test_missing_file_and_bad_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "--state", str(tmp_path / "no"), "--pod", "x"]) == 2
    assert "no cannot be read: No such file" in capsys.readouterr().err
    assert _run(tmp_path, NODE, POD, "--config", _write(tmp_path, "c.yaml", "kind: Pod")) == 2
    assert "expected KubeSchedulerConfiguration" in capsys.readouterr().err
