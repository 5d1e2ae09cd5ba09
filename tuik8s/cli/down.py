"""Stop a cluster. What it knows stays in its data directory for the next start."""

from __future__ import annotations

import argparse
import time

from tuik8s.cli.arguments import add_cluster, flag_in, require_running
from tuik8s.components.supervisor.command import ask
from tuik8s.components.supervisor.directory import DataDirectory, Refusal, Running

WITHIN_S = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)


def run(args: argparse.Namespace) -> int:
    directory, running = require_running(args)
    stop(directory, running)
    print(f"stopped; start it again with: tuik8s up --detach{flag_in(args)}")
    return 0


def stop(directory: DataDirectory, running: Running) -> None:
    """Stop a cluster; its last process has ended when this returns. Raises Refusal."""
    ask(running.runtime, {"command": "down"})
    deadline = time.monotonic() + WITHIN_S
    while directory.is_locked():
        if time.monotonic() > deadline:
            raise Refusal(f"the supervisor (pid {running.pid}) has not ended after {WITHIN_S:.0f}s")
        time.sleep(0.02)
