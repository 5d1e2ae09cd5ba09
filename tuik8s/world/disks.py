"""The simulated disk: bytes are durable only after `sync`, and a crash shows it.

A file is its durable bytes and an unsynced tail. A crash keeps a prefix of the tail that the seed
draws (none, all, or cut at any byte; now and then the last bytes that were kept are zeroes, as a
file system leaves them that had grown the file but not written the block). `replace`, `truncate`
and `remove` are durable when they return, as the protocol says.

Faults are set from outside: a limit in bytes (full), a failing sync (after which the disk stays
failed, since what an fsync left behind is unknown: see fsyncgate).
The real disk is in `world.live_disk`; both pass one test-suite.
"""

from __future__ import annotations

from tuik8s.world.base import DiskFailed, DiskFull, Rng


class SimulatedDisk:
    """A directory of growing files in memory (see `world.base.Disk`)."""

    def __init__(self, name: str = "disk") -> None:
        self.name = name
        self.limit_bytes: int | None = None
        self.fail_sync = False
        self._failed = False
        self._durable: dict[str, bytearray] = {}
        self._tail: dict[str, bytearray] = {}

    def names(self) -> list[str]:
        return sorted(self._durable)

    def size(self, name: str) -> int:
        if name not in self._durable:
            return 0
        return len(self._durable[name]) + len(self._tail[name])

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        durable = self._durable.get(name, bytearray())
        end = self.size(name) if length is None else offset + length
        if end <= len(durable):
            return bytes(durable[offset:end])
        return bytes((durable + self._tail[name])[offset:end]) if name in self._tail else b""

    def refresh(self) -> None:
        """Nobody else writes here."""

    def append(self, name: str, data: bytes) -> None:
        self._check_room(len(data))
        self._durable.setdefault(name, bytearray())
        self._tail.setdefault(name, bytearray()).extend(data)

    def sync(self, name: str) -> None:
        self._check_alive()
        if self.fail_sync:
            self._failed = True
            raise DiskFailed(f"{self.name}: fsync of {name} failed")
        if name in self._tail:
            self._durable[name] += self._tail[name]
            self._tail[name].clear()

    def truncate(self, name: str, size: int) -> None:
        self._check_alive()
        whole = self.read(name)
        assert size <= len(whole), f"truncate {name} to {size} refused: it has {len(whole)} bytes"
        self._durable[name] = bytearray(whole[:size])
        self._tail[name] = bytearray()

    def replace(self, name: str, data: bytes) -> None:
        self._check_room(len(data) - self.size(name))
        self._durable[name] = bytearray(data)
        self._tail[name] = bytearray()

    def remove(self, name: str) -> None:
        self._check_alive()
        self._durable.pop(name, None)
        self._tail.pop(name, None)

    def crash(self, rng: Rng) -> None:
        """Lose power: of each unsynced tail only what the seed draws survives."""
        for name in sorted(self._tail):
            tail = self._tail[name]
            if tail:
                self._durable[name] += _torn(bytes(tail), rng)
                tail.clear()
        self._failed = False

    def used_bytes(self) -> int:
        return sum(self.size(name) for name in self._durable)

    def _check_alive(self) -> None:
        if self._failed:
            raise DiskFailed(f"{self.name}: failed before; what it holds is unknown")

    def _check_room(self, growth: int) -> None:
        self._check_alive()
        if self.limit_bytes is not None and self.used_bytes() + growth > self.limit_bytes:
            raise DiskFull(f"{self.name}: no room for {growth} bytes")


def _torn(tail: bytes, rng: Rng) -> bytes:
    fate = rng.below(4)
    if fate == 0:
        return b""
    if fate == 1:
        return tail
    kept = tail[: rng.below(len(tail) + 1)]
    if fate == 2 or not kept:
        return kept
    zeroes = 1 + rng.below(min(len(kept), 512))
    return kept[: len(kept) - zeroes] + bytes(zeroes)
