"""Keys that end by themselves.

A deadline is written with the key, so a restart does not move it. Expiry is a deletion in the log
by the author `store`; a replay repeats it instead of deciding it again. While the disk is full
nothing expires, and the deadlines stay what the log says.

Source: etcd leases (lease/lessor.go); here each key has its own, since only Events need them.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuik8s.world.base import Timer, World


class Leases:
    """Deadlines of keys; `expire` is called for each when its time has come, never before.

    Where it says False, it could not be done, and is tried again after `retry_ms`.
    """

    def __init__(self, world: World, expire: Callable[[str], bool], retry_ms: int) -> None:
        self._world = world
        self._expire = expire
        self._retry_ms = retry_ms
        self._deadlines: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self._timer: Timer | None = None
        self._timer_at_ms = 0
        self._started = False

    def __len__(self) -> int:
        return len(self._deadlines)

    def clear(self) -> None:
        self._deadlines.clear()
        self._heap.clear()

    def of(self, key: str) -> int:
        """The deadline of a key, 0 when it has none."""
        return self._deadlines.get(key, 0)

    def set(self, key: str, at_ms: int) -> None:
        """Give key a deadline, or take it away with 0."""
        if at_ms:
            self._deadlines[key] = at_ms
            heappush(self._heap, (at_ms, key))
            if self._started and (self._timer is None or at_ms < self._timer_at_ms):
                self._arm()
        elif self._deadlines:
            self._deadlines.pop(key, None)

    def start(self) -> None:
        """Begin to expire keys; before, deadlines are only noted."""
        self._heap = [(at_ms, key) for key, at_ms in self._deadlines.items()]
        heapify(self._heap)
        self._started = True
        self._arm()

    def _arm(self, not_before_ms: int = 0) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._heap:
            self._timer_at_ms = max(self._heap[0][0], not_before_ms)
            self._timer = self._world.call_at(self._timer_at_ms, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now_ms = self._world.now_ms()
        while self._heap and self._heap[0][0] <= now_ms:
            at_ms, key = self._heap[0]
            if self._deadlines.get(key) == at_ms and not self._expire(key):
                self._arm(now_ms + self._retry_ms)
                return
            heappop(self._heap)
        self._arm()
