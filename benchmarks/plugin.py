"""The pytest plugin: how long a test waits for its cluster, and what runs without one pay.

    python -m benchmarks.plugin

Milliseconds of processor time, median and worst of the rounds; `first` is the first cluster of a
process, imports included, whose bytecode is there (a process each round). JSON goes to standard
output last. No peer: a real control plane cannot be started in a test's process.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 20
PROCESSES = 5
MUST_MS = {"first, imports too": 0, "fresh": 300, "reset": 50, "an hour passes": 0, "unused": 0}

FIRST = """
import tempfile, time
from pathlib import Path
from tuik8s.scenario.served import Cluster
Cluster(Path(tempfile.mkdtemp()))
print(time.process_time() * 1000)
"""
UNUSED = """
import pytest, time
began = time.process_time()
import tuik8s.scenario.pytest_plugin
print((time.process_time() - began) * 1000)
"""


def rounds_of(call: Callable[[], object], count: int = ROUNDS) -> list[float]:
    """Processor milliseconds of each round."""
    found = []
    for _ in range(count):
        began = time.process_time()
        call()
        found.append((time.process_time() - began) * 1000)
    return found


def in_processes(program: str) -> list[float]:
    """What the program prints, in a process each; the first writes the bytecode, uncounted."""
    command = [sys.executable, "-c", program]
    environment = {"PYTHONPATH": ":".join(sys.path), "PYTHONPYCACHEPREFIX": tempfile.mkdtemp()}
    runs = [
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        for _ in range(PROCESSES + 1)
    ]
    return [float(run.stdout) for run in runs[1:]]


def measure(directory: Path) -> dict[str, list[float]]:
    """Milliseconds by what was measured."""
    from tuik8s.scenario.served import Cluster

    found = {"first, imports too": in_processes(FIRST), "unused": in_processes(UNUSED)}
    cluster = Cluster(directory)
    cluster.reset()
    found["fresh"] = rounds_of(lambda: Cluster(directory).close())
    found["reset"] = rounds_of(cluster.reset)
    found["an hour passes"] = rounds_of(lambda: cluster.advance("1h"), 3)
    cluster.close()
    return found


def main() -> int:
    with tempfile.TemporaryDirectory() as directory:
        found = measure(Path(directory))
    print(f"{'milliseconds':<22}{'median':>10}{'worst':>10}{'must':>8}")
    for name, times in found.items():
        must = MUST_MS[name] or "-"
        print(f"{name:<22}{statistics.median(times):>10.1f}{max(times):>10.1f}{must:>8}")
    print(json.dumps({name: round(statistics.median(times), 2) for name, times in found.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
