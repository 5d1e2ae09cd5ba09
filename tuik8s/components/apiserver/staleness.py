"""Changes handed on late: what watches are told while a fault makes them stale.

    store.on_commit --> Delayed --now, or delay_ms later and in order--> deliver

Only telling is late: lists and gets show what is. Changes of faults are never late, so that who
heals hears of it. `floor` is the revision up to which everything has been told, for bookmarks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tuik8s.components.store.types import Change
from tuik8s.world.base import World
from tuik8s.world.rules import HEALERS_GROUP, StaleRule

Deliver = Callable[[list[Change]], None]


class Delayed:
    """Between the store and who tells of its changes."""

    def __init__(self, world: World, deliver: Deliver) -> None:
        self._world = world
        self._deliver = deliver
        self._held: deque[list[Change]] = deque()
        world.rules.on_change(self._on_rules)

    @property
    def floor(self) -> int | None:
        """The last revision before those that are held; None when nothing is held."""
        return self._held[0][0].revision - 1 if self._held else None

    def __call__(self, changes: list[Change]) -> None:
        delay_ms = max((rule.delay_ms for rule in self._world.rules.of(StaleRule)), default=0)
        if not delay_ms and not self._held:
            self._deliver(changes)
            return
        healing = [c for c in changes if HEALERS_GROUP in c.key.partition("/")[0]]
        late = [c for c in changes if c not in healing] if healing else changes
        if late:
            self._held.append(late)
            self._world.call_after(delay_ms, lambda: self._release(late))
        if healing:
            self._deliver(healing)

    def _release(self, late: list[Change]) -> None:
        """Deliver everything up to these; nothing when a heal has delivered them before."""
        if any(held is late for held in self._held):
            while self._held and self._held[0] is not late:
                self._deliver(self._held.popleft())
            self._deliver(self._held.popleft())

    def _on_rules(self) -> None:
        if not self._world.rules.of(StaleRule):
            while self._held:
                self._deliver(self._held.popleft())
