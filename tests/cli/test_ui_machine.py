"""Other clusters as the dashboard reaches them; those that run are in `tests/clients`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.components.apiserver.plant import Api, save_log
from tests.components.supervisor.test_fork import RUNNING
from tuik8s.api.types import Reply, Request
from tuik8s.cli.ui_machine import LocalMachine
from tuik8s.components.supervisor.directory import DataDirectory
from tuik8s.config import ClusterConfig
from tuik8s.ui.control import Unable

MAPS = Request(verb="list", resource="configmaps", namespace="default")


@pytest.fixture(name="stopped")
def _stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDirectory:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    api = Api()
    api.config_map("kept")
    directory = DataDirectory(tmp_path / "tuik8s" / "two")
    save_log(api, directory.log)
    directory.write_config(ClusterConfig(name="two", slice=2))
    return directory


@pytest.mark.real
@pytest.mark.parametrize("by_path", [False, True])
def test_a_stopped_cluster_answers_from_its_log(stopped: DataDirectory, by_path: bool) -> None:
    async def ask() -> Reply:
        machine = LocalMachine("", stopped.path / "ui.json")
        try:
            name = str(stopped.path) if by_path else "two"
            client = machine.reach(name)
            assert machine.reach(name) is client
            found: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            client.call(MAPS, found.set_result, deadline_ms=30_000)
            return await found
        finally:
            machine.close()

    before = {path: path.stat().st_mtime_ns for path in stopped.log.iterdir()}
    reply = asyncio.run(ask())
    assert reply.ok
    assert any(b"kept" in data for data in reply.objects)
    assert {path: path.stat().st_mtime_ns for path in stopped.log.iterdir()} == before


def test_what_cannot_be_reached(stopped: DataDirectory) -> None:
    machine = LocalMachine("", stopped.path / "ui.json")
    with pytest.raises(Unable, match="clusters of this machine: two"):
        machine.reach("three")
    with pytest.raises(Unable, match="cannot be a cluster's name"):
        machine.reach("")
    viewer = LocalMachine("", stopped.path / "ui.json", remembers=False)
    with pytest.raises(Unable, match="through a browser"):
        viewer.reach("two")


def test_clusters_without_a_name_are_known_to_their_kin(
    stopped: DataDirectory, tmp_path: Path
) -> None:
    """By their paths, when they run; nothing runs here but what holds the lock."""
    apart = DataDirectory(tmp_path / "apart")
    beside = DataDirectory(tmp_path / "apart-f1")
    machine = LocalMachine("", apart.path / "ui.json", directory=apart)
    assert machine.clusters() == []
    for directory in (apart, beside, stopped):
        directory.acquire()
        directory.write_running(RUNNING)
    assert set(machine.clusters()) == {str(apart.path), str(beside.path), "two"}
