"""`tuik8s run --seeds`: the same scenarios with many seeds, side by side.

They run in processes of this machine (sweep_processes), or on the machines of a Dask cluster
(sweep_dask). Ctrl+C and SIGTERM (a CI system that gives up) only leave word, which whoever hands
out the tasks finds between two looks: an exception out of a signal handler may come up anywhere and
get lost.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tuik8s.cli.run_files import PAGE, make_directory, write_file, write_junit
from tuik8s.cli.run_view import told_as_json
from tuik8s.cli.sweep_processes import run_in_processes
from tuik8s.cli.sweep_task import Take, Task
from tuik8s.cli.sweep_view import Progress, print_summary
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.scenario.document import Scenario
from tuik8s.scenario.junit import render_seeds_junit
from tuik8s.scenario.outcome import Outcome

SEEDS = re.compile(r"(?:(\d+)\.\.)?(\d+)", re.ASCII)
SEEDS_MAX = 1_000_000
ENDING = (signal.SIGINT, signal.SIGTERM)


def seeds_of(text: str) -> range:
    """`5` is 1 to 5, `3..7` is 3 to 7. Raises Refusal."""
    found = SEEDS.fullmatch(text)
    first, last = (int(found[1] or 1), int(found[2])) if found else (1, 0)
    if not first <= last < first + SEEDS_MAX:
        raise Refusal(f"--seeds {text}: expected how many, such as 100, or a range such as 3..7")
    return range(first, last + 1)


def run_sweep(args: argparse.Namespace, scenarios: Sequence[Scenario]) -> int:
    """Run all and tell; the exit code."""
    seeds = _seeds_in(args)
    if args.report:
        make_directory(args.report)
    tasks = [
        Task(number, seed, _report_of(args.report, scenario, len(scenarios), seed))
        for number, scenario in enumerate(scenarios)
        for seed in seeds
    ]
    progress = Progress(len(tasks), sys.stderr if args.json else sys.stdout)
    found: dict[tuple[int, int], Outcome] = {}

    def take(task: Task, outcome: Outcome) -> None:
        found[task.number, task.seed] = outcome
        progress.take(outcome)

    with _listening() as signals:
        _run_tasks(args, tasks, scenarios, take, signals)
    progress.end()
    if signals:
        left = (
            "what Dask's workers had begun ends there" if args.dask else "nothing is left running"
        )
        print(f"interrupted after {progress.told()}; {left}", file=sys.stderr)
        return 128 + signals[0]
    groups = [[found[number, seed] for seed in seeds] for number in range(len(scenarios))]
    outcomes = [outcome for group in groups for outcome in group]
    if args.report:
        _write_index(args.report, tasks, outcomes)
    if args.json:
        print(told_as_json(outcomes, as_list=True))
    else:
        for group in groups:
            print_summary(group, args.report)
    if args.junit:
        write_junit(args.junit, render_seeds_junit(groups))
    return 0 if all(outcome.verdict == "passed" for outcome in outcomes) else 1


def _seeds_in(args: argparse.Namespace) -> range:
    if args.seed is not None:
        raise Refusal("--seed and --seeds: give one of them")
    if args.jobs < 0:
        raise Refusal(f"--jobs {args.jobs}: expected a number of processes, 0 for all processors")
    if args.jobs and args.dask:
        raise Refusal("--jobs and --dask: Dask's workers are as many as were started")
    return seeds_of(args.seeds)


def _run_tasks(
    args: argparse.Namespace,
    tasks: Sequence[Task],
    scenarios: Sequence[Scenario],
    take: Take,
    signals: Sequence[int],
) -> None:
    """Where the user wants them to run. take is called with each outcome."""
    if args.dask:
        from tuik8s.cli.sweep_dask import run_on_dask

        run_on_dask(args.dask, tasks, scenarios, take, signals)
    else:
        jobs = min(args.jobs or _processors(), len(tasks))
        run_in_processes(tasks, jobs, scenarios, take, signals)


def _report_of(directory: Path | None, scenario: Scenario, count: int, seed: int) -> str:
    if directory is None:
        return ""
    own = directory / Path(scenario.file).stem if count > 1 else directory
    return str(own / f"seed-{seed}")


def _write_index(directory: Path, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
    from tuik8s.scenario.report.index import render_index

    failed = [
        (os.path.relpath(Path(task.report) / PAGE, directory), outcome)
        for task, outcome in zip(tasks, outcomes, strict=True)
        if outcome.verdict != "passed" and Path(task.report).is_dir()
    ]
    title = f"{len(failed)} of {len(outcomes)} seeds failed"
    write_file(directory / PAGE, render_index(title, failed).encode())


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _listening() -> Iterator[list[int]]:
    """The signals that ask us to end, as they come."""
    heard: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        heard.append(number)

    before = {number: signal.signal(number, hear) for number in ENDING}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
