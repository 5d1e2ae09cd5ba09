"""A disk under the rules of faults: slow, full, failing or torn; without a rule it is the disk.

    full      appends and growing replacements find no room; what is there stays readable
    failing   the next sync or durable change fails, and then all writes: the process must not go on
    tearing   of the next append only a part gets to the disk, then power is lost: it fails as above
    slow      every sync holds the process up

Source: the faults are those of the simulated disk (`world.disks`), for any disk.
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.world.base import Disk, DiskFailed, DiskFull
from tuik8s.world.rules import DiskRule, Rules


class DisturbedDisk:
    """See `world.base.Disk`. stall: hold the process up for so many ms of its time."""

    def __init__(
        self, disk: Disk, party: str, name: str, rules: Rules, stall: Callable[[int], None]
    ) -> None:
        self._disk = disk
        self._party = party
        self._name = name
        self._rules = rules
        self._stall = stall
        self._broken = ""

    def names(self) -> list[str]:
        return self._disk.names()

    def size(self, name: str) -> int:
        return self._disk.size(name)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        return self._disk.read(name, offset, length)

    def refresh(self) -> None:
        self._disk.refresh()

    def append(self, name: str, data: bytes) -> None:
        self._check()
        self._check_room(len(data))
        if self._rule("tearing") is not None:
            kept = data[: len(data) // 2]
            self._disk.append(name, kept)
            self._disk.sync(name)
            raise self._failure(f"power was lost after {len(kept)} of {len(data)} bytes of {name}")
        self._disk.append(name, data)

    def sync(self, name: str) -> None:
        self._check_change(f"sync of {name}")
        self._disk.sync(name)
        slow = self._rule("slow")
        if slow is not None:
            self._stall(slow.delay_ms)

    def truncate(self, name: str, size: int) -> None:
        self._check_change(f"truncation of {name}")
        self._disk.truncate(name, size)

    def replace(self, name: str, data: bytes) -> None:
        self._check_change(f"replacement of {name}")
        self._check_room(len(data) - self._disk.size(name))
        self._disk.replace(name, data)

    def remove(self, name: str) -> None:
        self._check_change(f"removal of {name}")
        self._disk.remove(name)

    def _rule(self, do: str) -> DiskRule | None:
        for rule in self._rules.of(DiskRule):
            if rule.do == do and (rule.party, rule.disk) == (self._party, self._name):
                return rule
        return None

    def _check(self) -> None:
        if self._broken:
            raise DiskFailed(f"{self._name}: failed before ({self._broken})")

    def _check_room(self, growth: int) -> None:
        if growth > 0 and self._rule("full") is not None:
            raise DiskFull(f"{self._name}: no room for {growth} bytes (a fault was asked for)")

    def _check_change(self, what: str) -> None:
        self._check()
        if self._rule("failing") is not None:
            raise self._failure(f"{what} failed")

    def _failure(self, what: str) -> DiskFailed:
        self._broken = f"{what} (a fault was asked for)"
        return DiskFailed(f"{self._name}: {self._broken}")
