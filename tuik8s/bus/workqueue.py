"""Keys that wait for work: each at most once, never at two workers, later after failures.

    add -> dirty, queued -> get -> processing -> done
    added while processing: dirty, queued again by done

Source: k8s.io/client-go util/workqueue (queue, delaying queue, ItemExponentialFailureRateLimiter:
5 ms doubling to 1000 s). Differences: one thread, so `get` returns None instead of waiting and the
owner is called when work comes; no overall rate limit beside that per key.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Final, Generic, TypeVar

from tuik8s.world.base import Timer, World

K = TypeVar("K", bound=Hashable)

BACKOFF_FIRST_MS: Final = 5
BACKOFF_LAST_MS: Final = 1_000_000


def _nobody() -> None:
    """Nobody waits for work."""


class WorkQueue(Generic[K]):
    """See the module's text. on_ready is called when a key was queued; it may be called often."""

    def __init__(
        self,
        world: World,
        on_ready: Callable[[], None] = _nobody,
        *,
        backoff_first_ms: int = BACKOFF_FIRST_MS,
        backoff_last_ms: int = BACKOFF_LAST_MS,
    ) -> None:
        self._world = world
        self._on_ready = on_ready
        self._first_ms = backoff_first_ms
        self._last_ms = backoff_last_ms
        self._queue: deque[K] = deque()
        self._dirty: dict[K, int] = {}  # key -> since when it waits
        self._processing: set[K] = set()
        self._delayed: dict[K, tuple[int, Timer]] = {}
        self._failures: dict[K, int] = {}
        self._adds_count = 0
        self._retries_count = 0
        self._done_count = 0
        self._longest_wait_ms = 0

    def add(self, key: K) -> None:
        """Queue a key unless it waits already; one that is worked on comes again afterwards."""
        if key in self._dirty:
            return
        self._adds_count += 1
        self._dirty[key] = self._world.now_ms()
        if key not in self._processing:
            self._queue.append(key)
            self._on_ready()

    def add_after(self, key: K, delay_ms: int) -> None:
        """Add a key later; of several delays the one that ends first holds."""
        if delay_ms <= 0:
            self.add(key)
            return
        at_ms = self._world.now_ms() + delay_ms
        delayed = self._delayed.get(key)
        if delayed is not None:
            if delayed[0] <= at_ms:
                return
            delayed[1].cancel()
        self._delayed[key] = (at_ms, self._world.call_at(at_ms, partial(self._due, key)))

    def add_failed(self, key: K) -> None:
        """Add a key after the back-off of its failures so far, of which this is one more."""
        self._retries_count += 1
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        self.add_after(key, min(self._first_ms << min(failures, 40), self._last_ms))

    def forget(self, key: K) -> None:
        """The key succeeded: its next failure begins the back-off anew."""
        self._failures.pop(key, None)

    def failures(self, key: K) -> int:
        return self._failures.get(key, 0)

    def get(self) -> K | None:
        """The next key, which is then worked on until `done`; None when nothing waits."""
        if not self._queue:
            return None
        key = self._queue.popleft()
        waited_ms = self._world.now_ms() - self._dirty.pop(key)
        if waited_ms > self._longest_wait_ms:
            self._longest_wait_ms = waited_ms
        self._processing.add(key)
        return key

    def done(self, key: K) -> None:
        """Work on a key ended; it is queued again if it was added meanwhile."""
        self._done_count += 1
        self._processing.discard(key)
        if key in self._dirty:
            self._queue.append(key)
            self._on_ready()

    def __len__(self) -> int:
        """Keys that could be taken now."""
        return len(self._queue)

    def statistics(self) -> Mapping[str, int]:
        return {
            "depth": len(self._queue),
            "delayed": len(self._delayed),
            "processing": len(self._processing),
            "adds": self._adds_count,
            "retries": self._retries_count,
            "done": self._done_count,
            "failing": len(self._failures),
            "longest_wait_ms": self._longest_wait_ms,
        }

    def _due(self, key: K) -> None:
        del self._delayed[key]
        self.add(key)
