"""tuik8s logs: pods over the API, processes from it or from their files, several by time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Tuik8s
from tuik8s.cli.main import main
from tuik8s.scenario.served import Cluster
from tuik8s.world.logs import format_line, stamp_of

Capture = pytest.CaptureFixture[str]


def container(name: str, every_s: int) -> dict[str, Any]:
    script = f"while true; do echo from {name}; sleep {every_s}; done"
    return {"name": name, "image": "busybox:1", "command": ["sh", "-c", script]}


def pod(name: str, *containers: dict[str, Any]) -> dict[str, Any]:
    meta = {"name": name, "namespace": "default", "labels": {"app": "web"}}
    spec = {"containers": list(containers)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}


@pytest.fixture
def two(simulated: Cluster) -> Cluster:
    """Pods one (container a) and two (containers a and b)."""
    simulated.create(pod("one", container("a", 2)))
    simulated.create(pod("two", container("a", 2), container("b", 3)))
    simulated.advance("7s")
    return simulated


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["one", "--tail", "1"], ["from a"], id="a pod"),
        pytest.param(["pod/two", "-c", "b", "--tail", "1"], ["from b"], id="a container"),
        pytest.param(
            ["one", "--tail", "1", "--prefix"], ["[pod/one/a] from a"], id="with its name"
        ),
        pytest.param(["one", "--tail", "0"], [], id="no lines"),
    ],
)
def test_one_log(words: list[str], expected: list[str], tuik8s: Tuik8s) -> None:
    assert tuik8s("logs", *words).splitlines() == expected


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param(["two", "--all-containers"], ["pod/two/a", "pod/two/b"], id="containers"),
        pytest.param(["one", "pod/two", "-c", "a"], ["pod/one/a", "pod/two/a"], id="pods"),
        pytest.param(
            ["-l", "app=web", "--all-containers"],
            ["pod/one/a", "pod/two/a", "pod/two/b"],
            id="labels",
        ),
    ],
)
def test_several_are_merged_by_time(words: list[str], names: list[str], tuik8s: Tuik8s) -> None:
    lines = [line.split() for line in tuik8s("logs", *words, "--timestamps").splitlines()]
    assert sorted({line[0].strip("[]") for line in lines}) == names
    stamps = [line[1] for line in lines]
    assert stamps == sorted(stamps)
    assert len(stamps) > 2 * len(names)


@pytest.mark.usefixtures("two", "tuik8s")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["one", "-c", "x"], "container x is not valid for pod one; it has: a"),
        (["one", "--tail", "-2"], "--tail must be greater than or equal to -1"),
        (["one", "--since=-5s"], "--since must be greater than 0"),
        (["nobody"], 'pods "nobody" not found; nor is it a process'),
        (["kubelet/none"], "no log of 'kubelet/none'; there are: "),
        (["-l", "app=none"], "no pods have the labels app=none in default"),
        (["one", "--since", "soon"], "--since soon: a time such as"),
        ([], "logs of what?"),
    ],
)
def test_what_cannot_be_had(
    words: list[str], told: str, served: tuple[Cluster, Path], capsys: Capture
) -> None:
    assert main(["logs", "--data", str(served[1]), *words]) == 2
    assert told in capsys.readouterr().err


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The data directory of a cluster that does not run: logs of two processes."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "store").mkdir()
    for party, times in (("scheduler", (1, 4)), ("kubelet/node-1", (2, 3))):
        lines = [
            format_line(stamp_of(at_s * 1000), "I", party, "a.py:1", f"at {at_s}", {})
            for at_s in times
        ]
        file = tmp_path / "logs" / f"{party.replace('/', '.')}.log"
        file.write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["scheduler"], ["at 1", "at 4"]),
        (["kubelet/node-1", "scheduler"], ["at 1", "at 2", "at 3", "at 4"]),
        (["all", "--tail", "1"], ["at 3", "at 4"]),
        (["node/node-1"], ["at 2", "at 3"]),
        (["all", "--since", "1s"], ["at 3", "at 4"]),
    ],
)
def test_processes_of_a_stopped_cluster(
    words: list[str], expected: list[str], stopped: Path, capsys: Capture
) -> None:
    assert main(["logs", "--data", str(stopped), *words]) == 0
    shown = [line.partition('"')[2].rstrip('"') for line in capsys.readouterr().out.splitlines()]
    assert shown == expected


def test_pods_of_a_stopped_cluster_are_gone(stopped: Path, capsys: Capture) -> None:
    assert main(["logs", "--data", str(stopped), "pod/web"]) == 2
    assert "is not running" in capsys.readouterr().err
