"""Run a scenario from its file to a verdict.

phase 1: the steps in turn, faults and all; checkers watch every revision
phase 2: faults that are left are healed; checkers finish
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tuik8s.scenario.checkers.base import Violation
from tuik8s.scenario.checkers.registry import all_checkers
from tuik8s.scenario.document import PlacedStep, Scenario
from tuik8s.scenario.place import BadScenario
from tuik8s.scenario.run import Run
from tuik8s.scenario.simulated_cluster import SimulatedCluster
from tuik8s.world.logs import Sink, discard


class StepResult(msgspec.Struct, kw_only=True):
    """One step as it went. Times are simulated, from the start of the run."""

    title: str
    line: int
    verdict: str
    at_ms: int
    took_ms: int
    reason: str = ""


class Outcome(msgspec.Struct, kw_only=True):
    """The verdict on a run. digest: of the log; revision: where it ended or failed."""

    name: str
    file: str
    verdict: str
    seed: int
    digest: str
    revision: int
    simulated_ms: int
    reason: str = ""
    steps: list[StepResult] = []


def run_scenario(
    scenario: Scenario,
    seed: int | None = None,
    on_step: Callable[[StepResult], None] | None = None,
    *,
    sink: Sink = discard,
    log_level: str = "none",
) -> Outcome:
    """Run it in simulated time; on_step hears of every step as it ends."""
    seed = scenario.seed if seed is None else seed
    cluster = SimulatedCluster(scenario.cluster, seed, sink=sink, log_level=log_level)
    begin_ms = cluster.now_ms
    cluster.start()
    run = Run(cluster, scenario.directory, all_checkers())
    results: list[StepResult] = []
    for placed in scenario.steps:
        result = _take(placed, run, begin_ms)
        results.append(result)
        if on_step is not None:
            on_step(result)
        if result.verdict == "failed":
            break
    reason = next((f"line {r.line}: {r.reason}" for r in results if r.reason), "")
    if not reason:
        reason = _finish(run)
    return Outcome(
        name=scenario.name,
        file=scenario.file,
        verdict="failed" if reason else "passed",
        seed=seed,
        digest=cluster.digest() if run.is_up else "",
        revision=run.state.revision if run.is_up else 0,
        simulated_ms=cluster.now_ms - begin_ms,
        reason=reason,
        steps=results,
    )


def _take(placed: PlacedStep, run: Run, begin_ms: int) -> StepResult:
    at_ms = run.cluster.now_ms
    result = StepResult(
        title=placed.step.title,
        line=placed.line,
        verdict="passed",
        at_ms=at_ms - begin_ms,
        took_ms=0,
    )
    try:
        placed.step.run(run)
    except (Run.Failed, BadScenario) as failed:
        result.verdict, result.reason = "failed", str(failed)
    result.took_ms = run.cluster.now_ms - at_ms
    return result


def _finish(run: Run) -> str:
    """The liveness phase; what is wrong, "" if nothing."""
    from tuik8s.scenario.place import Value
    from tuik8s.scenario.steps.fault import Heal

    try:
        if run.faults:
            Heal(Value("", 0, "all")).run(run)
        for checker in run.checkers:
            checker.finish(run.state, run.cluster.now_ms)
    except (Run.Failed, Violation) as failed:
        return f"at the end: {failed}"
    return ""
