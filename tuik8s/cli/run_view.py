"""What `tuik8s run` prints: steps as they end, verdicts, outcomes as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tuik8s.scenario.outcome import Outcome, StepResult
from tuik8s.scenario.report.axis import clock_of


def print_step(step: StepResult) -> None:
    mark = "✓" if step.verdict == "passed" else "✗"
    took = f"  +{step.took_ms / 1000:g}s" if step.took_ms else ""
    print(
        f"  {mark} {clock_of(step.at_ms, in_column=True)}  {printable(step.title)}{took}",
        flush=True,
    )
    if step.reason:
        where = f"line {step.line}: " if step.line else ""
        print(f"      {where}{printable(step.reason)}", flush=True)


def print_outcome(outcome: Outcome, wall_s: float, page: Path | None) -> None:
    """The verdict, and what one may do with it. page: the report that was written."""
    simulated = clock_of(outcome.simulated_ms, in_column=True)
    print(f"{outcome.verdict.upper()}  {simulated} simulated in {wall_s:.1f}s")
    if outcome.reason:
        print(f"  {printable(outcome.reason)}  (revision {outcome.revision})")
    print(f"  seed {outcome.seed}  digest {outcome.digest[:16]}")
    if page is not None:
        print(f"  report {page}")
        if outcome.reason:
            print(f"  look at it with: tuik8s ui --log {page.parent} --at {outcome.revision}")
    elif outcome.reason:
        print("  look at it: --report DIR keeps the log, for tuik8s ui, why and get --log DIR")
    print(flush=True)


def told_as_json(outcomes: Sequence[Outcome], *, as_list: bool = False) -> str:
    """One outcome as an object, several as a list."""
    told = msgspec.to_builtins(outcomes)
    return json.dumps(told if as_list or len(outcomes) > 1 else told[0])


def printable(text: str) -> str:
    """Text from a cluster, with what could steer a terminal as escapes."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )
