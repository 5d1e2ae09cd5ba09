"""The dashboard's hand on a cluster's processes: its clock, and forks (see `ui.control`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tuik8s.cli import fork
from tuik8s.components.supervisor.clock import clock_of, set_clock
from tuik8s.components.supervisor.directory import DataDirectory, Refusal, Running
from tuik8s.components.supervisor.kin import family_of, heir_of
from tuik8s.ui.control import ANEW, REAL_TIME, RUNS, STOPPED, Relative, Unable

if TYPE_CHECKING:
    from tuik8s.world.live import Clock, LiveDriver

LOOK_EVERY_S = 1.0
"""How often the dashboard hears that somebody else has set the clock, or stopped the cluster."""


class ClusterControl:
    """Of a running cluster. driver: the dashboard's own, which keeps the cluster's time."""

    is_log = False

    def __init__(self, directory: DataDirectory, running: Running, driver: LiveDriver) -> None:
        self._directory = directory
        self._running = running
        self._driver = driver
        self._fate = RUNS
        self._heir = ""
        self._look()

    @property
    def data(self) -> str:
        return str(self._directory.path)

    def fate(self) -> str:
        return self._fate

    def heir(self) -> str:
        return self._heir if self._fate == STOPPED else ""

    def rate(self) -> int:
        clock = self._driver.clock
        stands = clock.stop_at_ms and clock.at(time.monotonic_ns()) >= clock.stop_at_ms
        return 0 if stands else clock.rate

    def set_rate(self, per_mille: int) -> None:
        self._set(lambda: set_clock(self._running.runtime, rate=per_mille))

    def step(self, duration_ms: int) -> None:
        self._set(lambda: set_clock(self._running.runtime, step_ms=duration_ms))

    def fork(self, revision: int, *, same_addresses: bool) -> str:
        try:
            _, target = fork.make(
                self._directory, str(revision), "", self._into(), same_addresses=same_addresses
            )
        except Refusal as refusal:
            raise Unable(str(refusal)) from refusal
        return str(target.path)

    def family(self) -> list[Relative]:
        return family(self._directory)

    def _into(self) -> str:
        """A cluster that has a directory instead of a name has forks beside it."""
        if self._directory.has_name:
            return ""
        path = self._directory.path
        numbers = range(1, 10_000)
        return str(next(p for n in numbers if not (p := Path(f"{path}-f{n}")).exists()))

    def _set(self, change: Callable[[], Clock]) -> None:
        try:
            self._driver.set_clock(change())
        except Refusal as refusal:
            raise Unable(str(refusal)) from refusal

    def _look(self) -> None:
        try:
            clock = clock_of(self._running.runtime)
            self._fate = RUNS
        except Refusal:
            clock = self._driver.clock
            self._fate = self._find_out()
        if clock != self._driver.clock:
            self._driver.set_clock(clock)
        self._driver.loop.call_later(LOOK_EVERY_S, self._look)

    def _find_out(self) -> str:
        """What became of a cluster whose processes do not answer."""
        running = self._directory.read_running()
        if running is None:
            heir = heir_of(self._directory)
            self._heir = str(heir.path) if heir is not None else ""
            return STOPPED
        return RUNS if running.runtime == self._running.runtime else ANEW


def family(directory: DataDirectory) -> list[Relative]:
    """The forks around a cluster, as the timeline draws them."""
    return [
        Relative(
            each.path.name,
            origin.parent if origin is not None else "",
            origin.at_ms if origin is not None else 0,
            each.path == directory.path,
            each.read_running() is not None,
        )
        for each, origin in family_of(directory)
    ]


class LogControl:
    """Of a log, which can only be looked at."""

    is_log = True

    def __init__(self, data: str) -> None:
        self.data = data

    def fate(self) -> str:
        return RUNS

    def heir(self) -> str:
        return ""

    def rate(self) -> int:
        return REAL_TIME

    def set_rate(self, per_mille: int) -> None:
        raise Unable("a log has no clock; p plays it")

    def step(self, duration_ms: int) -> None:
        raise Unable("a log has no clock; ] goes on by an event")

    def fork(self, revision: int, *, same_addresses: bool) -> str:
        raise Unable(f"outside the dashboard: tuik8s fork --data {self.data} --at {revision}")

    def family(self) -> list[Relative]:
        directory = DataDirectory(Path(self.data).expanduser())
        return family(directory) if directory.exists() else []
