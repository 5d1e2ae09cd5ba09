"""Data directories: what is refused, and what a second start finds."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.components.supervisor.moments import NOW
from tuik8s.components.supervisor.directory import (
    DataDirectory,
    Refusal,
    Running,
    directory_of,
)
from tuik8s.components.supervisor.pki import ensure_pki
from tuik8s.components.supervisor.slices import claim_slice
from tuik8s.components.supervisor.start import _tell, merge_config
from tuik8s.config import ClusterConfig


def test_a_directory_in_use_is_refused_with_the_remedy(tmp_path: Path) -> None:
    holder = DataDirectory(tmp_path / "c")
    holder.acquire()
    with pytest.raises(Refusal, match="in use by a running cluster"):
        DataDirectory(tmp_path / "c").acquire()
    holder.release()
    DataDirectory(tmp_path / "c").acquire()


def test_what_a_killed_supervisor_left_is_not_taken_for_a_running_cluster(tmp_path: Path) -> None:
    directory, runtime = DataDirectory(tmp_path / "c"), tmp_path / "runtime"
    directory.acquire()
    runtime.mkdir()
    (runtime / "control.sock").write_text("")
    left = Running(pid=1, server="", runtime=str(runtime), kubeconfig="", started_at="")
    directory.write_running(left)
    assert directory.read_running() == left
    del directory  # its lock goes, as with a process
    again = DataDirectory(tmp_path / "c")
    again.acquire()
    assert again.read_running() is None
    assert not runtime.exists()


def test_what_was_saved_is_found_again(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "c")
    directory.acquire()
    config = ClusterConfig(nodes=5, slice=3, listen="127.0.0.1:7000")
    directory.write_config(config)
    assert directory.read_config() == config


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "damaged"),
        (b'{"format": 99, "cluster": {}}', "newer tuik8s"),
        (b'{"format": 1, "cluster": {"nodez": 3}}', "damaged"),
    ],
)
def test_a_bad_configuration_names_the_file(tmp_path: Path, content: bytes, says: str) -> None:
    directory = DataDirectory(tmp_path / "c")
    directory.acquire()
    (directory.path / "cluster.json").write_bytes(content)
    with pytest.raises(Refusal, match=says):
        directory.read_config()


def test_a_path_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="choose another with --data"):
        DataDirectory(tmp_path / "file").acquire()


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a/b"])
def test_names_that_could_leave_the_state_directory_are_refused(name: str) -> None:
    with pytest.raises(Refusal, match="cannot be a cluster's name"):
        directory_of(name, "")


def test_flags_of_a_second_start_replace_the_saved_ones(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "c")
    directory.acquire()
    directory.write_config(ClusterConfig(nodes=3, service_cidr="10.96.0.0/16"))
    assert merge_config(directory, {"nodes": 5}).nodes == 5
    with pytest.raises(Refusal, match="--service-cidr"):
        merge_config(directory, {"service_cidr": "10.97.0.0/16"})


def test_a_second_word_goes_to_nobody_else() -> None:
    """A child that refuses to come back, long after the command line went away."""
    read, write = os.pipe()
    _tell(write, {"ready": True})
    assert os.read(read, 100) == b'{"ready":true}\n'
    os.close(read)
    next_read, next_write = os.pipe()
    _tell(write, {"error": "late"})
    os.set_blocking(next_read, False)
    os.write(next_write, b"mine")
    assert os.read(next_read, 100) == b"mine"
    for descriptor in (write, next_read, next_write):
        os.close(descriptor)


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    ensure_pki(tmp_path / "pki", "127.17.0.1", NOW)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "pki").iterdir()}
    assert set(modes.values()) == {0o600}
    before = {path.name: path.read_bytes() for path in (tmp_path / "pki").iterdir()}
    ensure_pki(tmp_path / "pki", "127.17.0.1", NOW)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "pki").iterdir()}


def test_two_clusters_do_not_share_addresses() -> None:
    first, held = claim_slice(-1)
    second, other = claim_slice(-1)
    assert first != second
    with pytest.raises(Refusal, match="in use by another running cluster"):
        claim_slice(first)
    held.close()
    other.close()
