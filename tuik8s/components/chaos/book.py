"""The faults that were taken up, and when each is in force: its turns, its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tuik8s.api.times import parse_duration
from tuik8s.components.chaos.base import Effects, FaultSpec, union
from tuik8s.components.chaos.schedule import parse_schedule
from tuik8s.world.base import Timer, World


@dataclass(slots=True, eq=False)
class Taken:
    """A fault that was taken up.

    counts: its status is stored, so its effects are in force, while it is_on. cause: the revision
    of the fault.
    """

    name: str
    spec: FaultSpec
    generation: int
    seed: int
    effects: Effects = field(default_factory=Effects)
    started_at_ms: int = 0
    counts: bool = False
    is_on: bool = True
    cause: int = 0
    end: Timer | None = None
    turn: Timer | None = None

    @property
    def ends_at_ms(self) -> int | None:
        """When it is over; None: when it is deleted."""
        return self.started_at_ms + parse_duration(self.spec.for_) if self.spec.for_ else None

    @property
    def is_done_at_once(self) -> bool:
        """Whether it is a step without repetition."""
        return self.effects.steps and not self.spec.schedule


class Book:
    """All of them, by name. on_turn: a turn of one began or ended; on_end: its time is over."""

    def __init__(
        self, world: World, on_turn: Callable[[Taken], None], on_end: Callable[[Taken], None]
    ) -> None:
        self._world = world
        self._on_turn = on_turn
        self._on_end = on_end
        self._taken: dict[str, Taken] = {}

    def __len__(self) -> int:
        return len(self._taken)

    def get(self, name: str) -> Taken | None:
        return self._taken.get(name)

    def add(self, taken: Taken) -> None:
        self._taken[taken.name] = taken

    def forget(self, name: str) -> None:
        taken = self._taken.pop(name, None)
        for timer in (taken.end, taken.turn) if taken is not None else ():
            if timer is not None:
                timer.cancel()

    def begin(self, taken: Taken) -> None:
        """It counts from now on: follow its schedule, and end it when its time is over."""
        taken.counts = True
        if taken.ends_at_ms is not None:
            taken.end = self._world.call_at(taken.ends_at_ms, lambda: self._on_end(taken))
        self._follow(taken)

    def wanted(self) -> Effects:
        """What all that are in force ask for together, in the order of their names."""
        ordered = [self._taken[name] for name in sorted(self._taken)]
        return union([taken.effects for taken in ordered if taken.counts and taken.is_on])

    def _follow(self, taken: Taken) -> None:
        schedule = parse_schedule(taken.spec.schedule)
        if schedule is None:
            return

        def turn() -> None:
            elapsed_ms = self._world.now_ms() - taken.started_at_ms
            taken.is_on = schedule.is_on(elapsed_ms)
            next_at_ms = taken.started_at_ms + schedule.next_ms(elapsed_ms)
            taken.turn = self._world.call_at(next_at_ms, turned)

        def turned() -> None:
            turn()
            self._on_turn(taken)

        turn()
