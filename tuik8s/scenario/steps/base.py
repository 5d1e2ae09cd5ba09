"""A step of a scenario: parsed once, with its place in the file; then run against the cluster.

To add a step: one file here with `parse(value) -> Step`, one line in `registry.py`, one test. A
step ends by returning; it fails the scenario by raising `Failed` with the reason, and is wrong in
itself (the file is to blame) by raising BadScenario in `parse`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Run


class Step(Protocol):
    """What a line of a scenario asks for."""

    @property
    def title(self) -> str:
        """One line for the progress report."""
        ...

    def run(self, run: Run) -> None:
        """Do it. Raises Failed."""
        ...


Parse = Callable[[Value], Step]
