"""A sweep on the machines of a Dask cluster: `--dask tcp://SCHEDULER:8786`.

    here                                   a worker, on any machine
    files of the scenarios, once   ---->   kept there
    (number, seed)                 ---->   reads the scenario from them, runs it
    outcome, and the log           <----   when it failed: its report is written here

The workers need the same tuik8s (`pip install 'tuik8s[dask]'`) and nothing of ours but what is
sent. A run keeps one processor busy: start them with `dask worker ADDRESS --nworkers auto
--nthreads 1`. A run that keeps killing its workers is an outcome, too.
"""

from __future__ import annotations

import gc
import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tuik8s import __version__
from tuik8s.cli.run_files import write_report
from tuik8s.cli.sweep_task import LOOK_S, Take, Task, lost, run_seed
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.scenario.document import Scenario, read_scenario
from tuik8s.scenario.log_copy import LogFiles
from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.place import carrying

CONNECT_S = 10
AHEAD = 3
"""So many tasks per thread are handed out before the first comes back."""

Carried = list[tuple[dict[str, str], str, dict[str, Any]]]
"""Each scenario: the texts of its files by path, the path of the first, its parameters."""


class Told(NamedTuple):
    """What a worker answers: the outcome in msgpack, and the log of a run that failed."""

    outcome: bytes
    log: LogFiles


def run_on_dask(
    address: str,
    tasks: Sequence[Task],
    scenarios: Sequence[Scenario],
    take: Take,
    signals: Sequence[int],
) -> None:
    """Have the workers run all tasks; take is called with each outcome.

    Ends early when there is a signal. Raises Refusal: no such cluster, other versions, all gone.
    """
    with _client(address) as client:
        carried = client.scatter(_carried(scenarios), broadcast=True, hash=False)
        waiting, done = deque(tasks), queue.SimpleQueue[Any]()
        under_way: dict[Any, Task] = {}
        ahead = AHEAD * sum(client.nthreads().values())
        while (waiting or under_way) and not signals:
            while waiting and len(under_way) < ahead:
                task = waiting.popleft()
                wants_log = bool(task.report)
                future = client.submit(
                    run_carried, carried, task.number, task.seed, wants_log, pure=False
                )
                under_way[future] = task
                future.add_done_callback(done.put)
            try:
                future = done.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            if future.cancelled():  # what was scattered is lost with the last who had it
                raise Refusal(
                    f"--dask {address}: Dask has let go of the runs: its scheduler or all its "
                    "workers are gone; start them again, and the sweep"
                )
            task = under_way.pop(future)
            take(task, _outcome(future, scenarios[task.number], task))
        client.cancel(list(under_way))


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A connection to the cluster, whose workers have our version."""
    try:
        import distributed
    except ImportError as problem:
        raise Refusal("--dask: Dask is not installed; pip install 'tuik8s[dask]'") from problem
    try:
        connect: Any = distributed.Client  # untyped
        client = connect(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise Refusal(f"--dask {address}: no Dask scheduler answers there: {problem}") from problem
    try:
        _check_workers(client, address)
        yield client
    finally:
        client.close()


def _check_workers(client: Any, address: str) -> None:
    """The same seed gives the same log only with the same code."""
    if not client.nthreads():
        raise Refusal(f"--dask {address}: it has no workers; start one: dask worker {address}")
    answers = client.run(_version_there, on_error="return")
    for worker, version in sorted(answers.items()):
        if version != __version__:
            has = "no tuik8s" if isinstance(version, Exception) else f"tuik8s {version}"
            raise Refusal(
                f"--dask {address}: worker {worker} has {has}, here is {__version__}; "
                f"pip install 'tuik8s[dask]=={__version__}' there"
            )


def _carried(scenarios: Sequence[Scenario]) -> Carried:
    """All that must be known to read the scenarios elsewhere."""
    carried: Carried = []
    for scenario in scenarios:
        files: dict[str, str] = {}
        with carrying(files):
            read_scenario(Path(scenario.file), scenario.parameters)
        carried.append((files, scenario.file, dict(scenario.parameters)))
    return carried


def _outcome(future: Any, scenario: Scenario, task: Task) -> Outcome:
    """What the worker told; the report of a run that failed is written."""
    problem = future.exception()
    if problem is not None:
        return lost(scenario, task.seed, f"Dask: {type(problem).__name__}: {problem}")
    told = Told(*future.result())
    outcome = msgspec.msgpack.decode(told.outcome, type=Outcome)
    if told.log:
        write_report(Path(task.report), scenario, outcome, told.log)
    return outcome


# --- on the worker

_one_at_a_time = threading.Lock()
"""A worker with several threads gains nothing by running several: Python runs one."""


def _version_there() -> str:
    return __version__


def run_carried(carried: Carried, number: int, seed: int, wants_log: bool) -> Told:
    """Run one task, on whichever machine this is."""
    files, file, parameters = carried[number]
    with _one_at_a_time:
        with carrying(files):
            scenario = read_scenario(Path(file), parameters)
        outcome, log = run_seed(scenario, seed)
        gc.collect()  # the cluster that was
    return Told(msgspec.msgpack.encode(outcome), log if wants_log else {})
