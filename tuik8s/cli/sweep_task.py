"""One run of a sweep: a scenario and a seed, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tuik8s.scenario.document import Scenario
from tuik8s.scenario.log_copy import LogFiles
from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.runner import run_scenario

LOOK_S = 0.2
"""So often whoever hands out the tasks looks whether it shall end."""


class Task(NamedTuple):
    """One run of the numbered scenario. report: where it goes if it fails, "" for nowhere."""

    number: int
    seed: int
    report: str


Take = Callable[[Task, Outcome], None]
"""Called with each outcome as it comes."""


def run_seed(scenario: Scenario, seed: int) -> tuple[Outcome, LogFiles]:
    """Run it. What is of no interest when it passed is left out: its steps, its log."""
    log: LogFiles = {}
    outcome = run_scenario(scenario, seed, on_log=log.update)
    if outcome.verdict == "passed":
        outcome.steps = []
        return outcome, {}
    return outcome, log


def lost(scenario: Scenario, seed: int, reason: str) -> Outcome:
    """The outcome of a run that told nothing."""
    return Outcome(
        name=scenario.name,
        file=scenario.file,
        verdict="error",
        seed=seed,
        parameters=dict(scenario.parameters),
        digest="",
        revision=0,
        begin_ms=0,
        simulated_ms=0,
        reason=reason,
    )
