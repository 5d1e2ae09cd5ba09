"""Run scenarios in simulated time: progress, a verdict each, and an exit code that CI understands.

tuik8s run examples/node-failure.yaml
tuik8s run examples/*.yaml --junit report.xml
tuik8s run shop.yaml --seed 42 --json
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from pathlib import Path

import msgspec

from tuik8s.components.supervisor.directory import Refusal

GC_THRESHOLD = (50_000, 20, 50)
"""A whole cluster lives in this process and makes few cycles: look for them seldom."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="+", type=Path, help="scenario files")
    parser.add_argument("--seed", type=int, help="instead of the scenario's own")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of progress")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write a JUnit file")
    parser.add_argument("--log", action="store_true", help="show what the components log")


def run(args: argparse.Namespace) -> int:
    from tuik8s.scenario.document import read_scenario
    from tuik8s.scenario.junit import render_junit
    from tuik8s.scenario.outcome import Outcome, StepResult
    from tuik8s.scenario.place import BadScenario
    from tuik8s.scenario.runner import run_scenario

    gc.set_threshold(*GC_THRESHOLD)
    if args.json and len(args.scenario) > 1:
        raise Refusal("--json prints one object: give one scenario at a time")

    def show(step: StepResult) -> None:
        mark = "✓" if step.verdict == "passed" else "✗"
        took = f"  +{step.took_ms / 1000:g}s" if step.took_ms else ""
        print(f"  {mark} {_clock(step.at_ms)}  {step.title}{took}", flush=True)
        if step.reason:
            print(f"      line {step.line}: {step.reason}")

    outcomes: list[Outcome] = []
    for path in args.scenario:
        try:
            scenario = read_scenario(path)
        except BadScenario as bad:
            raise Refusal(str(bad)) from bad
        if not args.json:
            print(f"{scenario.name}  (seed {scenario.seed if args.seed is None else args.seed})")
        began = time.monotonic()
        outcome = run_scenario(
            scenario,
            args.seed,
            None if args.json else show,
            sink=lambda line: print(line, file=sys.stderr),
            log_level="info" if args.log else "none",
        )
        outcomes.append(outcome)
        if not args.json:
            _print_verdict(outcome, time.monotonic() - began)
    if args.json:
        print(json.dumps(msgspec.to_builtins(outcomes[0])))
    if args.junit:
        try:
            args.junit.write_bytes(render_junit(outcomes))
        except OSError as problem:
            raise Refusal(f"--junit {args.junit}: {problem.strerror}") from problem
    return 0 if all(outcome.verdict == "passed" for outcome in outcomes) else 1


def _print_verdict(outcome: object, wall_s: float) -> None:
    from tuik8s.scenario.outcome import Outcome

    assert isinstance(outcome, Outcome), "a run ends in an outcome"
    simulated = _clock(outcome.simulated_ms)
    print(f"{outcome.verdict.upper()}  {simulated} simulated in {wall_s:.1f}s")
    if outcome.reason:
        print(f"  {outcome.reason}  (revision {outcome.revision})")
    print(f"  seed {outcome.seed}  digest {outcome.digest[:16]}\n")


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{rest // 100}"
