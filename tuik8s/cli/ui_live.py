"""Clients of clusters and of logs over the bus, as long as a dashboard or a reader wants them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuik8s.bus.client import Client
    from tuik8s.components.store import Store
    from tuik8s.ui.app import Dashboard
    from tuik8s.ui.feed import Feed
    from tuik8s.world.live import LiveDriver
    from tuik8s.world.live_view import DirectoryView

IDENTITY = "tui"
"""The author, in the log, of what is done at the dashboard."""

LOOK_EVERY_S = 2.0
LEAVE_WITHIN_S = 3.0
HUNG_UP = 129
"""The exit code of what ends with its terminal: 128 and the number of SIGHUP."""


@contextmanager
def live_feed(
    path: Path, runtime: str, real_ms: Callable[[], int] | None = None
) -> Iterator[tuple[Feed, LiveDriver]]:
    """path: the data directory; runtime: where the sockets are; real_ms: the wall's clock, for what
    goes on while the cluster's stands. Inside a running event loop."""
    from tuik8s.ui.feed import Feed

    with live_client(path, runtime) as (client, driver):
        yield Feed(client.world, client, real_ms), driver


@contextmanager
def live_client(path: Path, runtime: str) -> Iterator[tuple[Client, LiveDriver]]:
    """A client of a running cluster. Inside a running event loop."""
    from tuik8s.bus.client import Client
    from tuik8s.bus.zeromq import ipc_address
    from tuik8s.world.live import LiveDriver
    from tuik8s.world.live_host import LiveProcess

    with (path / "logs" / "ui.log").open("a") as log:
        driver = LiveDriver(
            asyncio.get_running_loop(), sink=lambda line: print(line, file=log, flush=True)
        )
        process = LiveProcess(driver, ipc_address(Path(runtime) / "bus"))
        host = process.host("tui", path)
        client = Client(host.world, host.dial(IDENTITY))
        try:
            yield client, driver
        finally:
            client.close()
            process.close()


@contextmanager
def log_client(view: DirectoryView) -> Iterator[tuple[Client, Store]]:
    """A client of a server in this process over a log that is only looked at. Inside a running
    event loop. Errors: Damaged, FormatTooNew."""
    from tuik8s.bus.client import Client
    from tuik8s.bus.zeromq import ipc_address
    from tuik8s.components.apiserver.live_log import logs_of, serve_log
    from tuik8s.world.live import LiveDriver
    from tuik8s.world.live_host import LiveProcess

    lines: list[str] = []
    logs = logs_of(view.directory)
    with tempfile.TemporaryDirectory(prefix="tuik8s-log-") as folder:
        scratch = Path(folder)
        driver = LiveDriver(asyncio.get_running_loop(), sink=lines.append)
        process = LiveProcess(driver, ipc_address(scratch / "bus"))
        try:
            server = serve_log(process, view, scratch, logs)
            host = process.host("tui", scratch)
            client = Client(host.world, host.dial(IDENTITY))
            try:
                yield client, server.store
            finally:
                client.close()
        finally:
            process.close()
            if logs is not None:
                logs.close()


async def run_dashboard(dashboard: Dashboard) -> object:
    """Run it until it is left, or until its terminal goes; what it ended with."""
    from textual.drivers.linux_driver import LinuxDriver

    from tuik8s.cli.ui_terminal import Terminal

    if dashboard.driver_class is LinuxDriver:  # behind a browser it is another
        dashboard.driver_class = Terminal
    loop = asyncio.get_running_loop()
    for gone in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(gone, dashboard.exit)
    ended = threading.Event()
    if sys.stdin.isatty():  # behind a browser there is none
        threading.Thread(
            target=_end_without_terminal, args=(dashboard, loop, ended), daemon=True
        ).start()
    try:
        return await dashboard.run_async(mouse=dashboard.settings.mouse)
    finally:
        ended.set()
        _end_input(dashboard)


def _end_input(dashboard: Dashboard) -> None:
    """End Textual's thread that reads keys: seen to outlive its application when the terminal went,
    and then it keeps the process alive and a processor busy with reading nothing."""
    exit_event = getattr(dashboard._driver, "exit_event", None)
    if exit_event is not None:
        exit_event.set()


def _end_without_terminal(
    dashboard: Dashboard, loop: asyncio.AbstractEventLoop, ended: threading.Event
) -> None:
    """Not every terminal that goes says so: one that does not is noticed by looking.

    Whoever writes to it by then may wait for it for ever, and the loop with him; so this is a
    thread, and has the last word.
    """
    while sys.stdin.isatty():
        if ended.wait(LOOK_EVERY_S):
            return
    loop.call_soon_threadsafe(dashboard.exit)
    if not ended.wait(LEAVE_WITHIN_S):
        os._exit(HUNG_UP)
