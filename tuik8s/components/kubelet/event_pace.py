"""When Events are sent: at once in small numbers, otherwise behind what users wait for.

A burst of pods would send three Events per pod between the statuses that make them ready. So a
process sends BURST at once, and the rest at a pace that leaves the API server room.

Source: client-go tools/record (events are recorded in the background); the pace is ours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tuik8s.world.base import World

BURST = 40
PORTION = 10
EVERY_MS = 100
WAITING_MAX = 20_000
"""More than this are dropped, the oldest first."""


class EventPace:
    """Sends the Events of one process."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: deque[Callable[[], None]] = deque(maxlen=WAITING_MAX)
        self._left = BURST
        self._is_ticking = False

    def send(self, call: Callable[[], None]) -> None:
        """Have call made now or, in its turn, soon."""
        if self._left > 0 and not self._waiting:
            self._left -= 1
            call()
        else:
            self._waiting.append(call)
        if not self._is_ticking:
            self._is_ticking = True
            self._world.call_after(EVERY_MS, self._tick)

    def _tick(self) -> None:
        self._left = min(BURST, self._left + PORTION)
        while self._waiting and self._left > 0:
            self._left -= 1
            self._waiting.popleft()()
        self._is_ticking = bool(self._waiting) or self._left < BURST
        if self._is_ticking:
            self._world.call_after(EVERY_MS, self._tick)
