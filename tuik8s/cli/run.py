"""Run scenarios in simulated time: progress, a verdict each, and an exit code that CI understands.

tuik8s run examples/node-failure.yaml
tuik8s run examples/*.yaml --junit report.xml
tuik8s run shop.yaml --set replicas=5 --seed 42 --json
tuik8s run shop.yaml --report out         a page to read, and the log of the run
tuik8s run shop.yaml --seeds 200          the same with seeds 1 to 200, on all processors
tuik8s run shop.yaml --seeds 10000 --dask tcp://10.0.0.5:8786      on many machines
tuik8s run *.yaml --check                 only read the files
tuik8s run --steps request                how a step is written; without a name: all of them

Exit codes: 0 all passed, 1 one did not, 2 a file or an option is wrong, 130 Ctrl+C.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tuik8s.cli.run_view import print_outcome, print_step, told_as_json
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.world.collector import collect_seldom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuik8s.scenario.document import Scenario
    from tuik8s.scenario.outcome import Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="*", type=Path, help="scenario files")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter; repeatable"
    )
    parser.add_argument("--seed", type=int, help="instead of the scenario's own")
    parser.add_argument("--seeds", metavar="N|A..B", help="sweep: run with each of these seeds")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="processes of a sweep")
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="sweep on the workers of this Dask scheduler instead"
    )
    parser.add_argument("--report", type=Path, metavar="DIR", help="write a page and the log there")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write a JUnit file")
    parser.add_argument(
        "--json", action="store_true", help="print outcomes as JSON: one, or a list of several"
    )
    parser.add_argument("--check", action="store_true", help="read the files and run nothing")
    parser.add_argument(
        "--steps",
        nargs="?",
        const="",
        metavar="STEP",
        help="how steps are written, and run nothing",
    )
    parser.add_argument("--log", action="store_true", help="show what the components log")


def run(args: argparse.Namespace) -> int:
    try:
        return _run(args)
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is left running", file=sys.stderr)
        return 130


def _run(args: argparse.Namespace) -> int:
    if args.steps is not None:
        return _explain_steps(args.steps)
    if not args.scenario:
        raise Refusal("run which scenario? Give files, such as: tuik8s run examples/drain.yaml")
    collect_seldom()
    if args.seed is not None and args.seed < 0:
        raise Refusal(f"--seed {args.seed}: expected a whole number from 0")
    scenarios = _read_all(args)
    if args.check:
        for scenario in scenarios:
            print(f"{scenario.file}: {len(scenario.steps) + len(scenario.liveness)} steps, good")
        return 0
    if args.dask and not args.seeds:
        raise Refusal("--dask: what runs there is a sweep; say how many, such as --seeds 1000")
    if args.seeds:
        from tuik8s.cli.sweep import run_sweep

        return run_sweep(args, scenarios)
    return _run_each(args, scenarios)


def _explain_steps(step: str) -> int:
    """Print what the modules of the steps say of themselves."""
    from tuik8s.scenario.place import nearest
    from tuik8s.scenario.steps.registry import STEPS, text_of

    if step and step not in STEPS:
        raise Refusal(f"no step {step!r}; {nearest(step, STEPS)}steps: {', '.join(STEPS)}")
    print("\n\n".join(dict.fromkeys(text_of(word) for word in ([step] if step else STEPS))))
    return 0


def _read_all(args: argparse.Namespace) -> list[Scenario]:
    """All files, before the first is run. A parameter must be known to one of them."""
    from tuik8s.scenario.document import read_scenarios
    from tuik8s.scenario.parameters import given_in
    from tuik8s.scenario.place import BadScenario

    try:
        return read_scenarios(args.scenario, given_in(args.set))
    except BadScenario as bad:
        raise Refusal(str(bad)) from bad


def _run_each(args: argparse.Namespace, scenarios: Sequence[Scenario]) -> int:
    from tuik8s.cli.run_files import Reports, write_junit
    from tuik8s.scenario.junit import render_junit
    from tuik8s.scenario.runner import run_scenario
    from tuik8s.world.logs import NOTHING, USUAL

    reports = Reports(args.report, [scenario.file for scenario in scenarios])
    outcomes: list[Outcome] = []
    for scenario in scenarios:
        seed = scenario.seed if args.seed is None else args.seed
        if not args.json:
            print(f"{scenario.name}  (seed {seed})", flush=True)
        began = time.monotonic()
        outcome = run_scenario(
            scenario,
            seed,
            None if args.json else print_step,
            on_log=reports.keep_log,
            sink=lambda line: print(line, file=sys.stderr),
            verbosity=USUAL if args.log else NOTHING,
        )
        outcomes.append(outcome)
        page = reports.write(scenario, outcome)
        if not args.json:
            print_outcome(outcome, time.monotonic() - began, page)
        if outcome.traceback:
            print(outcome.traceback, file=sys.stderr)
    reports.write_index(outcomes)
    if args.json:
        print(told_as_json(outcomes))
    if args.junit:
        write_junit(args.junit, render_junit(outcomes))
    return 0 if all(outcome.verdict == "passed" for outcome in outcomes) else 1
