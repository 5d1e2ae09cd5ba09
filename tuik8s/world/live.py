"""The live world: the same heap, paced by a clock with a rate and fed by an asyncio loop.

    cluster ms = anchor_ms + (monotonic ns - anchor_ns) * rate / 1000 / 1_000_000

The monotonic clock is one for all processes of a machine, so one `Clock` sent to all of them keeps
a cluster together: rate 1000 is real time, 10_000 ten times that, 0 a pause. A step is a clock that
stops by itself at `stop_at_ms`. Setting a clock re-arms the one timer that the heap needs.

A turn runs what is due. `call_soon` puts a call behind everything due and has the loop take a turn
after the sockets that are ready now; so what many requests of one turn asked for (a group commit)
is done once, after all of them.

A surprise raises: an exception in a callback is logged with its trace, and the process ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from tuik8s.world.base import Disk, Log
from tuik8s.world.disturbed_disk import DisturbedDisk
from tuik8s.world.heap import EventHeap, ScheduledCall
from tuik8s.world.links import LinkRules
from tuik8s.world.live_disk import RealDisk
from tuik8s.world.logs import USUAL, LineLog, Sink
from tuik8s.world.rng import RandomStream, from_system
from tuik8s.world.rules import Rules
from tuik8s.world.skew import Skew
from tuik8s.world.virtual import VirtualAddresses

REAL_TIME: Final = 1_000
EXIT_SURPRISED: Final = 70
"""EX_SOFTWARE: an exception that nobody expected."""


class Clock(msgspec.Struct, frozen=True, array_like=True):
    """Cluster time as a line over monotonic time; stop_at_ms 0 means that it does not stop."""

    anchor_ns: int
    anchor_ms: int
    rate: int = REAL_TIME
    stop_at_ms: int = 0

    def at(self, monotonic_ns: int) -> int:
        """Cluster time at a monotonic time."""
        now_ms = self.anchor_ms + (monotonic_ns - self.anchor_ns) * self.rate // 1_000_000_000
        return min(now_ms, self.stop_at_ms) if self.stop_at_ms else now_ms

    def reaches_ns(self, when_ms: int) -> int | None:
        """When a cluster time is reached; None when the clock stops before it."""
        if self.rate == 0 or (self.stop_at_ms and when_ms > self.stop_at_ms):
            return None
        return self.anchor_ns - ((self.anchor_ms - when_ms) * 1_000_000_000) // self.rate

    def with_rate(self, rate: int, monotonic_ns: int) -> Clock:
        """The clock that goes on from here at another rate."""
        return Clock(monotonic_ns, self.at(monotonic_ns), rate)

    def step(self, duration_ms: int, monotonic_ns: int, rate: int = 10 * REAL_TIME) -> Clock:
        """The clock that goes on for duration_ms, fast, and then stands."""
        now_ms = self.at(monotonic_ns)
        return Clock(monotonic_ns, now_ms, rate, now_ms + duration_ms)


def real_time_clock() -> Clock:
    """Cluster time is the wall's."""
    return Clock(time.monotonic_ns(), time.time_ns() // 1_000_000)


def to_stderr(line: str) -> None:
    """The sink of a process whose standard error is its log file."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


class LiveDriver:
    """The heap of one process, run by an event loop at the pace of a clock."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Clock | None = None,
        *,
        sink: Sink = to_stderr,
        verbosity: int = USUAL,
        end_process: Callable[[int], None] = os._exit,
    ) -> None:
        self.loop = loop
        self.clock = clock or real_time_clock()
        self.links = LinkRules()
        self.rules = Rules()
        self.slow_ms = 0
        self.virtual: VirtualAddresses | None = None
        self.sink = sink
        self.verbosity = verbosity
        self._end_process = end_process
        self._last_ms = self.clock.at(time.monotonic_ns())
        self.heap = EventHeap(self._last_ms)
        self._armed_at_ms: int | None = None
        self._armed: asyncio.TimerHandle | None = None
        self._turn_asked = False

    def now_ms(self) -> int:
        now_ms = self.clock.at(time.monotonic_ns())
        if now_ms > self._last_ms:
            self._last_ms = now_ms
        return self._last_ms

    def schedule(self, when_ms: int, call: Callable[[], None]) -> ScheduledCall:
        timer = self.heap.schedule(when_ms, call)
        if self._armed_at_ms is None or when_ms < self._armed_at_ms:
            self._arm()
        return timer

    def soon(self, call: Callable[[], None]) -> ScheduledCall:
        timer = self.heap.schedule(self.now_ms(), call)
        self._ask_turn()
        return timer

    def set_clock(self, clock: Clock) -> None:
        """Change the pace; what became due runs in the next turn."""
        self.clock = clock
        self._disarm()
        self._arm()

    def stall(self, duration_ms: int) -> None:
        """Hold the process up for so much of the cluster's time, as a fault asks."""
        if self.clock.rate:
            time.sleep(duration_ms / self.clock.rate)

    def guarded(self, call: Callable[..., None]) -> Callable[..., None]:
        """The call for a socket or loop callback: its surprises end the process."""
        return partial(self._run_guarded, call)

    def close(self) -> None:
        self._disarm()

    def _run_guarded(self, call: Callable[..., None], *args: object) -> None:
        try:
            call(*args)
        except Exception as surprise:
            self._surprised(surprise)

    def _surprised(self, surprise: Exception) -> None:
        what = f"{type(surprise).__name__}: {surprise}"
        log = LineLog("process", self.now_ms, self.sink, self.verbosity)
        log.error("Unexpected error, this process ends", err=what)
        for line in traceback.format_exception(surprise):
            self.sink(line.rstrip("\n"))
        self.sink(f"unexpected {type(surprise).__name__}: this process ends")
        self._end_process(EXIT_SURPRISED)

    def _turn(self) -> None:
        self._turn_asked = False
        before = self.heap.events_count
        self._run_guarded(self.heap.run_due, self.now_ms())
        if self.slow_ms and self.heap.events_count > before:
            self.stall(self.slow_ms)
        self._arm()

    def _on_timer(self) -> None:
        self._armed = None
        self._armed_at_ms = None
        self._turn()

    def _ask_turn(self) -> None:
        if not self._turn_asked:
            self._turn_asked = True
            self.loop.call_soon(self._turn)

    def _arm(self) -> None:
        """Have the loop call when the next call is due."""
        when_ms = self.heap.next_at()
        if when_ms is None or when_ms == self._armed_at_ms:
            return
        self._disarm()
        if when_ms <= self.now_ms():
            self._ask_turn()
            return
        reaches_ns = self.clock.reaches_ns(when_ms)
        if reaches_ns is not None:
            # The loop's timers count whole milliseconds and may round down: aim past the edge.
            wait_s = max(0.0, (reaches_ns - time.monotonic_ns()) / 1e9) + 0.0006
            self._armed_at_ms = when_ms
            self._armed = self.loop.call_later(wait_s, self._on_timer)

    def _disarm(self) -> None:
        if self._armed is not None:
            self._armed.cancel()
        self._armed = None
        self._armed_at_ms = None


class LiveWorld:
    """The world of one party in this process (see `world.base.World`); parties share a driver."""

    def __init__(
        self,
        party: str,
        driver: LiveDriver,
        directory: str | Path,
        disks: Mapping[str, Disk] | None = None,
    ) -> None:
        """disks: those that are not below directory, by name."""
        self.party = party
        self.driver = driver
        self.rules = driver.rules
        self._skew = Skew()
        self.call_soon = driver.soon
        self.log: Log = LineLog(party, self.now_ms, driver.sink, driver.verbosity)
        self._directory = Path(directory)
        self._disks: dict[str, Disk] = dict(disks or {})
        self._rng = from_system()
        self.rules.on_change(self._on_rules)
        self._on_rules()

    def now_ms(self) -> int:
        now_ms = self.driver.now_ms()
        return now_ms if self._skew.is_none else self._skew.shown(now_ms)

    def true_ms(self) -> int:
        return self.driver.now_ms()

    def call_at(self, when_ms: int, call: Callable[[], None]) -> ScheduledCall:
        true_ms = when_ms if self._skew.is_none else self._skew.true(when_ms)
        return self.driver.schedule(true_ms, call)

    def call_after(self, delay_ms: int, call: Callable[[], None]) -> ScheduledCall:
        driver = self.driver
        return driver.schedule(driver.now_ms() + delay_ms, call)

    def rng(self, stream: str) -> RandomStream:
        """One stream for all names: nobody can repeat the operating system's draws anyway."""
        return self._rng

    def disk(self, name: str) -> Disk:
        if name not in self._disks:
            disk = RealDisk(self._directory / name)
            rules, stall = self.rules, self.driver.stall
            self._disks[name] = DisturbedDisk(disk, self.party, name, rules, stall)
        return self._disks[name]

    def _on_rules(self) -> None:
        """Take up what faults ask of this party's clock and pace."""
        self.driver.slow_ms = self.rules.pace_ms(self.party)
        self._skew.set(self.rules.ahead_ms(self.party), self.driver.now_ms())
