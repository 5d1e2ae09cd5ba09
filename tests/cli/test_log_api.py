"""The reading commands on a log: what they say of a cluster that runs, of one that does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Tuik8s
from tuik8s.cli.main import main
from tuik8s.scenario.served import Cluster
from tuik8s.world.logs import format_line, stamp_of

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def log(simulated: Cluster, tmp_path: Path) -> str:
    """The log of a cluster where a fault killed the pod of a Deployment."""
    container = {"name": "c", "image": "example.org/web:1"}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template}
    meta = {"name": "web", "namespace": "default"}
    simulated.create(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}
    )
    simulated.wait(available="deployment/web")
    with simulated.fault("pod-kill", "deployment/web"):
        simulated.advance("1m")
    return str(simulated.save_log(tmp_path / "data"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("get", "deploy", "web"), "web    1/1     1            1"),
        (("get", "deploy", "-o", "name"), "deployment.apps/web"),
        (("describe", "node/node-1"), "Created:      2026-01-01T00:00:00Z  (6"),
        (("events", "--for", "deployment/web"), "ScalingReplicaSet"),
        (("why", "deployment/web"), "created"),
    ],
)
def test_a_log_answers_as_its_cluster_does(
    words: tuple[str, ...], told: str, log: str, tuik8s: Tuik8s, capsys: Capture
) -> None:
    assert main([*words, "--log", log]) == 0
    shown = capsys.readouterr().out
    assert told in shown
    if words[0] in ("get", "why"):
        assert shown.split() == tuik8s(*words).split()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("get", "pods", "-w"), "in a log nothing changes any more: leave out -w"),
        (("get", "pod", "none"), 'pods "none" not found'),
        (("get", "thing"), "no kind 'thing'"),
    ],
)
def test_refusals(words: tuple[str, ...], told: str, log: str, capsys: Capture) -> None:
    assert main([*words, "--log", log]) == 2
    assert told in capsys.readouterr().err


def test_objects_as_they_were(log: str, capsys: Capture) -> None:
    assert main(["why", "deployment/web", "--json", "--log", log]) == 0
    made = json.loads(capsys.readouterr().out)["changes"][0]["revision"]
    shown = {}
    for at in (f"@{made - 1}", f"#{made}", "-1s"):
        assert main(["get", "deploy", "--no-headers", "--log", log, "--at", at]) == 0
        shown[at] = capsys.readouterr().out.split()[1:2]
    assert list(shown.values()) == [[], ["0/1"], ["1/1"]]
    assert main(["get", "deploy", "--log", log, "--at", "b1"]) == 2
    assert "'b1' is no moment" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("get", "pods"), ("why", "deployment/web")])
def test_a_cluster_that_is_stopped_leads_to_its_log(
    words: tuple[str, ...], log: str, capsys: Capture
) -> None:
    assert main([*words, "--data", log]) == 2
    assert f"--log {log}" in capsys.readouterr().err


def test_logs_of_processes_beside_the_log(log: str, capsys: Capture) -> None:
    logs = Path(log) / "logs"
    logs.mkdir()
    line = format_line(stamp_of(1000), "I", "scheduler", "a.py:1", "Was here", {})
    (logs / "scheduler.log").write_text(f"{line}\n")
    assert main(["logs", "scheduler", "--log", log]) == 0
    assert capsys.readouterr().out == 'I0101 00:00:01.000000       1 a.py:1] "Was here"\n'
    assert main(["logs", "deployment/web", "--log", log]) == 2
    assert "what containers wrote is not in it" in capsys.readouterr().err
    assert main(["logs", "scheduler", "-f", "--log", log]) == 2
    assert "leave out -f" in capsys.readouterr().err
