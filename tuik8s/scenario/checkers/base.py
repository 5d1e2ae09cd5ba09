"""A checker watches a whole run and knows nothing of the implementation, only of what must be true.

To add one: one file here, one line in `registry.py`, one test in which it catches something.
"""

from __future__ import annotations

from typing import Protocol

from tuik8s.scenario.state import State


class Violation(Exception):
    """What must never be has been; the message names both facts."""


class Checker(Protocol):
    """One guarantee."""

    name: str

    def observe(self, state: State, now_ms: int) -> None:
        """Look at the state after the log grew. Raises Violation."""
        ...

    def finish(self, state: State, now_ms: int) -> None:
        """At the end of the run, with all faults healed. Raises Violation."""
        ...
