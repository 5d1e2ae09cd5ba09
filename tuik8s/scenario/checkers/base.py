"""A checker watches a whole run and knows nothing of the implementation, only of what must be true.

To add one: one file here, one line in `registry.py`, one test in which it catches something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tuik8s.components.store.types import Change
from tuik8s.scenario.state import State


class Violation(Exception):
    """What must never be has been; the message names both facts. keys: what it is about."""

    def __init__(self, what: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.keys = keys


class Checker(Protocol):
    """One guarantee. A member says only what differs from here."""

    name: str

    def observe(self, changes: Sequence[Change], state: State) -> None:
        """Look at what was written, every change once and in order; state has them all.

        Raises Violation.
        """
        return

    def unfinished(self, state: State) -> str:
        """After all faults are healed: what has yet to come true, "" when nothing.

        The run goes on until it has, or fails.
        """
        return ""

    def finish(self, state: State) -> None:
        """At the very end. Raises Violation."""
        return
