"""The one event loop: a heap of calls keyed (when_ms, sequence), for both worlds.

    (when_ms, sequence, call)   smallest first; sequence counts every scheduling, so equal times
                                run in the order in which they were asked for

In simulation `run_until` jumps from event to event and `now_ms` is the time of the event that runs;
live, a driver sets the pace and calls `run_due`. Cancelling only empties an entry (lazy deletion);
when more than half of the heap is empty entries it is rebuilt.

A call may belong to a `Gate`, one per simulated process: calls that come due behind a closed gate
are held in order (a paused process) or forgotten (a dead one). A slow process is busy for a while
after each turn, which is all that it does at one instant; what comes due meanwhile waits for the
next one.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Final

from tuik8s.world.base import DiskFailed

COMPACT_ABOVE: Final = 512
"""Fewer empty entries than this are not worth a rebuild."""


class Gate:
    """Whether the calls of one process run, wait (closed) or are forgotten (dead).

    is_slow: whether turns take time, or one has; set by `set_pace` and `stall`. on_failure: called
    when the disk of the process has failed, which ends it; without it the failure is raised.
    """

    __slots__ = (
        "_slow_ms",
        "_turn_at_ms",
        "busy_until_ms",
        "closed",
        "dead",
        "held",
        "is_slow",
        "on_failure",
    )

    def __init__(self) -> None:
        self.closed = False
        self.dead = False
        self.held: list[ScheduledCall] = []
        self.is_slow = False
        self.busy_until_ms = 0
        self._slow_ms = 0
        self._turn_at_ms = -1
        self.on_failure: Callable[[DiskFailed], None] | None = None

    def stall(self, now_ms: int, duration_ms: int) -> None:
        """The turn that runs now takes so much longer."""
        self.is_slow = True
        self._turn_at_ms = now_ms
        self.busy_until_ms = max(now_ms, self.busy_until_ms) + duration_ms

    def set_pace(self, slow_ms: int) -> None:
        """Have every turn take so long."""
        self._slow_ms = slow_ms
        self.is_slow = self.is_slow or slow_ms > 0

    def is_busy(self, now_ms: int) -> bool:
        """Whether an earlier turn still takes its time."""
        return now_ms < self.busy_until_ms and now_ms != self._turn_at_ms

    def begin_turn(self, now_ms: int) -> None:
        """A call runs now; with others of this instant it is one turn."""
        if now_ms == self._turn_at_ms:
            return
        if self._slow_ms:
            self.stall(now_ms, self._slow_ms)
        else:
            self.is_slow = False

    def kill(self) -> None:
        self.closed = self.dead = True
        self.held.clear()


class ScheduledCall:
    """A call in the heap; `call` is None once it ran or was cancelled."""

    __slots__ = ("_heap", "call", "gate")

    def __init__(self, heap: EventHeap, call: Callable[[], None], gate: Gate | None) -> None:
        self._heap = heap
        self.call: Callable[[], None] | None = call
        self.gate = gate

    def cancel(self) -> None:
        if self.call is not None:
            self.call = None
            self._heap.note_cancelled()


class EventHeap:
    """See the module's text. `now_ms` never goes back."""

    __slots__ = ("_cancelled", "_queue", "_sequence", "events_count", "now_ms")

    def __init__(self, now_ms: int = 0) -> None:
        self.now_ms = now_ms
        self.events_count = 0
        self._queue: list[tuple[int, int, ScheduledCall]] = []
        self._sequence = 0
        self._cancelled = 0

    def __len__(self) -> int:
        return len(self._queue) - self._cancelled

    def schedule(
        self, when_ms: int, call: Callable[[], None], gate: Gate | None = None
    ) -> ScheduledCall:
        """Run call at when_ms; a time that is past counts as now."""
        timer = ScheduledCall(self, call, gate)
        now_ms = self.now_ms
        self._sequence = sequence = self._sequence + 1
        heappush(self._queue, (when_ms if when_ms > now_ms else now_ms, sequence, timer))
        return timer

    def next_at(self) -> int | None:
        """When the next call is due, or None when there is none."""
        queue = self._queue
        while queue:
            if queue[0][2].call is not None:
                return queue[0][0]
            heappop(queue)
            self._cancelled -= 1
        return None

    def run_next(self, limit_ms: int) -> bool:
        """Run the next call that is due by limit_ms at its time; False when there is none."""
        when_ms = self.next_at()
        if when_ms is None or when_ms > limit_ms:
            return False
        self._run(heappop(self._queue)[2], when_ms)
        return True

    def run_until(self, limit_ms: int) -> None:
        """Run everything due by limit_ms, each call at its own time; the clock ends there."""
        queue = self._queue
        while queue and queue[0][0] <= limit_ms:
            when_ms, _, timer = heappop(queue)
            call, gate = timer.call, timer.gate
            if call is None:
                self._cancelled -= 1
            elif gate is not None and (gate.closed or gate.is_slow):
                self._run(timer, when_ms)
            else:  # what `_run` does, without a call of its own: this is every simulated event
                if when_ms > self.now_ms:
                    self.now_ms = when_ms
                timer.call = None
                self.events_count += 1
                try:
                    call()
                except DiskFailed as failure:
                    _end(gate, failure)
        if limit_ms > self.now_ms:
            self.now_ms = limit_ms

    def run_due(self, now_ms: int) -> None:
        """Run what was due by now_ms when this turn began; what those calls add waits a turn."""
        queue = self._queue
        last = self._sequence
        if now_ms > self.now_ms:
            self.now_ms = now_ms
        while queue and queue[0][0] <= now_ms and queue[0][1] <= last:
            timer = heappop(queue)[2]
            if timer.call is None:
                self._cancelled -= 1
            else:
                self._run(timer, now_ms)

    def reopen(self, gate: Gate) -> None:
        """Let the held calls of a paused process run now, in the order in which they came due."""
        gate.closed = gate.dead
        held, gate.held = gate.held, []
        for timer in held:
            if timer.call is not None:
                self._sequence += 1
                heappush(self._queue, (self.now_ms, self._sequence, timer))
            else:
                self._cancelled -= 1

    def note_cancelled(self) -> None:
        """An entry was emptied; rebuild the heap when most of it is empty."""
        self._cancelled += 1
        queue = self._queue
        if self._cancelled > COMPACT_ABOVE and self._cancelled * 2 > len(queue):
            queue[:] = [entry for entry in queue if entry[2].call is not None]
            heapify(queue)
            self._cancelled = 0

    def _run(self, timer: ScheduledCall, when_ms: int) -> None:
        if when_ms > self.now_ms:
            self.now_ms = when_ms
        gate = timer.gate
        if gate is not None:
            if gate.closed:
                if not gate.dead:
                    gate.held.append(timer)
                return
            if gate.is_slow and gate.is_busy(self.now_ms):
                self._sequence += 1
                heappush(self._queue, (gate.busy_until_ms, self._sequence, timer))
                return
            if gate.is_slow:
                gate.begin_turn(self.now_ms)
        call = timer.call
        timer.call = None
        self.events_count += 1
        if call is not None:
            try:
                call()
            except DiskFailed as failure:
                _end(gate, failure)


def _end(gate: Gate | None, failure: DiskFailed) -> None:
    """A disk failed under a call: its process ends. Raises the failure when it is nobody's."""
    if gate is None or gate.on_failure is None:
        raise failure
    gate.on_failure(failure)
