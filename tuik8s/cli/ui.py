"""Open the dashboard of a running cluster. Quitting it leaves the cluster as it is."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from tuik8s.cli.arguments import add_cluster, require_running
from tuik8s.components.supervisor.command import Process, processes_of
from tuik8s.components.supervisor.directory import DataDirectory, Refusal, Running

COLUMNS_MIN, ROWS_MIN = 60, 16
PAINTS_PER_S_MAX = 250
"""Textual paints at the next of so many moments a second, when there is anything to paint. A key
waits for that moment: at Textual's own 60 it may take 17 ms of the 20 that a key may take."""

IDENTITY = "system:admin"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)


def run(args: argparse.Namespace) -> int:
    check_terminal()
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


def show(directory: DataDirectory, running: Running, name: str) -> None:
    """Run the dashboard until it is left."""
    asyncio.run(_show(directory.path, running, name))


async def _show(path: Path, running: Running, name: str) -> None:
    os.environ.setdefault("TEXTUAL_FPS", str(PAINTS_PER_S_MAX))
    from tuik8s.bus.client import Client
    from tuik8s.bus.zeromq import ipc_address
    from tuik8s.ui.app import Dashboard
    from tuik8s.ui.feed import Feed
    from tuik8s.world.live import LiveDriver
    from tuik8s.world.live_host import LiveProcess

    log = (path / "logs" / "ui.log").open("a")
    driver = LiveDriver(
        asyncio.get_running_loop(), sink=lambda line: print(line, file=log, flush=True)
    )
    process = LiveProcess(driver, ipc_address(Path(running.runtime) / "bus"))
    host = process.host("tui", path)
    client = Client(host.world, host.dial(IDENTITY))

    def status() -> list[Process]:
        try:
            return processes_of(running.runtime)
        except Refusal:
            return []

    try:
        await Dashboard(Feed(host.world, client), name, status).run_async()
    finally:
        client.close()
        process.close()
        log.close()
