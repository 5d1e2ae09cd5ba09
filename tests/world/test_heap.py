"""The heap: order, cancelling, gates."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from tuik8s.world.heap import COMPACT_ABOVE, EventHeap, Gate


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=60))
def test_runs_by_time_then_in_the_order_asked_without_the_cancelled(
    asked: list[tuple[int, bool]],
) -> None:
    heap, ran = EventHeap(), list[int]()
    for number, (when_ms, cancelled) in enumerate(asked):
        timer = heap.schedule(when_ms, partial(ran.append, number))
        if cancelled:
            timer.cancel()
            timer.cancel()
    heap.run_until(20)
    wanted = [(when, n) for n, (when, cancelled) in enumerate(asked) if not cancelled]
    assert ran == [number for _, number in sorted(wanted)]
    assert len(heap) == 0
    assert heap.now_ms == 20


def test_past_times_run_now_and_the_clock_never_goes_back() -> None:
    heap, seen = EventHeap(100), list[int]()
    heap.schedule(5, lambda: seen.append(heap.now_ms))
    heap.run_until(100)
    heap.run_until(50)
    assert seen == [100]
    assert heap.now_ms == 100


def test_cancelling_from_a_call_and_after_the_call() -> None:
    heap, ran = EventHeap(), list[str]()
    second = heap.schedule(2, lambda: ran.append("second"))
    first = heap.schedule(1, second.cancel)
    heap.run_until(10)
    first.cancel()
    assert ran == []
    assert len(heap) == 0


def test_empty_entries_do_not_pile_up() -> None:
    heap = EventHeap()
    kept = heap.schedule(10_000, lambda: None)
    for _ in range(20 * COMPACT_ABOVE):
        heap.schedule(10_000, lambda: None).cancel()
    assert len(heap._queue) <= 2 * COMPACT_ABOVE + 2
    assert len(heap) == 1
    assert heap.next_at() == 10_000
    kept.cancel()
    assert heap.next_at() is None


def test_a_turn_leaves_what_it_adds_to_the_next_turn() -> None:
    heap, ran = EventHeap(), list[str]()

    def again() -> None:
        ran.append("x")
        heap.schedule(0, again)

    heap.schedule(0, again)
    heap.run_due(5)
    assert ran == ["x"]
    heap.run_due(5)
    assert ran == ["x", "x"]


def test_a_closed_gate_holds_in_order_and_a_dead_one_forgets() -> None:
    heap, ran = EventHeap(), list[int]()
    gate, dead = Gate(), Gate()
    gate.closed = True
    for number in range(3):
        heap.schedule(number, partial(ran.append, number), gate)
    heap.schedule(1, partial(ran.append, 99), dead)
    dead.kill()
    heap.run_until(10)
    assert ran == []
    gate.held[1].cancel()
    heap.reopen(gate)
    heap.run_until(10)
    assert ran == [0, 2]
    assert len(heap) == 0
