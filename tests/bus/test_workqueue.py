"""The work queue against its naive model, and its back-off."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tuik8s.bus.workqueue import WorkQueue
from tuik8s.world.simulated import Simulation

KEYS = st.sampled_from("abc")


class QueueMachine(RuleBasedStateMachine):
    """The model: a list of waiting keys, a set of those worked on, due times of the delayed."""

    def __init__(self) -> None:
        super().__init__()
        self.simulation = Simulation(1)
        self.queue: WorkQueue[str] = WorkQueue(self.simulation.host("c").world)
        self.waiting: list[str] = []
        self.again: list[str] = []
        self.working: list[str] = []
        self.delayed: dict[str, int] = {}

    def model_add(self, key: str) -> None:
        if key in self.working:
            if key not in self.again:
                self.again.append(key)
        elif key not in self.waiting:
            self.waiting.append(key)

    @rule(key=KEYS)
    def add(self, key: str) -> None:
        self.queue.add(key)
        self.model_add(key)

    @rule(key=KEYS, delay_ms=st.integers(1, 50))
    def add_after(self, key: str, delay_ms: int) -> None:
        self.queue.add_after(key, delay_ms)
        at_ms = self.simulation.now_ms + delay_ms
        if key not in self.delayed or self.delayed[key] > at_ms:
            self.delayed.pop(key, None)
            self.delayed[key] = at_ms

    @rule(duration_ms=st.integers(1, 30))
    def run(self, duration_ms: int) -> None:
        self.simulation.run_ms(duration_ms)
        for at_ms in sorted(set(self.delayed.values())):
            due = [key for key, when in self.delayed.items() if when == at_ms]
            if at_ms <= self.simulation.now_ms:
                for key in due:
                    del self.delayed[key]
                    self.model_add(key)

    @rule()
    def get(self) -> None:
        key = self.queue.get()
        assert key == (self.waiting.pop(0) if self.waiting else None)
        if key is not None:
            assert key not in self.working, "never at two workers"
            self.working.append(key)

    @rule(key=KEYS)
    def done(self, key: str) -> None:
        if key in self.working:
            self.queue.done(key)
            self.working.remove(key)
            if key in self.again:
                self.again.remove(key)
                self.waiting.append(key)

    @invariant()
    def same_counts(self) -> None:
        counts = self.queue.statistics()
        assert len(self.queue) == len(self.waiting)
        assert counts["processing"] == len(self.working)
        assert counts["delayed"] == len(self.delayed)


QueueMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestQueue = QueueMachine.TestCase


def test_failures_back_off_until_forgotten() -> None:
    simulation = Simulation(1)
    ready: list[int] = []
    queue: WorkQueue[str] = WorkQueue(
        simulation.host("c").world,
        lambda: ready.append(simulation.now_ms),
        backoff_first_ms=5,
        backoff_last_ms=30,
    )
    waits = []
    for _ in range(5):
        queue.add_failed("k")
        begin_ms = simulation.now_ms
        simulation.run_ms(100)
        waits.append(ready[-1] - begin_ms)
        assert queue.get() == "k"
        queue.done("k")
    assert waits == [5, 10, 20, 30, 30]
    assert queue.failures("k") == 5
    queue.forget("k")
    queue.add_failed("k")
    begin_ms = simulation.now_ms
    simulation.run_ms(100)
    assert ready[-1] - begin_ms == 5
    assert queue.statistics()["retries"] == 6
    assert queue.statistics()["longest_wait_ms"] == 95
