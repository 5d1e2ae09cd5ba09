"""At rest hardly anything runs: what the pump calls, and what a table of pods then draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.ui.stage import Stage, deployment, play
from tuik8s.ui.pump import REST_AFTER_MS, Pump
from tuik8s.ui.tables import Table
from tuik8s.ui.widgets.live_table import LiveTable


class Timer:
    def __init__(self, every_s: float, call: Callable[[], None]) -> None:
        self.every_ms, self.call, self.runs = round(every_s * 1000), call, True

    def pause(self) -> None:
        self.runs = False

    def resume(self) -> None:
        self.runs = True

    stop = pause


class Bench:
    """A pump whose time a test turns."""

    def __init__(self) -> None:
        self.now_ms, self.shown, self.moves = 0, 0, False
        self.timers: list[Timer] = []
        owner: Any = self
        self.pump = Pump(owner, self.show, lambda: self.now_ms, lambda: self.moves)
        self.pump.start(10)

    def set_interval(self, every_s: float, call: Callable[[], None]) -> Timer:
        self.timers.append(Timer(every_s, call))
        return self.timers[-1]

    def set_timer(self, after_s: float, call: Callable[[], None]) -> None:
        """Once, later: nothing that is shown."""

    def call_later(self, call: Callable[[], None]) -> None:
        call()

    def show(self) -> None:
        self.shown += 1

    def pass_ms(self, ms: int) -> int:
        """How often the newest was shown meanwhile."""
        before = self.shown
        for _ in range(0, ms, 100):
            self.now_ms += 100
            for timer in self.timers:
                if timer.runs and self.now_ms % timer.every_ms == 0:
                    timer.call()
        return self.shown - before


def test_what_was_waited_for_is_shown_at_once_and_what_follows_at_the_next_ticks() -> None:
    bench = Bench()
    bench.pass_ms(5_000)
    assert bench.pump.is_at_rest
    before = bench.shown
    bench.pump.at_once()
    assert bench.shown == before + 1
    assert bench.pass_ms(500) == 5


def test_at_rest_it_is_shown_once_a_second() -> None:
    bench = Bench()
    assert bench.pass_ms(REST_AFTER_MS) == 12
    bench.pass_ms(800)
    assert bench.pump.is_at_rest
    assert bench.pass_ms(60_000) == 60


def test_what_stirs_is_shown_at_the_next_tick_and_for_a_while() -> None:
    bench = Bench()
    bench.pass_ms(10_300)
    for _ in range(200):
        bench.pump.stir()
    assert bench.pass_ms(100) == 1
    assert bench.pass_ms(REST_AFTER_MS) == 12
    assert bench.pass_ms(10_000) < 14


def test_an_answer_is_shown_once() -> None:
    bench = Bench()
    bench.pass_ms(10_300)
    bench.pump.hear(is_change=False)
    assert bench.pass_ms(500) == 1
    bench.pump.hear(is_change=True)
    assert bench.pass_ms(500) == 5


def test_what_goes_on_by_itself_never_rests() -> None:
    bench = Bench()
    bench.pass_ms(5_000)
    bench.moves = True
    bench.pass_ms(1_000)
    assert bench.pass_ms(5_000) >= 50


def test_another_rate_takes_the_place_of_the_first() -> None:
    bench = Bench()
    bench.pump.start(5)
    bench.pump.stir()
    assert bench.pass_ms(1_000) == 5


@pytest.mark.slow
def test_a_table_at_rest_draws_nothing_until_an_age_in_sight_differs() -> None:
    """The clock runs, and other pods come and go below: no row is touched but those in sight."""
    counts = {"refresh": 0, "row": 0}

    async def scene(stage: Stage) -> None:
        table = stage.app.screen.query_one(LiveTable)
        store = stage.feed.tables["pods"].store
        await stage.wait(12 * 60_000)  # ages are in minutes now
        count(table, "refresh", "refresh")
        count(stage.feed.tables["pods"], "_put", "row")
        drawn = table.render_line(1).text
        for _ in range(20):
            await stage.wait(100)
            assert len(table.visible_uids()) < len(store.order)
        assert counts["refresh"] == 0
        assert counts["row"] <= 2 * len(table.visible_uids())  # ages, every other second
        assert table.render_line(1).text == drawn
        await stage.wait(60_000)
        assert counts["refresh"] > 0
        assert table.render_line(1).text != drawn

    def count(owner: LiveTable | Table, name: str, what: str) -> None:
        real = getattr(owner, name)

        def counted(*args: Any, **named: Any) -> Any:
            counts[what] += 1
            return real(*args, **named)

        setattr(owner, name, counted)

    stage = Stage()
    stage.create("deployments.apps", deployment("many", 60))
    play(scene, stage=stage)


@pytest.mark.slow
def test_what_is_heard_and_what_is_pressed_stirs() -> None:
    async def scene(stage: Stage) -> None:
        pump = stage.app.pump
        pump.is_at_rest = True
        await stage.pilot.press("j")
        assert not pump.is_at_rest
        pump.is_at_rest = True
        stage.create("deployments.apps", deployment("other", 1))
        assert not pump.is_at_rest

    play(scene)
