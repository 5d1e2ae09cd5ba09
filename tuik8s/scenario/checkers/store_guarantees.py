"""The store keeps what etcd promises its watchers.

    Ordered      revisions grow, and each change says rightly what was there before
    Unique       no revision comes twice
    Reliable     no revision is left out, not even over a restart
    Atomic       what is there in the end is what the changes add up to

Source: etcd.io/docs learning/api_guarantees (Watch APIs), with its words.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.components.store.types import Change
from tuik8s.scenario.checkers.base import Checker, Violation
from tuik8s.scenario.state import State

FIRST_REVISION = 1


class StoreGuarantees(Checker):
    """Adds up all changes by itself."""

    name = "store-guarantees"

    def __init__(self) -> None:
        self._revision = FIRST_REVISION
        self._held: dict[str, tuple[int, bytes]] = {}

    def observe(self, changes: Sequence[Change], state: State) -> None:
        for change in changes:
            if change.revision != self._revision + 1:
                told = f"revision {change.revision} follows {self._revision}"
                raise Violation(told, (change.key,))
            self._revision = change.revision
            self._take(change)

    def _take(self, change: Change) -> None:
        held = self._held.get(change.key)
        before = None if held is None else held[1]
        is_new = change.type == "ADDED"
        if is_new != (held is None) or (not is_new and change.previous != before):
            raise Violation(
                f"revision {change.revision} is {change.type} of {change.key}, "
                f"which was last written at {held[0] if held else 'no'} revision",
                (change.key,),
            )
        if change.type == "DELETED":
            del self._held[change.key]
        else:
            self._held[change.key] = (change.revision, change.value)

    def finish(self, state: State) -> None:
        there = {entry.key: (entry.revision, entry.value) for entry in state.entries()}
        for key in sorted(there.keys() | self._held.keys()):
            if there.get(key) != self._held.get(key):
                found, added_up = there.get(key, (0,))[0], self._held.get(key, (0,))[0]
                told = f"{key} is at revision {found}, and the changes add up to {added_up}"
                raise Violation(told, (key,))
