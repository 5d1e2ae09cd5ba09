"""A clock that is ahead or behind: it jumps ahead, finds back at half speed, and timers go off when
it says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuik8s.world.skew import Skew

TIMES = st.integers(0, 10_000_000)


@given(offsets=st.lists(st.tuples(TIMES, st.integers(-600_000, 600_000)), max_size=4), at=TIMES)
def test_it_never_goes_back_and_timers_are_exact(offsets: list[tuple[int, int]], at: int) -> None:
    skew, last_ms, last_shown_ms = Skew(), 0, 0
    for true_ms, offset_ms in sorted(offsets):
        assert skew.shown(true_ms) >= last_shown_ms
        skew.set(offset_ms, true_ms)
        last_ms, last_shown_ms = true_ms, skew.shown(true_ms)
    true_ms = last_ms + at
    shown_ms = skew.shown(true_ms)
    assert shown_ms >= last_shown_ms
    assert shown_ms >= true_ms + min([0, *(offset_ms for _, offset_ms in offsets)])
    when_ms = skew.true(shown_ms)
    assert skew.shown(when_ms) >= shown_ms, "a timer never goes off before its time is shown"
    assert 0 <= true_ms - when_ms <= 1


def test_ahead_at_once_and_back_at_half_speed() -> None:
    skew = Skew()
    assert skew.is_none
    assert skew.shown(1_000) == 1_000
    skew.set(600, 1_000)
    assert [skew.shown(t) for t in (1_000, 2_000)] == [1_600, 2_600]
    skew.set(0, 2_000)
    assert [skew.shown(t) for t in (2_000, 2_600, 3_200, 4_000)] == [2_600, 2_900, 3_200, 4_000]


def test_behind_at_half_speed_and_right_at_once() -> None:
    skew = Skew()
    skew.set(-600, 1_000)
    assert [skew.shown(t) for t in (1_000, 1_600, 2_200, 3_000)] == [1_000, 1_300, 1_600, 2_400]
    skew.set(0, 3_000)
    assert [skew.shown(t) for t in (3_000, 3_001)] == [3_000, 3_001]
