"""The one clock of a cluster's processes, read and set through its supervisor.

The supervisor keeps it and sends it to every process; all of them, and the dashboard, then make the
same cluster time of the same monotonic time (`world.live.Clock`).

At a start it is the wall's, a fork's goes on from the moment that it was made of, and none begins
before the newest change in the log: time that ran fast, or on another machine, is not gone through
twice.
"""

from __future__ import annotations

import time

import msgspec

from tuik8s.components.supervisor.command import ask
from tuik8s.components.supervisor.directory import DataDirectory
from tuik8s.world.live import REAL_TIME, Clock, real_time_clock


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


def clock_at_start(directory: DataDirectory) -> Clock:
    """The clock that a cluster starts with."""
    clock = real_time_clock()
    wanted_ms = max(clock.anchor_ms - _behind_ms(directory, clock), _newest_ms(directory))
    return msgspec.structs.replace(clock, anchor_ms=wanted_ms)


def _behind_ms(directory: DataDirectory, clock: Clock) -> int:
    """How far the cluster's time is behind the wall's: a fork's since it was first started."""
    origin = directory.read_origin()
    if origin is None:
        return 0
    if origin.behind_ms is not None:
        return origin.behind_ms
    behind_ms = clock.anchor_ms - origin.at_ms
    directory.write_origin(msgspec.structs.replace(origin, behind_ms=behind_ms))
    return behind_ms


def _newest_ms(directory: DataDirectory) -> int:
    """The time of the last whole record of the log, 0 when there is none to be read."""
    from tuik8s.components.store.errors import FormatTooNew
    from tuik8s.components.store.tools import newest_ms
    from tuik8s.world.live_view import DirectoryView

    try:
        view = DirectoryView(directory.log)
    except OSError:
        return 0
    try:
        return newest_ms(view)
    except FormatTooNew:
        return 0  # the API server will refuse it, and say so
    finally:
        view.close()
