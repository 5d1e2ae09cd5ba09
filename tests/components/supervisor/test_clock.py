"""The clock that a cluster starts with: the wall's, a fork's own, never before the log's end."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.components.store.plant import TinyWorld
from tuik8s.components.store import Store
from tuik8s.components.supervisor.clock import clock_at_start
from tuik8s.components.supervisor.directory import DataDirectory, Origin
from tuik8s.world.live import real_time_clock
from tuik8s.world.live_disk import RealDisk

HOUR_MS = 3_600_000


def cluster(path: Path, at_ms: int) -> DataDirectory:
    """A stopped cluster whose last change was at a time."""
    directory = DataDirectory(path)
    directory.acquire()
    world = TinyWorld(at_ms - HOUR_MS)
    store = Store(world, RealDisk(directory.log))
    store.open()
    store.put("pods/a/x", b"1")
    world.pass_ms(HOUR_MS)
    store.put("pods/a/x", b"2")
    world.turn()
    directory.release()
    return directory


def test_the_wall(tmp_path: Path) -> None:
    before_ms = real_time_clock().anchor_ms
    for directory in (DataDirectory(tmp_path / "new"), cluster(tmp_path / "old", 2 * HOUR_MS)):
        assert before_ms <= clock_at_start(directory).anchor_ms <= real_time_clock().anchor_ms


def test_time_that_ran_fast_is_not_gone_through_twice(tmp_path: Path) -> None:
    ahead_ms = real_time_clock().anchor_ms + 24 * HOUR_MS
    assert clock_at_start(cluster(tmp_path, ahead_ms)).anchor_ms == ahead_ms


def test_a_forks_time_goes_on_from_its_moment(tmp_path: Path) -> None:
    at_ms = real_time_clock().anchor_ms - 24 * HOUR_MS
    fork = cluster(tmp_path, at_ms)
    fork.write_origin(Origin(parent="default", data="", revision=3, at_ms=at_ms))
    assert clock_at_start(fork).anchor_ms == at_ms
    again = clock_at_start(fork).anchor_ms  # what has passed since the first start has passed
    assert at_ms <= again <= real_time_clock().anchor_ms - 24 * HOUR_MS
    origin = fork.read_origin()
    assert origin is not None
    assert origin.behind_ms is not None
    fork.write_origin(msgspec.structs.replace(origin, behind_ms=origin.behind_ms - HOUR_MS))
    assert clock_at_start(fork).anchor_ms >= at_ms + HOUR_MS
