"""`tuik8s run --seeds`: the same scenarios with many seeds, in processes side by side.

    parent                        worker, one per processor
    task (file, seed)  ------->   reads the file, runs it
    outcome            <-------   and writes the report of a seed that failed

A worker that dies is an outcome too, and another takes its place. Ctrl+C and SIGTERM (a CI system
that gives up) only leave word, which the parent finds between two looks at its pipes: an exception
out of a signal handler may come up anywhere and get lost. Workers are ended by their parent, and
end by themselves when it is gone.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import msgspec

from tuik8s.cli.run_files import PAGE, make_directory, write_file, write_junit, write_report
from tuik8s.cli.run_view import told_as_json
from tuik8s.cli.sweep_view import Progress, print_summary
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.scenario.document import Scenario, read_scenario
from tuik8s.scenario.junit import render_seeds_junit
from tuik8s.scenario.log_copy import LogFiles
from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.runner import run_scenario

SEEDS = re.compile(r"(?:(\d+)\.\.)?(\d+)", re.ASCII)
SEEDS_MAX = 1_000_000
LOOK_S = 0.2
LOOK_FOR_PARENT_S = 1.0
JOIN_S = 2.0
ENDING = (signal.SIGINT, signal.SIGTERM)


_CONTEXT = multiprocessing.get_context("fork")
"""What was imported need not be imported again."""


class Task(NamedTuple):
    """One run of the numbered scenario. report: where it goes if it fails, "" for nowhere."""

    number: int
    seed: int
    report: str


def seeds_of(text: str) -> range:
    """`5` is 1 to 5, `3..7` is 3 to 7. Raises Refusal."""
    found = SEEDS.fullmatch(text)
    first, last = (int(found[1] or 1), int(found[2])) if found else (1, 0)
    if not first <= last < first + SEEDS_MAX:
        raise Refusal(f"--seeds {text}: expected how many, such as 100, or a range such as 3..7")
    return range(first, last + 1)


def run_sweep(args: argparse.Namespace, scenarios: Sequence[Scenario]) -> int:
    """Run all and tell; the exit code."""
    if args.seed is not None:
        raise Refusal("--seed and --seeds: give one of them")
    if args.jobs < 0:
        raise Refusal(f"--jobs {args.jobs}: expected a number of processes, 0 for all processors")
    seeds = seeds_of(args.seeds)
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

    jobs = min(args.jobs or _processors(), len(tasks))
    with _listening() as signals:
        _run_tasks(tasks, jobs, scenarios, take, signals)
    progress.end()
    if signals:
        print(f"interrupted after {progress.told()}; nothing is left running", file=sys.stderr)
        return 128 + signals[0]
    groups = [[found[number, seed] for seed in seeds] for number in range(len(scenarios))]
    outcomes = [outcome for group in groups for outcome in group]
    if args.report:
        _write_index(args.report, tasks, outcomes)
    if args.json:
        print(told_as_json(outcomes, as_list=True))
    else:
        for group in groups:
            print_summary(group, args.set, args.report)
    if args.junit:
        write_junit(args.junit, render_seeds_junit(groups))
    return 0 if all(outcome.verdict == "passed" for outcome in outcomes) else 1


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


# --- the parent


class _Worker:
    """A process, the pipe to it, and what it is at."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        asked = [(scenario.file, dict(scenario.parameters)) for scenario in scenarios]
        self.process = _CONTEXT.Process(target=_work, args=(theirs, os.getpid(), asked))
        self.task: Task | None = None
        self.process.start()
        theirs.close()

    def give(self, task: Task) -> None:
        self.task = task
        with suppress(ConnectionError):  # it is dead: that is its answer
            self.pipe.send(tuple(task))

    def end(self) -> None:
        self.process.terminate()
        self.process.join(JOIN_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()


def _run_tasks(
    tasks: Sequence[Task],
    jobs: int,
    scenarios: Sequence[Scenario],
    take: Callable[[Task, Outcome], None],
    signals: Sequence[int],
) -> None:
    """Give every task to a worker that is free; take is called with each outcome.

    Ends early when there is a signal.
    """
    waiting = deque(tasks)
    workers: dict[Connection, _Worker] = {}
    try:
        while (waiting or workers) and not signals:
            while waiting and len(workers) < jobs:
                worker = _Worker(scenarios)
                workers[worker.pipe] = worker
                worker.give(waiting.popleft())
            for pipe in wait(list(workers), LOOK_S):
                assert isinstance(pipe, Connection), "only pipes were waited for"
                worker = workers[pipe]
                task, outcome = worker.task, _answer(worker, scenarios)
                assert task is not None, "a worker that answers was asked"
                if waiting and worker.process.is_alive():
                    worker.give(waiting.popleft())
                else:
                    del workers[pipe]
                    worker.end()
                take(task, outcome)
    finally:
        for worker in workers.values():
            worker.end()


def _answer(worker: _Worker, scenarios: Sequence[Scenario]) -> Outcome:
    """What a worker says, or what its death says."""
    assert worker.task is not None, "a worker that answers was asked"
    try:
        return msgspec.msgpack.decode(worker.pipe.recv_bytes(), type=Outcome)
    except (EOFError, ConnectionError):
        worker.process.join()
        scenario = scenarios[worker.task.number]
        return Outcome(
            name=scenario.name,
            file=scenario.file,
            verdict="error",
            seed=worker.task.seed,
            digest="",
            revision=0,
            begin_ms=0,
            simulated_ms=0,
            reason=f"its process ended with code {worker.process.exitcode}, without a word",
        )


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


# --- the worker


def _work(pipe: Connection, parent: int, asked: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Run tasks until there is nobody to give them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    scenarios: dict[int, Scenario] = {}
    try:
        while True:
            task = Task(*pipe.recv())
            if task.number not in scenarios:
                file, parameters = asked[task.number]
                scenarios[task.number] = read_scenario(Path(file), parameters)
            outcome = _run_one(scenarios[task.number], task)
            pipe.send_bytes(msgspec.msgpack.encode(outcome))
            gc.collect()  # the cluster that was; the collector's own pace would keep several
    except (EOFError, ConnectionError):
        return


def _leave_with(parent: int) -> None:
    """End this process when its parent is gone, whatever it is at."""
    while os.getppid() == parent:
        time.sleep(LOOK_FOR_PARENT_S)
    os._exit(1)


def _run_one(scenario: Scenario, task: Task) -> Outcome:
    log: LogFiles = {}
    outcome = run_scenario(scenario, task.seed, on_log=log.update)
    if outcome.verdict == "passed":
        outcome.steps = []
    elif task.report:
        write_report(Path(task.report), scenario, outcome, log)
    return outcome
