"""Open the dashboard of a running cluster, or of a log. Quitting it leaves both as they are.

tuik8s ui                                    the running cluster
tuik8s ui --log ~/.local/state/tuik8s/two    what a cluster did, be it stopped or not; read-only
tuik8s ui --log DIR --at -10m                the same ten minutes before its newest change
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tuik8s.cli import down
from tuik8s.cli.arguments import add_cluster, require_running
from tuik8s.cli.log_directory import log_in, open_view, told_in_words
from tuik8s.cli.moments import add_at, moment_in
from tuik8s.components.supervisor.command import Process, processes_of
from tuik8s.components.supervisor.directory import DataDirectory, Refusal, Running

if TYPE_CHECKING:
    from tuik8s.ui.control import Acts, Switch
    from tuik8s.world.live_view import DirectoryView

COLUMNS_MIN, ROWS_MIN = 60, 16
PAINTS_PER_S_MAX = 250
"""Textual paints at the next of so many moments a second, when there is anything to paint. A key
waits for that moment: at Textual's own 60 it may take 17 ms of the 20 that a key may take."""

IDENTITY = "system:admin"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    parser.add_argument(
        "--log", default="", metavar="DIR", help="a data directory or a log, to be looked at only"
    )
    add_at(parser, "the newest; only with --log")


def run(args: argparse.Namespace) -> int:
    check_terminal()
    if args.log:
        show_log(args.log, args.at)
        return 0
    if args.at:
        raise Refusal("--at goes with --log DIR; in the dashboard of a cluster, keys go back")
    directory, running = require_running(args)
    show(directory, running, args.name)
    return 0


def check_terminal() -> None:
    """Refuse, with the remedy, where no dashboard can be drawn."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refusal(
            "the dashboard needs a terminal; without one use: tuik8s up --detach, and kubectl"
        )
    size = os.get_terminal_size()
    if size.columns < COLUMNS_MIN or size.lines < ROWS_MIN:
        raise Refusal(
            f"the terminal has {size.columns}x{size.lines} cells, the dashboard needs "
            f"{COLUMNS_MIN}x{ROWS_MIN}; make the window larger"
        )


def show(directory: DataDirectory, running: Running, name: str) -> DataDirectory:
    """Run the dashboard until it is left; the cluster that was shown then: it may be a fork."""
    from tuik8s.ui.control import Acts, Switch

    acts = Acts()
    while True:
        left = asyncio.run(_show(directory, running, name, acts))
        if not isinstance(left, Switch):
            return directory
        down.stop(directory, running)  # both have the same addresses
        directory, running = _switch(left)
        name = directory.path.name


def _switch(wanted: Switch) -> tuple[DataDirectory, Running]:
    """Start another future, in a process that has none of our threads."""
    print(f"{wanted.why}: starting {Path(wanted.data).name} ...", flush=True)
    command = [sys.executable, "-m", "tuik8s.cli.main", "up", "--detach"]
    done = subprocess.run([*command, "--data", wanted.data], capture_output=True, text=True)
    directory = DataDirectory(Path(wanted.data))
    running = directory.read_running()
    if running is None:
        raise Refusal(f"{wanted.data} did not start: {done.stderr.strip() or done.stdout.strip()}")
    return directory, running


def show_log(text: str, at: str) -> None:
    """Run the dashboard on a log until it is left; nothing there is changed."""
    path = log_in(text)
    view = open_view(path)
    try:
        with told_in_words(path), tempfile.TemporaryDirectory(prefix="tuik8s-log-") as scratch:
            asyncio.run(_show_log(text, view, at, Path(scratch)))
    finally:
        view.close()


async def _show_log(name: str, view: DirectoryView, at: str, scratch: Path) -> None:
    """Server and dashboard in one process: they are each other's only company."""
    from tuik8s.bus.client import Client
    from tuik8s.bus.zeromq import ipc_address
    from tuik8s.cli.control import LogControl
    from tuik8s.components.apiserver.live_log import serve_log
    from tuik8s.ui.app import Dashboard
    from tuik8s.ui.feed import Feed
    from tuik8s.ui.past import Moment, Past
    from tuik8s.world.live import LiveDriver
    from tuik8s.world.live_host import LiveProcess

    os.environ.setdefault("TEXTUAL_FPS", str(PAINTS_PER_S_MAX))
    lines: list[str] = []
    driver = LiveDriver(asyncio.get_running_loop(), sink=lines.append)
    process = LiveProcess(driver, ipc_address(scratch / "bus"))
    server = serve_log(process, view, scratch)
    found = moment_in(server.store, at)
    host = process.host("tui", scratch)
    client = Client(host.world, host.dial(IDENTITY))
    feed = Feed(host.world, client)
    feed.show(Past(client, Moment(found.revision, found.at_ms), feed.loaded, feed.told))
    try:
        await Dashboard(feed, f"log {name}", list, control=LogControl(name)).run_async()
    finally:
        client.close()
        process.close()


def _real_ms() -> int:
    return time.monotonic_ns() // 1_000_000


async def _show(directory: DataDirectory, running: Running, name: str, acts: Acts) -> object:
    os.environ.setdefault("TEXTUAL_FPS", str(PAINTS_PER_S_MAX))
    from tuik8s.bus.client import Client
    from tuik8s.bus.zeromq import ipc_address
    from tuik8s.cli.control import ClusterControl
    from tuik8s.ui.app import Dashboard
    from tuik8s.ui.feed import Feed
    from tuik8s.world.live import LiveDriver
    from tuik8s.world.live_host import LiveProcess

    log = (directory.logs / "ui.log").open("a")
    driver = LiveDriver(
        asyncio.get_running_loop(), sink=lambda line: print(line, file=log, flush=True)
    )
    process = LiveProcess(driver, ipc_address(Path(running.runtime) / "bus"))
    host = process.host("tui", directory.path)
    client = Client(host.world, host.dial(IDENTITY))
    control = ClusterControl(directory, running, driver)

    def status() -> list[Process]:
        try:
            return processes_of(running.runtime)
        except Refusal:
            return []

    try:
        feed = Feed(host.world, client, _real_ms)
        return await Dashboard(feed, name, status, control=control, acts=acts).run_async()
    finally:
        client.close()
        process.close()
        log.close()
