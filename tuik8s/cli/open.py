"""Start a cluster if it does not run, and open its dashboard.

A cluster that this command started ends with the dashboard; what it knows stays for the next
time. To keep one running: tuik8s up --detach.
"""

from __future__ import annotations

import argparse

from tuik8s.cli import down, ui, up
from tuik8s.cli.arguments import add_cluster, add_shape, directory_in, flag_in, name_in
from tuik8s.components.supervisor.directory import DataDirectory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    add_shape(parser)


def run(args: argparse.Namespace) -> int:
    ui.check_terminal()
    directory = directory_in(args)
    ours = [directory]
    running = directory.read_running()
    was_running = running is not None
    if running is None:
        running, took_s = up.start(args)
        print(f"cluster {name_in(args)!r} is up in {took_s:.2f} s")
    try:
        ours = ui.show(directory, running, name_in(args))
    finally:
        if not was_running:
            for each in ours:
                _stop(each)
            print(f"stopped; to keep it running next time: tuik8s up --detach{flag_in(args)}")
    return 0


def _stop(directory: DataDirectory) -> None:
    running = directory.read_running()
    if running is not None:
        down.stop(directory, running)
