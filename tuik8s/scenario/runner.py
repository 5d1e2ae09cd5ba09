"""Run a scenario from its file to a verdict.

phase 1, steps      faults and all; checkers watch every revision
phase 2, liveness   all faults are healed, the steps of `liveness` run; then what was promised must
                    have come true, replicas and nodes must come back, and the checkers agree
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

from tuik8s.scenario.checkers.base import Violation
from tuik8s.scenario.checkers.registry import all_checkers
from tuik8s.scenario.document import PlacedStep, Scenario
from tuik8s.scenario.log_copy import LogFiles, files_of, open_log
from tuik8s.scenario.outcome import Failure, Outcome, StepResult
from tuik8s.scenario.place import BadScenario
from tuik8s.scenario.run import Failed, NoAnswer, Run
from tuik8s.scenario.simulated_cluster import SimulatedCluster
from tuik8s.scenario.steps.fault import Heal, faults_of
from tuik8s.world.logs import NOTHING, Sink, discard

CONVERGE_WITHIN_MS = 300_000
"""So long after healing everything must be as it should."""
OnStep = Callable[[StepResult], None]


def run_scenario(
    scenario: Scenario,
    seed: int | None = None,
    on_step: OnStep | None = None,
    *,
    on_log: Callable[[LogFiles], None] | None = None,
    sink: Sink = discard,
    verbosity: int = NOTHING,
) -> Outcome:
    """Run it in simulated time.

    on_step hears of every step as it ends, on_log gets the whole log in the end.
    """
    seed = scenario.seed if seed is None else seed
    cluster = SimulatedCluster(scenario.cluster, seed, sink=sink, verbosity=verbosity)
    outcome = Outcome(
        name=scenario.name,
        file=scenario.file,
        verdict="passed",
        seed=seed,
        parameters=dict(scenario.parameters),
        digest="",
        revision=0,
        begin_ms=cluster.now_ms,
        simulated_ms=0,
    )
    run = Run(cluster, all_checkers(scenario.skip_checkers))
    try:
        cluster.start()
        _take_all(scenario, run, outcome, on_step)
    except Exception as defect:
        _blame_us(outcome, run, defect)
    outcome.simulated_ms = cluster.now_ms - outcome.begin_ms
    outcome.revision = outcome.failure.revision if outcome.failure else run.revision
    log = files_of(cluster.simulation.disk("apiserver", "store"))
    if log:
        outcome.digest = cluster.digest() if run.is_up else open_log(log).digest()
    if on_log is not None:
        on_log(log)
    return outcome


def _take_all(scenario: Scenario, run: Run, outcome: Outcome, on_step: OnStep | None) -> None:
    for phase, placed in _phases(scenario, run):
        result, failure = _take(placed, phase, run, outcome.begin_ms)
        outcome.steps.append(result)
        if on_step is not None:
            on_step(result)
        if failure is not None:
            where = f"line {placed.line}" if placed.line else "at the end"
            if placed.line and placed.file != scenario.file:
                where = f"{placed.file} line {placed.line}"
            outcome.verdict, outcome.failure = "failed", failure
            outcome.reason = f"{where}: {failure.reason}"
            return


def _phases(scenario: Scenario, run: Run) -> Iterator[tuple[str, PlacedStep]]:
    for placed in scenario.steps:
        yield "steps", placed
    yield "liveness", PlacedStep(scenario.file, 0, HealLeft())
    for placed in scenario.liveness:
        yield "liveness", placed
    yield "liveness", PlacedStep(scenario.file, 0, Converge(len(run.checkers)))


def _take(
    placed: PlacedStep, phase: str, run: Run, begin_ms: int
) -> tuple[StepResult, Failure | None]:
    at_ms = run.now_ms
    result = StepResult(
        title=placed.step.title,
        file=placed.file,
        line=placed.line,
        phase=phase,
        verdict="passed",
        at_ms=at_ms - begin_ms,
        took_ms=0,
    )
    failure = None
    try:
        placed.step.run(run)
    except (Failed, BadScenario) as failed:
        result.verdict, result.reason = "failed", str(failed)
        failure = Failure(
            reason=str(failed),
            revision=run.revision,
            at_ms=run.now_ms - begin_ms,
            file=placed.file,
            line=placed.line,
            step=placed.step.title,
            objects=list(failed.keys) if isinstance(failed, Failed) else [],
        )
    result.took_ms = run.now_ms - at_ms
    return result, failure


def _blame_us(outcome: Outcome, run: Run, defect: Exception) -> None:
    """A defect of ours came up: the seed repeats it."""
    last = traceback.extract_tb(defect.__traceback__)[-1]
    reason = f"{type(defect).__name__}: {defect} ({last.filename}:{last.lineno})"
    outcome.verdict, outcome.reason = "error", f"a defect of tuik8s: {reason}"
    outcome.traceback = "".join(traceback.format_exception(defect))
    outcome.failure = Failure(
        reason=outcome.reason,
        revision=run.revision,
        at_ms=run.now_ms - outcome.begin_ms,
        file=outcome.file,
        line=outcome.steps[-1].line if outcome.steps else 0,
        step=outcome.steps[-1].title if outcome.steps else "",
    )


class HealLeft:
    """Heals what the steps left broken."""

    title = "heal what is left"

    def run(self, run: Run) -> None:
        end_ms = run.now_ms + CONVERGE_WITHIN_MS
        run.wait_until(lambda: run.is_up, CONVERGE_WITHIN_MS)
        while faults_of(run):
            try:
                Heal().run(run)
            except NoAnswer:  # the API server is paused or cut off, for a time
                if run.now_ms >= end_ms:
                    raise


class Converge:
    """Waits until everything is as it should be, and asks the checkers."""

    def __init__(self, count: int) -> None:
        self.title = f"converge: {count} checkers agree"

    def run(self, run: Run) -> None:
        if run.promises:
            last_ms = max(promise.deadline_ms for promise in run.promises)
            run.wait_until(lambda: not run.promises, max(last_ms - run.now_ms, 0))
        run.wait_until(lambda: run.is_up and not _unfinished(run), CONVERGE_WITHIN_MS)
        told = _unfinished(run)
        if told:
            raise Failed(f"{told} ({CONVERGE_WITHIN_MS // 60_000}m after all faults were healed)")
        run.wait_until(lambda: run.is_up and run.state.is_settled, CONVERGE_WITHIN_MS)
        for checker in run.checkers:
            try:
                checker.finish(run.state)
            except Violation as violation:
                raise Failed(f"checker {checker.name}: {violation}", violation.keys) from violation


def _unfinished(run: Run) -> str:
    told = ((checker.name, checker.unfinished(run.state)) for checker in run.checkers)
    return "; ".join(f"checker {name}: {what}" for name, what in told if what)
