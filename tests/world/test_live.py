"""The live world: clocks as arithmetic, the driver on a real loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import uvloop

from tuik8s.world.live import EXIT_SURPRISED, Clock, LiveDriver, LiveWorld

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("clock", "after_s", "now_ms"),
    [
        pytest.param(Clock(0, 500), 2, 2_500, id="real time"),
        pytest.param(Clock(0, 500, 10_000), 2, 20_500, id="ten times"),
        pytest.param(Clock(0, 500, 0), 2, 500, id="paused"),
        pytest.param(Clock(0, 500, 1_000, 1_700), 2, 1_700, id="stopped"),
        pytest.param(Clock(0, 500).with_rate(0, SECOND), 9, 1_500, id="paused after a second"),
        pytest.param(Clock(0, 500, 0).step(250, SECOND), 1, 500, id="step begins"),
        pytest.param(Clock(0, 500, 0).step(250, SECOND), 2, 750, id="step is over"),
    ],
)
def test_clock(clock: Clock, after_s: int, now_ms: int) -> None:
    assert clock.at(after_s * SECOND) == now_ms


@pytest.mark.parametrize("rate", [1, 333, 1_000, 10_000])
def test_a_clock_reaches_a_time_not_too_early(rate: int) -> None:
    clock = Clock(7, 100, rate)
    for when_ms in (101, 150, 5_003):
        at_ns = clock.reaches_ns(when_ms)
        assert at_ns is not None
        assert clock.at(at_ns) == when_ms
        assert clock.at(at_ns - 1) == when_ms - 1
    assert Clock(0, 100, 0).reaches_ns(101) is None
    assert Clock(0, 100, 1_000, 200).reaches_ns(201) is None


class Bench:
    """A driver on a loop, the exit code instead of an exit."""

    def __init__(self, loop: asyncio.AbstractEventLoop, directory: Path) -> None:
        self.loop = loop
        self.lines: list[str] = []
        self.codes: list[int] = []
        clock = Clock(time.monotonic_ns(), 0, 100_000)
        self.driver = LiveDriver(loop, clock, sink=self.lines.append, end_process=self.codes.append)
        self.world = LiveWorld("a", self.driver, directory)

    def run(self, reached: Callable[[], bool], limit_s: float = 2.0) -> bool:
        end = time.monotonic() + limit_s
        while not reached() and time.monotonic() < end:
            self.loop.call_later(0.001, self.loop.stop)
            self.loop.run_forever()
        return reached()


@pytest.fixture(params=["uvloop", "asyncio"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    loop = uvloop.new_event_loop() if request.param == "uvloop" else asyncio.new_event_loop()
    yield Bench(loop, tmp_path)
    loop.close()


def test_timers_run_in_order_and_not_early(bench: Bench) -> None:
    world, ran = bench.world, list[tuple[int, int]]()

    def note(at_ms: int) -> None:
        ran.append((at_ms, world.now_ms()))

    for delay_ms in (3_000, 1_000, 2_000, 1_000):
        at_ms = world.now_ms() + delay_ms
        world.call_at(at_ms, partial(note, at_ms))
    world.call_after(1_500, lambda: ran.clear()).cancel()
    assert bench.run(lambda: len(ran) == 4)
    assert [at for at, _ in ran] == sorted(at for at, _ in ran)
    assert all(now >= at for at, now in ran)


def test_call_soon_comes_after_what_the_loop_has_ready(bench: Bench) -> None:
    world, ran = bench.world, list[str]()

    def request(name: str) -> None:
        ran.append(name)
        if name == "first":
            world.call_soon(lambda: ran.append("commit"))

    bench.loop.call_soon(partial(request, "first"))
    bench.loop.call_soon(partial(request, "second"))
    world.call_at(0, partial(request, "timer"))
    assert bench.run(lambda: len(ran) == 4)
    assert ran.index("commit") > ran.index("second")
    assert ran.index("commit") > ran.index("timer") or ran[-1] == "timer"


def test_pause_step_resume(bench: Bench) -> None:
    driver, world, ran = bench.driver, bench.world, list[int]()
    driver.set_clock(driver.clock.with_rate(0, time.monotonic_ns()))
    begin_ms = world.now_ms()
    for delay_ms in (1_000, 2_000, 3_000):
        world.call_after(delay_ms, partial(ran.append, delay_ms))
    assert not bench.run(lambda: bool(ran), 0.02)
    assert world.now_ms() == begin_ms
    driver.set_clock(driver.clock.step(2_000, time.monotonic_ns(), 200_000))
    assert bench.run(lambda: ran == [1_000, 2_000])
    assert not bench.run(lambda: len(ran) > 2, 0.02)
    assert world.now_ms() == begin_ms + 2_000
    driver.set_clock(driver.clock.with_rate(100_000, time.monotonic_ns()))
    assert bench.run(lambda: len(ran) == 3)


def test_a_clock_set_back_is_held(bench: Bench) -> None:
    now_ms = bench.world.now_ms()
    bench.driver.set_clock(Clock(time.monotonic_ns(), now_ms - 5_000))
    assert bench.world.now_ms() >= now_ms
    ran: list[int] = []
    bench.world.call_at(now_ms, lambda: ran.append(1))
    assert bench.run(lambda: bool(ran))


def test_a_surprise_is_logged_with_its_trace_and_ends_the_process(bench: Bench) -> None:
    bench.world.call_soon(lambda: [][0])
    assert bench.run(lambda: bool(bench.codes))
    assert bench.codes == [EXIT_SURPRISED]
    assert any("IndexError" in line for line in bench.lines)
    assert bench.lines[-1] == "unexpected IndexError: this process ends"
    bench.driver.guarded(lambda: [][0])()
    assert len(bench.codes) == 2


def test_disks_lie_below_the_directory(bench: Bench, tmp_path: Path) -> None:
    bench.world.disk("store").append("log", b"x")
    assert (tmp_path / "store" / "log").exists()
    assert bench.world.rng("a").below(10) < 10
