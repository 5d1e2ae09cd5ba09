"""The one clock of a cluster's processes, read and set through its supervisor.

The supervisor keeps it and sends it to every process; all of them, and the dashboard, then make the
same cluster time of the same monotonic time (`world.live.Clock`).
"""

from __future__ import annotations

import time

import msgspec

from tuik8s.components.supervisor.command import ask
from tuik8s.world.live import REAL_TIME, Clock


def clock_of(runtime: str) -> Clock:
    """The clock as it is. Raises Refusal."""
    return msgspec.convert(ask(runtime, {"command": "time"})["clock"], Clock)


def set_clock(runtime: str, *, rate: int = REAL_TIME, step_ms: int = 0) -> Clock:
    """Have it go on at a rate (thousandths of real time), or for step_ms and then stand.

    Raises Refusal.
    """
    now_ns = time.monotonic_ns()
    old = clock_of(runtime)
    clock = old.step(step_ms, now_ns) if step_ms else old.with_rate(rate, now_ns)
    ask(runtime, {"command": "clock", "value": msgspec.to_builtins(clock)})
    return clock
