"""Sweeps on a real Dask cluster, whose workers see none of our files."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.test_sweep import BY_CHANCE, ENDLESS
from tuik8s.cli.main import main
from tuik8s.cli.sweep_dask import run_carried
from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.place import BadScenario, carrying

distributed = pytest.importorskip("distributed", reason="Dask is not installed")

LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")


@contextmanager
def started(words: list[str], said: str, directory: Path) -> Iterator[subprocess.Popen[str]]:
    """A program of Dask's from when it has said so until the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        cwd=directory,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        while said not in process.stderr.readline():
            assert process.poll() is None, f"dask {words[0]} ended"
        yield process
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    directory = tmp_path_factory.mktemp("dask")
    file = directory / "scheduler.json"
    with ExitStack() as stack:
        scheduler = ["scheduler", *LOOPBACK, "--port", "0", "--scheduler-file", str(file)]
        stack.enter_context(started(scheduler, "Scheduler at", directory))
        for _ in range(2):
            worker = ["worker", *LOOPBACK, "--nthreads", "1", "--scheduler-file", str(file)]
            stack.enter_context(started(worker, "Registered to", directory))
        yield json.loads(file.read_text())["address"]


@pytest.mark.real
@pytest.mark.slow
def test_workers_elsewhere_tell_what_this_machine_tells(
    dask: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "chance.yaml").write_text(BY_CHANCE)
    (tmp_path / "all.yaml").write_text(
        "parameters: {node: node-2}\ncluster: {nodes: 2}\n"
        "steps:\n- include: {file: chance.yaml, set: {node: '${node}'}}\n"
    )
    monkeypatch.chdir(tmp_path)

    def outcomes(*words: str) -> list[dict[str, Any]]:
        assert main(["run", "all.yaml", "--seeds", "6", "--json", *words]) == 1
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return found

    here = outcomes("--jobs", "1", "--report", "here")
    there = outcomes("--dask", dask, "--report", "there")
    assert there == here
    failed = [each["seed"] for each in there if each["verdict"] == "failed"]
    assert 0 < len(failed) < 6
    for seed in failed:
        one = tmp_path / "there" / f"seed-{seed}"
        assert (one / "index.html").is_file()
        log = {file.name: file.read_bytes() for file in (one / "store").iterdir()}
        other = tmp_path / "here" / f"seed-{seed}" / "store"
        assert log == {file.name: file.read_bytes() for file in other.iterdir()}


@pytest.mark.real
def test_where_no_dask_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.yaml").write_text(ENDLESS)
    asked = ["run", str(tmp_path / "s.yaml")]
    assert main([*asked, "--seeds", "2", "--dask", "nonsense://x"]) == 2
    assert "--dask nonsense://x: no Dask scheduler answers there" in capsys.readouterr().err
    assert main([*asked, "--seeds", "2", "--jobs", "2", "--dask", "tcp://127.0.0.1:1"]) == 2
    assert "--jobs and --dask" in capsys.readouterr().err
    assert main([*asked, "--dask", "tcp://127.0.0.1:1"]) == 2
    assert "--seeds 1000" in capsys.readouterr().err


def test_a_scenario_is_carried_with_its_files(tmp_path: Path) -> None:
    main_file, other = tmp_path / "main.yaml", tmp_path / "other.yaml"
    main_file.write_text("cluster: {nodes: 1}\nsteps:\n- include: other.yaml\n")
    other.write_text("steps:\n- mark: there\n- expect: 'false'\n")
    files: dict[str, str] = {}
    with carrying(files):
        read_scenario(main_file)
    assert sorted(files) == [str(main_file), str(other)]
    main_file.unlink()
    other.unlink()
    told = run_carried([(files, str(main_file), {})], 0, 1, wants_log=True)
    outcome = msgspec.msgpack.decode(told.outcome, type=Outcome)
    assert outcome.reason == f"{other} line 3: expect: false is false"
    assert told.log
    with pytest.raises(BadScenario, match="No such file"):
        read_scenario(main_file)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("gone", ["worker", "scheduler"])
def test_who_is_gone_is_not_waited_for(
    gone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.yaml").write_text(ENDLESS)
    file = tmp_path / "scheduler.json"
    with ExitStack() as stack:
        scheduler = ["scheduler", *LOOPBACK, "--port", "0", "--scheduler-file", str(file)]
        there = {"scheduler": stack.enter_context(started(scheduler, "Scheduler at", tmp_path))}
        worker = [*LOOPBACK, "--nthreads", "1", "--no-nanny", "--scheduler-file", str(file)]
        there["worker"] = stack.enter_context(
            started(["worker", *worker], "Registered to", tmp_path)
        )
        address = json.loads(file.read_text())["address"]
        killer = threading.Thread(target=_kill_when_busy, args=(address, there[gone]))
        killer.start()
        assert main(["run", str(tmp_path / "s.yaml"), "--seeds", "2", "--dask", address]) == 2
        killer.join()
    assert "its scheduler or all its workers are gone" in capsys.readouterr().err


def _kill_when_busy(address: str, process: subprocess.Popen[str]) -> None:
    connect: Any = distributed.Client  # untyped
    client = connect(address, set_as_default=False)
    while not any(client.processing().values()):
        time.sleep(0.05)
    process.kill()
    client.close()
