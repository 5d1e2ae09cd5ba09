"""What a component may know of the world outside it: time, chance, disk and log.

A component is a synchronous object. It is called, it runs to completion, it leaves effects in its
world; it never awaits, sleeps, opens a file or asks the operating system anything. Two worlds keep
this promise: `world.live` (a clock with a rate, asyncio feeding the heap, real files) and
`world.simulated` (one heap for all parties, virtual time, disks that lose unsynced tails).

Times are integer milliseconds since 1970 on the cluster's clock, which never goes back. Chances
are ratios of integers, so that a seed repeats them exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from tuik8s.world.rules import Rules

T = TypeVar("T")


class Timer(Protocol):
    """A call that will be made; cancelling it late or twice does nothing."""

    def cancel(self) -> None: ...


class Rng(Protocol):
    """One named stream of chance; streams of other names are independent of it."""

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        ...

    def chance(self, numerator: int, denominator: int) -> bool: ...

    def pick(self, items: Sequence[T]) -> T: ...

    def shuffled(self, items: Sequence[T]) -> list[T]: ...

    def uid(self) -> str:
        """A random (version 4) UUID as text."""
        ...

    def suffix(self, length: int = 5) -> str:
        """Characters for a generated name, of the alphabet `bcdfghjklmnpqrstvwxz2456789`."""
        ...

    def bytes(self, count: int) -> bytes: ...


class DiskFull(Exception):
    """No room for the write; what was there before is still readable, and room may come back."""


class DiskFailed(Exception):
    """A write or sync failed: what is on the disk is unknown, and the process must not go on."""


class Disk(Protocol):
    """A directory of files that grow at the end. Bytes are durable only after `sync`.

    Errors: every call that writes may raise DiskFull or DiskFailed.
    """

    def names(self) -> list[str]:
        """File names, sorted."""
        ...

    def size(self, name: str) -> int:
        """Bytes in the file; 0 when it is absent."""
        ...

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes: ...

    def refresh(self) -> None:
        """Forget what is remembered of the files: somebody else may have changed them."""
        ...

    def append(self, name: str, data: bytes) -> None: ...

    def sync(self, name: str) -> None: ...

    def truncate(self, name: str, size: int) -> None:
        """Cut the file to size bytes, durably."""
        ...

    def replace(self, name: str, data: bytes) -> None:
        """Set the content, durably and in one step: after a crash it is the old or the new."""
        ...

    def remove(self, name: str) -> None: ...


class Log(Protocol):
    """Constant message, then key/value pairs, in upstream's words where it has some.

    info: a transition; warning: a recovered surprise; error: somebody must look. What upstream logs
    at a level above 0 is logged `if log.verbosity >= 2`, so that below it nothing is formatted.
    """

    @property
    def verbosity(self) -> int: ...
    def info(self, message: str, /, **fields: object) -> None: ...
    def warning(self, message: str, /, **fields: object) -> None: ...
    def error(self, message: str, /, **fields: object) -> None: ...


class World(Protocol):
    """The world of one party (one process); `party` is its name, such as `kubelet/node-1`."""

    party: str

    @property
    def log(self) -> Log: ...

    @property
    def rules(self) -> Rules:
        """What faults ask of this process."""
        ...

    def now_ms(self) -> int: ...

    def true_ms(self) -> int:
        """The time by a clock that no fault touches, for deadlines that another party reads."""
        ...

    def call_at(self, when_ms: int, call: Callable[[], None]) -> Timer:
        """Run call at when_ms, at once when that is past; equal times run in the order asked."""
        ...

    def call_after(self, delay_ms: int, call: Callable[[], None]) -> Timer: ...

    def call_soon(self, call: Callable[[], None]) -> Timer:
        """Run call after everything already due: the end of this turn."""
        ...

    def rng(self, stream: str) -> Rng: ...

    def disk(self, name: str) -> Disk: ...
