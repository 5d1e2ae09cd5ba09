"""Forks of data directories, without processes: what comes along, what is refused, who is a rival.

`tests/clients/test_forks.py` starts such forks.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from tests.components.store.plant import TinyWorld
from tests.components.supervisor.moments import NOW
from tuik8s.addresses import SLICES
from tuik8s.components.store import Damaged, Moment, Store
from tuik8s.components.supervisor.directory import DataDirectory, Refusal, Running
from tuik8s.components.supervisor.fork import fork_cluster
from tuik8s.components.supervisor.kin import free_name, heir_of, rival_of
from tuik8s.components.supervisor.pki import ensure_pki
from tuik8s.config import ClusterConfig
from tuik8s.world.base import DiskFailed, DiskFull
from tuik8s.world.live_disk import RealDisk

RUNNING = Running(pid=1, server="", runtime="/nowhere", kubeconfig="", started_at="")


@pytest.fixture(name="root")
def _root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "tuik8s"


@pytest.fixture(name="parent")
def _parent(root: Path) -> DataDirectory:
    """A stopped cluster with four revisions, keys and a static pod."""
    directory = DataDirectory(root / "default")
    directory.acquire()
    ensure_pki(directory.pki, "127.17.0.1", NOW)
    (directory.path / "manifests" / "node-1").mkdir(parents=True)
    (directory.path / "manifests" / "node-1" / "pod.yaml").write_text("kind: Pod")
    RealDisk(directory.path / "keys").replace("service-accounts.key", b"secret")
    store = opened(directory)
    for number in range(3):
        store.put("configmaps/a/x", b"%d" % number)
        turn(store)
    directory.write_config(ClusterConfig(name="default", slice=3, listen="127.0.0.1:7000"))
    directory.log_file("apiserver").write_text("of the parent alone")
    directory.release()
    return directory


WORLDS: dict[int, TinyWorld] = {}


def opened(directory: DataDirectory) -> Store:
    world = TinyWorld()
    store = Store(world, RealDisk(directory.log))
    store.open()
    WORLDS[id(store)] = world
    return store


def turn(store: Store) -> None:
    WORLDS[id(store)].turn()


def forked(parent: DataDirectory, name: str, revision: int = 3) -> DataDirectory:
    """In the place of its parent."""
    target = DataDirectory(parent.path.parent / name)
    moment = Moment(revision, 7)
    fork_cluster(parent, opened(parent), moment, target, name, same_addresses=True)
    return target


def test_what_comes_along(parent: DataDirectory) -> None:
    fork = forked(parent, "calm")
    for part in ("pki/ca.crt", "pki/admin.key", "keys/service-accounts.key"):
        assert (fork.path / part).read_bytes() == (parent.path / part).read_bytes()
        assert (fork.path / part).stat().st_mode == (parent.path / part).stat().st_mode
    assert (fork.path / "manifests" / "node-1" / "pod.yaml").exists()
    assert not fork.log_file("apiserver").exists()
    assert fork.read_config() == ClusterConfig(name="calm", slice=3, listen="127.0.0.1:7000")
    origin = fork.read_origin()
    assert origin is not None
    assert (origin.parent, origin.data, origin.revision) == ("default", str(parent.path), 3)
    assert parent.read_origin() is None
    store = opened(fork)
    entry = store.get("configmaps/a/x")
    assert entry is not None
    assert (store.revision, entry.value) == (3, b"1")
    assert fork.read_running() is None


def test_a_fork_beside_its_parent_has_addresses_of_its_own(parent: DataDirectory) -> None:
    service = {"metadata": {"name": "s"}, "spec": {"clusterIP": "127.49.0.7"}}
    held = {"metadata": {"name": "127.49.0.7"}}
    store = opened(parent)
    store.put("services/a/s", msgspec.msgpack.encode(service))
    store.put("ipaddresses.networking.k8s.io//127.49.0.7", msgspec.msgpack.encode(held))
    turn(store)
    forked(parent, "in-its-place")
    target = DataDirectory(parent.path.parent / "calm")
    fork_cluster(parent, store, Moment(6, 7_000), target, "calm")

    config = target.read_config()
    assert (config.slice in SLICES, config.slice != 3, config.listen) == (True, True, "127.0.0.1:0")
    assert rival_of(target) is None
    assert not (target.pki / "apiserver.crt").exists()
    assert (target.pki / "ca.crt").read_bytes() == (parent.pki / "ca.crt").read_bytes()
    moved = opened(target)
    address = f"127.{16 * config.slice + 1}.0.7"
    found = [
        (change.type, change.key, change.author, change.at_ms) for change in moved.changes(6, "")
    ]
    addresses = "ipaddresses.networking.k8s.io//"
    assert found == [
        ("MODIFIED", "services/a/s", "tuik8s fork", 7_000),
        ("DELETED", f"{addresses}127.49.0.7", "tuik8s fork", 7_000),
        ("ADDED", f"{addresses}{address}", "tuik8s fork", 7_000),
    ]
    entry = moved.get("services/a/s")
    assert entry is not None
    assert msgspec.msgpack.decode(entry.value) == {
        "metadata": {"name": "s", "resourceVersion": "7"},
        "spec": {"clusterIP": address},
    }


def test_loopback_ranges_of_the_users_own_cannot_be_in_two_places(parent: DataDirectory) -> None:
    config = ClusterConfig(name="default", slice=3, service_cidr="127.200.0.0/16")
    parent.write_config(config)
    target = DataDirectory(parent.path.parent / "calm")
    with pytest.raises(Refusal, match=r"--service-cidr 127\.200\.0\.0/16 says .* --same-addresses"):
        fork_cluster(parent, opened(parent), Moment(3, 7), target, "calm")
    assert not target.path.exists()


def test_a_place_that_is_taken(parent: DataDirectory) -> None:
    forked(parent, "calm")
    with pytest.raises(Refusal, match="calm is not empty"):
        forked(parent, "calm")


def test_names(parent: DataDirectory) -> None:
    assert free_name("default") == "default-f1"
    forked(parent, "default-f1")
    assert free_name("default") == "default-f2"


def test_rivals(parent: DataDirectory, tmp_path: Path) -> None:
    fork = forked(parent, "calm")
    apart = DataDirectory(tmp_path / "apart")
    fork_cluster(fork, opened(fork), Moment(2, 7), apart, "apart", same_addresses=True)
    other = DataDirectory(parent.path.parent / "other")
    other.acquire()
    other.write_config(ClusterConfig(name="other", slice=4))
    other.write_running(RUNNING)
    for directory in (parent, fork, apart, other, DataDirectory(tmp_path / "new")):
        assert rival_of(directory) is None
    parent.acquire()
    parent.write_running(RUNNING)
    for directory in (fork, apart):
        rival = rival_of(directory)
        assert rival is not None
        assert rival.path == parent.path
        heir = heir_of(directory)
        assert heir is not None
        assert heir.path == parent.path
    assert rival_of(parent) is rival_of(other) is None
    stranger = DataDirectory(parent.path.parent / "stranger")
    stranger.acquire()
    stranger.write_config(ClusterConfig(name="stranger", slice=4))
    found = rival_of(stranger)
    assert found is not None
    assert found.path == other.path
    assert heir_of(stranger) is None


def test_a_fork_that_fails_leaves_nothing(parent: DataDirectory, tmp_path: Path) -> None:
    (parent.path / "keys" / "service-accounts.key").unlink()
    (parent.path / "keys" / "service-accounts.key").symlink_to(tmp_path / "gone")
    with pytest.raises(Refusal, match="the fork was given up"):
        forked(parent, "calm")
    assert not (parent.path.parent / "calm").exists()


def test_a_fork_that_has_no_room_says_so_once(
    root: Path, parent: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy(source: Path, target: Path) -> None:
        names = ("ca.crt", "ca.key")
        raise shutil.Error([(n, n, f"No space left on device: {n!r}") for n in names])

    monkeypatch.setattr(shutil, "copytree", copy)
    store, target = opened(parent), DataDirectory(root / "two")
    message = "the fork was given up: No space left on device: 'ca.crt'$"
    with pytest.raises(Refusal, match=message):
        fork_cluster(parent, store, Moment(3, 0), target, "two")
    assert not target.path.exists()


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (DiskFull("no room for 7 bytes"), Refusal),
        (DiskFailed("write to x"), Refusal),
        (Damaged("segment-00000001.log", 7, "its checksum is wrong"), Damaged),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_log_that_cannot_be_copied_whole_leaves_nothing(
    root: Path, parent: DataDirectory, problem: BaseException, told: type[BaseException]
) -> None:
    def copy_to(target: RealDisk, revision: int) -> None:
        target.append("segment-00000001.log", b"half of it")
        raise problem

    store, target = opened(parent), DataDirectory(root / "two")
    store.copy_to = copy_to  # type: ignore[assignment]
    with pytest.raises(told):
        fork_cluster(parent, store, Moment(3, 0), target, "two")
    assert not target.path.exists()
