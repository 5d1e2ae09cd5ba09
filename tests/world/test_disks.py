"""Both disks, one suite; then what only a simulated one can show, and what only a real one."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from tuik8s.world import live_disk
from tuik8s.world.base import Disk, DiskFailed, DiskFull
from tuik8s.world.disks import SimulatedDisk
from tuik8s.world.live_disk import RealDisk
from tuik8s.world.rng import seeded


@pytest.fixture(params=["simulated", "real"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    return SimulatedDisk() if request.param == "simulated" else RealDisk(tmp_path / "disk")


def test_an_absent_file_is_empty(disk: Disk) -> None:
    assert disk.names() == []
    assert disk.size("log") == 0
    assert disk.read("log") == b""
    disk.sync("log")
    disk.remove("log")
    assert disk.names() == []


def test_files_grow_and_are_read_in_parts(disk: Disk) -> None:
    disk.append("b", b"hello ")
    disk.sync("b")
    disk.append("b", b"world")
    disk.append("a", b"")
    assert disk.names() == ["a", "b"]
    assert disk.size("b") == 11
    assert disk.read("b") == b"hello world"
    assert disk.read("b", 4, 4) == b"o wo"
    assert disk.read("b", 9, 100) == b"ld"
    assert disk.read("b", 50) == b""


def test_truncate_replace_remove(disk: Disk) -> None:
    disk.append("f", b"0123456789")
    disk.truncate("f", 4)
    disk.append("f", b"x")
    assert disk.read("f") == b"0123x"
    disk.replace("f", b"new")
    disk.append("f", b"er")
    assert disk.read("f") == b"newer"
    disk.replace("g", b"made")
    assert disk.names() == ["f", "g"]
    disk.remove("f")
    assert disk.names() == ["g"]
    assert disk.read("f") == b""
    with pytest.raises(AssertionError):
        disk.truncate("g", 100)


def test_what_was_synced_survives_a_new_owner(tmp_path: Path) -> None:
    first = RealDisk(tmp_path)
    first.append("log", b"kept")
    first.sync("log")
    first.close()
    (tmp_path / "half.new").write_bytes(b"unfinished")
    second = RealDisk(tmp_path)
    assert second.names() == ["log"]
    assert second.read("log") == b"kept"
    assert not (tmp_path / "half.new").exists()
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
    for name in ("../x", "a/b", "x.new"):
        with pytest.raises(AssertionError):
            second.append(name, b"")


def test_a_crash_keeps_what_was_synced_and_a_torn_rest() -> None:
    kept = set()
    for seed in range(200):
        disk = SimulatedDisk()
        disk.append("log", b"durable|")
        disk.sync("log")
        disk.append("log", b"ABCDEFGH")
        disk.crash(seeded(seed, "crash"))
        rest = disk.read("log")
        assert rest.startswith(b"durable|")
        kept.add(rest[8:])
    assert {b"", b"ABCDEFGH", b"ABC"} <= kept
    assert any(rest.endswith(b"\0") for rest in kept)
    assert all(rest.rstrip(b"\0") == b"ABCDEFGH"[: len(rest.rstrip(b"\0"))] for rest in kept)


def test_a_full_simulated_disk_stays_readable_and_recovers() -> None:
    disk = SimulatedDisk()
    disk.append("log", b"12345")
    disk.limit_bytes = 8
    with pytest.raises(DiskFull):
        disk.append("log", b"6789")
    with pytest.raises(DiskFull):
        disk.replace("other", b"123456")
    assert disk.read("log") == b"12345"
    disk.limit_bytes = None
    disk.append("log", b"6789")
    assert disk.size("log") == 9


def test_after_a_failed_sync_nothing_is_written_until_the_crash() -> None:
    disk = SimulatedDisk()
    disk.append("log", b"1")
    disk.fail_sync = True
    with pytest.raises(DiskFailed):
        disk.sync("log")
    disk.fail_sync = False
    with pytest.raises(DiskFailed):
        disk.append("log", b"2")
    with pytest.raises(DiskFailed):
        disk.sync("log")
    disk.crash(seeded(1, "x"))
    disk.append("log", b"2")
    disk.sync("log")


def test_a_full_real_disk_takes_the_write_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = RealDisk(tmp_path)
    disk.append("log", b"12345")
    whole = os.write
    room = [3]

    def write(descriptor: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "full")
        taken, room[0] = data[: room[0]], 0
        return whole(descriptor, taken)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(DiskFull):
        disk.append("log", b"6789")
    with pytest.raises(DiskFull):
        disk.replace("log", b"other")
    monkeypatch.undo()
    assert disk.read("log") == b"12345"
    assert (tmp_path / "log").stat().st_size == 5
    disk.append("log", b"6")
    assert disk.read("log") == b"123456"
    assert disk.names() == ["log"]


def test_a_full_real_disk_that_has_no_room_for_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = RealDisk(tmp_path)

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no inodes")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DiskFull):
        disk.append("log", b"1")
    monkeypatch.undo()
    disk.append("log", b"1")
    assert disk.read("log") == b"1"


def test_the_entry_of_a_file_that_a_killed_process_made_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RealDisk(tmp_path).append("log", b"1")
    disk = RealDisk(tmp_path)
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(stat.S_ISDIR(os.fstat(fd).st_mode)))
    for _ in range(2):
        disk.append("log", b"2")
        disk.sync("log")
    assert synced == [True]


def test_a_failed_real_sync_fails_the_disk_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = RealDisk(tmp_path)
    disk.append("log", b"1")

    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(live_disk, "fdatasync", broken)
    with pytest.raises(DiskFailed, match="sync of log: broken"):
        disk.sync("log")
    monkeypatch.undo()
    with pytest.raises(DiskFailed, match="failed before"):
        disk.append("log", b"2")
    assert disk.read("log") == b"1"
