"""A running cluster for commands: a simulated one that answers on real HTTPS in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuik8s.cli.main import main
from tuik8s.components.supervisor.directory import DataDirectory, Running
from tuik8s.scenario.served import Cluster
from tuik8s.world.live import Clock

Tuik8s = Callable[..., str]


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Path]]:
    """The cluster, and the data directory that makes commands find it."""
    path = tmp_path_factory.mktemp("served")
    cluster = Cluster(path, seed=1)
    directory = DataDirectory(path)
    directory.acquire()
    try:
        directory.write_running(
            Running(
                pid=0,
                server=cluster.server,
                runtime=str(path / "none"),
                kubeconfig=str(cluster.kubeconfig),
                started_at="",
            )
        )
        yield cluster, path
    finally:
        directory.release()
        cluster.close()


@pytest.fixture
def simulated(served: tuple[Cluster, Path]) -> Cluster:
    """The cluster as just started."""
    served[0].reset()
    return served[0]


@pytest.fixture
def tuik8s(
    served: tuple[Cluster, Path],
    simulated: Cluster,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Tuik8s:
    """Runs a command on the cluster; gives its output, and after it what it said on stderr."""

    def clock_of(runtime: str) -> Clock:
        """As the supervisor would say it, whom this cluster does not have."""
        return Clock(0, int(simulated.now.timestamp() * 1000), rate=0)

    monkeypatch.setattr("tuik8s.components.supervisor.clock.clock_of", clock_of)

    def run(command: str, *words: str, code: int = 0) -> str:
        got = main([command, "--data", str(served[1]), *words])
        told = capsys.readouterr()
        assert got == code, told.err
        return told.out + told.err

    return run
