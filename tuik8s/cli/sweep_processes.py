"""The processes of this machine that a sweep runs in.

    parent                        worker, one per processor
    task (scenario, seed)  --->   runs it, and writes the report
    outcome                <---   of a seed that failed

A worker that dies is an outcome too, and another takes its place. Workers are ended by their
parent, and end by themselves when it is gone.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path

import msgspec

from tuik8s.cli.run_files import write_report
from tuik8s.cli.sweep_task import LOOK_S, Take, Task, lost, run_seed
from tuik8s.scenario.document import Scenario
from tuik8s.scenario.outcome import Outcome

LOOK_FOR_PARENT_S = 1.0
JOIN_S = 2.0

_CONTEXT = multiprocessing.get_context("fork")
"""What was imported and read need not be imported and read again."""


class _Worker:
    """A process, the pipe to it, and what it is at."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self.pipe, theirs = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_work, args=(theirs, os.getpid(), scenarios))
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


def run_in_processes(
    tasks: Sequence[Task],
    jobs: int,
    scenarios: Sequence[Scenario],
    take: Take,
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
        why = f"its process ended with code {worker.process.exitcode}, without a word"
        return lost(scenario, worker.task.seed, why)


# --- the worker


def _work(pipe: Connection, parent: int, scenarios: Sequence[Scenario]) -> None:
    """Run tasks until there is nobody to give them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    try:
        while True:
            task = Task(*pipe.recv())
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
    outcome, log = run_seed(scenario, task.seed)
    if log and task.report:
        write_report(Path(task.report), scenario, outcome, log)
    return outcome
