"""`tuik8s fork`: names, lists, refusals; forks that live are in `tests/clients/test_forks.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.components.apiserver.plant import Api, save_log
from tuik8s.cli.main import main
from tuik8s.components.supervisor.directory import DataDirectory
from tuik8s.config import ClusterConfig


@pytest.fixture(name="cluster")
def _cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDirectory:
    """A stopped cluster that has a log and a configuration."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    api = Api()
    api.config_map("a")
    directory = DataDirectory(tmp_path / "state" / "tuik8s" / "default")
    save_log(api, directory.log)
    directory.write_config(ClusterConfig(slice=2))
    return directory


def test_a_fork_is_named_listed_and_compared(
    cluster: DataDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fork", "--same-addresses"]) == 0
    assert "tuik8s up --detach --name default-f1 --switch" in capsys.readouterr().out
    assert main(["fork", "--at", "5", "--as", "five"]) == 0
    assert "forked 'default' at revision 5 (2026-01-01T" in capsys.readouterr().out
    assert main(["ls"]) == 0
    assert "default@5" in capsys.readouterr().out
    assert main(["diff", "default", "default-f1", "--all"]) == 0
    assert main(["diff", "default@5", "five", "--all"]) == 0
    assert main(["diff", "five", "default"]) == 1
    assert "+ configmap/a -n default" in capsys.readouterr().out


def test_a_fork_has_addresses_of_its_own(
    cluster: DataDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fork"]) == 0
    said = capsys.readouterr().out
    assert "tuik8s up --detach --name default-f1\n" in said
    fork = DataDirectory(cluster.path.parent / "default-f1")
    number = fork.read_config().slice
    assert number != 2
    assert f"127.{16 * number}.0.0/12, those of 'default' are 127.32.0.0/12" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--name", "none"], "there is no cluster at "),
        (["--at", "99999"], "revision 99999 has not happened yet: kept are revision 1 "),
        (["--at", "soon"], "'soon' is no moment: give a revision, a time"),
        (["--as", "default"], "is not empty; choose another name or directory"),
        (["--as", "a/b"], "--as 'a/b' cannot be a cluster's name"),
    ],
)
def test_refusals(
    cluster: DataDirectory,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    assert main(["fork", *words]) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in cluster.path.parent.iterdir()] == ["default"]


def test_a_log_by_itself(cluster: DataDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fork", "--data", str(cluster.log)]) == 2
    assert "is a log by itself; a fork needs its cluster's keys" in capsys.readouterr().err
