"""What the store's tests share: a small world, disks that fail, and a script that writes a lot."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from tuik8s.components.store import Change, Store, StoreOptions
from tuik8s.world.base import DiskFailed
from tuik8s.world.rules import Rules

T = TypeVar("T")
SECTOR = 512
SMALL = StoreOptions(
    segment_bytes=4096,
    snapshot_records=60,
    history_revisions=0,
    recent_changes=8,
    notes_per_key=3,
)
PLAIN = StoreOptions(history_revisions=0)


class Crash(Exception):
    """The power went."""


class Stream:
    """A stream of chance."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def chance(self, numerator: int, denominator: int) -> bool:
        return self._random.randrange(denominator) < numerator

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self._random.sample(list(items), len(items))

    def uid(self) -> str:
        return self.bytes(16).hex()

    def suffix(self, length: int = 5) -> str:
        return self.bytes(length).hex()[:length]

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


class Silence:
    """A log that keeps the messages."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    verbosity = 0

    def info(self, message: str, /, **fields: object) -> None:
        self.lines.append(message)

    warning = error = info


class Call:
    """A timer."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call = call
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class TinyWorld:
    """One heap of calls; `turn` runs what is due now, `pass_ms` lets time pass."""

    party = "apiserver"

    def __init__(self, now_ms: int = 1_767_225_600_000, seed: str = "1") -> None:
        self._seed = seed
        self.log = Silence()
        self.rules = Rules()
        self._now_ms = now_ms
        self._heap: list[tuple[int, int, Call]] = []
        self._count = 0

    def now_ms(self) -> int:
        return self._now_ms

    def call_at(self, when_ms: int, call: Callable[[], None]) -> Call:
        timer = Call(call)
        self._count += 1
        heapq.heappush(self._heap, (max(when_ms, self._now_ms), self._count, timer))
        return timer

    def call_after(self, delay_ms: int, call: Callable[[], None]) -> Call:
        return self.call_at(self._now_ms + delay_ms, call)

    def true_ms(self) -> int:
        return self.now_ms()

    def call_soon(self, call: Callable[[], None]) -> Call:
        return self.call_at(self._now_ms, call)

    def rng(self, stream: str) -> Stream:
        return Stream(f"{self._seed}:{stream}")

    def disk(self, name: str) -> FaultyDisk:
        raise AssertionError("tests hand the disk over")

    def turn(self) -> None:
        self.pass_ms(0)

    def pass_ms(self, duration_ms: int) -> None:
        end_ms = self._now_ms + duration_ms
        while self._heap and self._heap[0][0] <= end_ms:
            when_ms, _, timer = heapq.heappop(self._heap)
            self._now_ms = when_ms
            if not timer.is_cancelled:
                timer.call()
        self._now_ms = end_ms


class FaultyDisk:
    """A disk that counts its calls, fails or dies at one of them, and forgets what was not synced.

    A crash keeps or zeroes each 512-byte sector of an unsynced tail on its own, so later writes may
    survive earlier ones, and a file that was never synced may be gone.
    """

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.durable: dict[str, bytes] = dict(files or {})
        self.tails: dict[str, bytes] = {}
        self.calls = 0
        self.fail_at = -1
        self.crash_at = -1

    def names(self) -> list[str]:
        return sorted({*self.durable, *self.tails})

    def size(self, name: str) -> int:
        return len(self._whole(name))

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        return self._whole(name)[offset : None if length is None else offset + length]

    def refresh(self) -> None: ...

    def append(self, name: str, data: bytes) -> None:
        self._count("append")
        self.tails[name] = self.tails.get(name, b"") + data
        self._die()

    def sync(self, name: str) -> None:
        self._count("sync")
        self._die()
        self._settle(name)

    def truncate(self, name: str, size: int) -> None:
        self._count("truncate")
        self._settle(name)
        self.durable[name] = self.durable[name][:size]
        self._die()

    def replace(self, name: str, data: bytes) -> None:
        raise AssertionError("the store replaces nothing")

    def remove(self, name: str) -> None:
        self._count("remove")
        self.durable.pop(name, None)
        self.tails.pop(name, None)
        self._die()

    def after_crash(self, chance: random.Random) -> FaultyDisk:
        """What the next start finds."""
        files = dict(self.durable)
        for name, tail in sorted(self.tails.items()):
            if name not in files and chance.random() < 0.3:
                continue
            files[name] = files.get(name, b"") + _torn(tail, len(files.get(name, b"")), chance)
        return FaultyDisk(files)

    def _whole(self, name: str) -> bytes:
        return self.durable.get(name, b"") + self.tails.get(name, b"")

    def _settle(self, name: str) -> None:
        if name in self.tails:
            self.durable[name] = self._whole(name)
            del self.tails[name]

    def _count(self, what: str) -> None:
        self.calls += 1
        if self.calls == self.fail_at:
            raise DiskFailed(f"{what} failed")

    def _die(self) -> None:
        if self.calls == self.crash_at:
            raise Crash


def _torn(tail: bytes, start: int, chance: random.Random) -> bytes:
    kept = bytearray(tail[: chance.randrange(len(tail) + 1)] if chance.random() < 0.5 else tail)
    at = 0
    while at < len(kept):
        end = min(len(kept), at + SECTOR - (start + at) % SECTOR)
        if chance.random() < 0.4:
            kept[at:end] = bytes(end - at)
        at = end
    return bytes(kept)


class Script:
    """Writes by a seed, and remembers every state that ever was, and what was acknowledged."""

    def __init__(self, disk: FaultyDisk, seed: int, options: StoreOptions = SMALL) -> None:
        self.world = TinyWorld()
        self.store = Store(self.world, disk, options)
        self.states: dict[int, dict[str, bytes]] = {1: {}}
        self.acknowledged = 1
        self._chance = random.Random(seed)
        self._held: dict[str, bytes] = {}

    def run(self, writes: int) -> None:
        self.store.open()
        for number in range(writes):
            self._write(number)
            if self._chance.random() < 0.4:
                self.world.turn()
            if number % 50 == 49:
                self.world.turn()
                self.store.compact(self.store.durable_revision - 20)
        self.world.turn()

    def check(self, store: Store, oldest: int = 0) -> None:
        """The store holds a state that was, no older than what was acknowledged."""
        revision = store.revision
        assert self.acknowledged <= revision <= max(self.states)
        first = max(store.compacted_revision, oldest, 1)
        for at in range(first, revision + 1):
            page = store.range("pods/", revision=at)
            assert {entry.key: entry.value for entry in page.entries} == self.states[at]

    def _write(self, number: int) -> None:
        key = f"pods/default/pod-{self._chance.randrange(12)}"
        if key in self._held and self._chance.random() < 0.3:
            self.store.delete(key, value=b"last")
            del self._held[key]
        else:
            value = b"%d." % number + b"x" * self._chance.randrange(300)
            self.store.put(key, value, author="test", cause=number)
            self._held[key] = value
        if self._chance.random() < 0.1:
            self.store.note("why", key, b"because")
        revision = self.store.revision
        self.states[revision] = dict(self._held)
        self.store.when_durable(lambda: self._acknowledge(revision))

    def _acknowledge(self, revision: int) -> None:
        self.acknowledged = max(self.acknowledged, revision)


def opened(
    disk: FaultyDisk | None = None, options: StoreOptions = PLAIN
) -> tuple[Store, TinyWorld]:
    """A store that is open, and its world."""
    world = TinyWorld()
    store = Store(world, disk if disk is not None else FaultyDisk(), options)
    store.open()
    return store, world


def put_all(store: Store, world: TinyWorld, count: int, prefix: str = "pods/a/") -> None:
    """count keys, one group each."""
    for number in range(count):
        store.put(f"{prefix}{number:04d}", b"%d" % number)
        world.turn()


def told(changes: Sequence[Change]) -> list[tuple[int, str, str]]:
    """The short of it."""
    return [(change.revision, change.type, change.key) for change in changes]
