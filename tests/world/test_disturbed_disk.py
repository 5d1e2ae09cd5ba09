"""A disk under the rules of faults: slow, full, failing, torn, and a good disk again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuik8s.world.base import Disk, DiskFailed, DiskFull
from tuik8s.world.disks import SimulatedDisk
from tuik8s.world.disturbed_disk import DisturbedDisk
from tuik8s.world.live_disk import RealDisk
from tuik8s.world.rules import Rules, read_rules


class Bench:
    """A disk, its rules, and how long it held its process up."""

    def __init__(self, disk: Disk) -> None:
        self.rules = Rules()
        self.real = disk
        self.stalled: list[int] = []
        self.disk = self.again()
        self.disk.append("log", b"before")
        self.disk.sync("log")

    def again(self) -> DisturbedDisk:
        """The disk as the next process has it."""
        return DisturbedDisk(self.real, "apiserver", "store", self.rules, self.stalled.append)

    def disturb(self, do: str, party: str = "apiserver", disk: str = "store") -> None:
        rule = {"type": "disk", "party": party, "disk": disk, "do": do, "delay_ms": 50}
        self.rules.set(read_rules([rule]))


@pytest.fixture(params=["simulated", "real"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    return Bench(SimulatedDisk() if request.param == "simulated" else RealDisk(tmp_path / "d"))


def test_full_is_readable_and_recovers(bench: Bench) -> None:
    bench.disturb("full")
    with pytest.raises(DiskFull, match="no room"):
        bench.disk.append("log", b"x")
    with pytest.raises(DiskFull, match="no room"):
        bench.disk.replace("new", b"x")
    assert bench.disk.read("log") == b"before"
    bench.disk.replace("log", b"less")
    bench.rules.set([])
    bench.disk.append("log", b" more")
    assert bench.disk.read("log") == b"less more"


def test_failing_stays_failed_for_this_process(bench: Bench) -> None:
    bench.disturb("failing")
    bench.disk.append("log", b"x")
    with pytest.raises(DiskFailed, match="sync of log failed"):
        bench.disk.sync("log")
    bench.rules.set([])
    with pytest.raises(DiskFailed, match="failed before"):
        bench.disk.append("log", b"y")
    again = bench.again()
    assert again.read("log").startswith(b"before")
    again.append("log", b"z")
    again.sync("log")


def test_tearing_leaves_a_part_of_the_write(bench: Bench) -> None:
    bench.disturb("tearing")
    with pytest.raises(DiskFailed, match="power was lost after 5 of 10 bytes"):
        bench.disk.append("log", b"0123456789")
    assert bench.again().read("log") == b"before01234"


def test_slow_holds_the_process_up(bench: Bench) -> None:
    bench.disturb("slow")
    bench.disk.append("log", b"x")
    bench.disk.sync("log")
    bench.disk.sync("log")
    assert bench.stalled == [50, 50]


@pytest.mark.parametrize(("party", "disk"), [("kubelet/a", "store"), ("apiserver", "keys")])
def test_other_disks_are_left_alone(bench: Bench, party: str, disk: str) -> None:
    bench.disturb("failing", party, disk)
    bench.disk.append("log", b"x")
    bench.disk.sync("log")
    assert bench.disk.names() == ["log"]
