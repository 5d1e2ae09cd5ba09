"""When what is on screen is brought up to date: ten times a second, and once a second at rest.

    something is heard or pressed, the past plays --> every tick
    nothing of it for a while                     --> no ticks; a second hand for clock and ages

So a dashboard at rest hardly wakes, and the first change after it is shown as fast as any other.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

REST_AFTER_MS = 1_200
"""The mark of a change fades after a second, and what is judged once a second is by then."""
AT_REST_EVERY_S = 1.0
FREEZE_AFTER_S = 3.0
"""By then the first load is in memory; garbage collections leave it alone from there on."""


class Pump:
    """owner: whose timers it uses; show: called as often as there may be something to show;
    real_ms: time as it passes at the keyboard; moves: whether something is shown that goes on by
    itself."""

    def __init__(
        self,
        owner: MessagePump,
        show: Callable[[], None],
        real_ms: Callable[[], int],
        moves: Callable[[], bool],
    ) -> None:
        self.is_at_rest = False
        self._owner = owner
        self._show = show
        self._real_ms = real_ms
        self._moves = moves
        self._stirred_at_ms = 0
        self._ticks: Timer | None = None
        self._seconds: Timer | None = None

    def start(self, per_second: float) -> None:
        """Tick so often from now on."""
        if self._ticks is not None:
            self._ticks.stop()
        if self._seconds is None:
            self._seconds = self._owner.set_interval(AT_REST_EVERY_S, self.second)
            self._owner.set_timer(FREEZE_AFTER_S, _freeze)
        self._ticks = self._owner.set_interval(1 / per_second, self.tick)
        self.is_at_rest = False
        self.stir()

    def stir(self) -> None:
        """Something moves; cheap enough to be called for each change."""
        self._stirred_at_ms = self._real_ms()
        self._wake()

    def at_once(self) -> None:
        """Something that was waited for is there: it is shown before the next tick."""
        self.stir()
        self._owner.call_later(self._show)

    def hear(self, is_change: bool) -> None:
        """Something came: a change stirs, an answer is shown by the next tick."""
        if is_change:
            self.stir()
        else:
            self._wake()

    def _wake(self) -> None:
        if self.is_at_rest and self._ticks is not None:
            self.is_at_rest = False
            self._ticks.resume()

    def tick(self) -> None:
        self._show()
        is_quiet = self._real_ms() - self._stirred_at_ms > REST_AFTER_MS
        if is_quiet and not self._moves() and self._ticks is not None:
            self.is_at_rest = True
            self._ticks.pause()

    def second(self) -> None:
        if self.is_at_rest:
            self._show()
            if self._moves():
                self.stir()


def _freeze() -> None:
    gc.collect()
    gc.freeze()
