"""Open the dashboard of a running cluster, or of a log. Quitting it leaves both as they are.

tuik8s ui                                    the running cluster
tuik8s ui --read-only                        nothing can be changed from this window
tuik8s ui --plain                            lines instead of a screen, for screen readers and pipes
tuik8s ui --print-keys                       every key, with the id by which ui.toml changes it
tuik8s ui --log ~/.local/state/tuik8s/two    what a cluster did, be it stopped or not; read-only
tuik8s ui --log DIR --at -10m                the same ten minutes before its newest change
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tuik8s.cli import down
from tuik8s.cli.arguments import add_cluster, name_in, require_running
from tuik8s.cli.log_directory import log_in, open_view, told_in_words
from tuik8s.cli.moments import add_at, moment_in
from tuik8s.cli.ui_live import live_feed, log_client, run_dashboard
from tuik8s.cli.ui_machine import WEB_DRIVER, LocalMachine, cluster_at
from tuik8s.cli.ui_settings import read_settings, settings_path
from tuik8s.components.supervisor.directory import DataDirectory, Refusal, Running
from tuik8s.world.collector import collect_seldom

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard
    from tuik8s.ui.control import Acts, Switch
    from tuik8s.world.live_view import DirectoryView

MEMORY = "ui.json"
"""In the data directory: views, sorts, filters and commands of the last time."""

PAINTS_PER_S_MAX = 250
"""Textual paints at the next of so many moments a second, when there is anything to paint. A key
waits for that moment: at Textual's own 60 it may take 17 ms of the 20 that a key may take."""


class Looks(NamedTuple):
    """How a dashboard is opened."""

    read_only: bool = False
    ascii: bool = False
    plain: bool = False


AS_USUAL = Looks()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_cluster(parser)
    parser.add_argument(
        "--log", default="", metavar="DIR", help="a data directory or a log, to be looked at only"
    )
    add_at(parser, "the newest; only with --log")
    parser.add_argument("--read-only", action="store_true", help="nothing can be changed")
    parser.add_argument("--plain", action="store_true", help="lines of text: type a kind, or help")
    parser.add_argument("--ascii", action="store_true", help="no characters beyond ASCII")
    parser.add_argument(
        "--print-keys", action="store_true", help=f"list all keys; {settings_path()} changes them"
    )


def run(args: argparse.Namespace) -> int:
    if args.print_keys:
        return print_keys()
    if not args.plain:
        check_terminal()
    looks = Looks(args.read_only, args.ascii, args.plain)
    if args.log:
        show_log(args.log, args.at, looks)
        return 0
    if args.at:
        raise Refusal("--at goes with --log DIR; in the dashboard of a cluster, keys go back")
    directory, running = require_running(args)
    show(directory, running, name_in(args), looks)
    return 0


def print_keys() -> int:
    """The keymap as the settings make it; what is wrong with them goes to standard error."""
    from tuik8s.ui.keys import printed

    settings, warnings = read_settings()
    print(printed(settings.keymap))
    for warning in warnings:
        print(f"tuik8s: {warning}", file=sys.stderr)
    return 0


def check_terminal() -> None:
    """Refuse, with the remedy, where no dashboard can be drawn."""
    if os.environ.get(WEB_DRIVER):
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refusal(
            "the dashboard needs a terminal; without one use: tuik8s ui --plain, or "
            "tuik8s up --detach, and kubectl"
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise Refusal("this terminal cannot place text (TERM is dumb); use: tuik8s ui --plain")


def show(
    directory: DataDirectory, running: Running, name: str, looks: Looks = AS_USUAL
) -> list[DataDirectory]:
    """Run the dashboard until it is left, and that of any other cluster it leads to; what runs for
    it: the cluster that was given, or a fork in its place, and the forks beside it."""
    from tuik8s.ui.control import Acts, Follow, Reopen, Switch

    collect_seldom()
    acts, own = Acts(), [directory]
    while True:
        left = asyncio.run(_show(directory, running, name, acts, looks))
        if isinstance(left, Switch):
            old = directory
            if left.stops:
                down.stop(old, running)  # both have the same addresses
            else:
                acts = Acts()
            directory, running = _switch(left)
            with suppress(OSError):  # what is looked at stays the same
                shutil.copy(old.path / MEMORY, directory.path / MEMORY)
            name = directory.path.name
            if left.stops:
                own = [directory if each.path == old.path else each for each in own]
            else:
                own.append(directory)
        elif isinstance(left, Reopen):
            print(f"{left.why}: opening {name} ...", flush=True)
            running = _still_running(directory, name)
        elif left:
            there = left.data if isinstance(left, Follow) else str(left)
            directory, acts = cluster_at(there), Acts()
            name = directory.path.name
            running = _still_running(directory, name)
        else:
            return own


def _still_running(directory: DataDirectory, name: str) -> Running:
    running = directory.read_running()
    if running is None:
        raise Refusal(f"cluster {name!r} has ended meanwhile; tuik8s ls lists what there is")
    return running


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


def show_log(text: str, at: str, looks: Looks = AS_USUAL) -> None:
    """Run the dashboard on a log until it is left; nothing there is changed."""
    path = log_in(text)
    view = open_view(path)
    try:
        with told_in_words(path):
            asyncio.run(_show_log(text, view, at, looks))
    finally:
        view.close()


async def _show_log(name: str, view: DirectoryView, at: str, looks: Looks) -> None:
    """Server and dashboard in one process: they are each other's only company."""
    from tuik8s.cli.control import LogControl
    from tuik8s.ui.app import Dashboard
    from tuik8s.ui.feed import Feed
    from tuik8s.ui.past import Moment, Past

    os.environ.setdefault("TEXTUAL_FPS", str(PAINTS_PER_S_MAX))
    with log_client(view) as (client, store):
        found = moment_in(store, at)
        feed = Feed(client.world, client)
        feed.read_only = "a log cannot be changed; tuik8s fork makes a cluster from it"
        newest_ms = moment_in(store, "").at_ms
        feed.live_ms = lambda: newest_ms  # a log goes on no more: now is where it ends
        feed.show(Past(client, Moment(found.revision, found.at_ms), feed.loaded, feed.told))
        settings, warnings = read_settings(is_ascii=looks.ascii)
        dashboard = Dashboard(
            feed, f"log {name}", list, settings=settings, control=LogControl(name)
        )
        dashboard.warnings = warnings
        await _run(dashboard, looks)


def _real_ms() -> int:
    return time.monotonic_ns() // 1_000_000


async def _show(
    directory: DataDirectory,
    running: Running,
    name: str,
    acts: Acts,
    looks: Looks,
) -> object:
    """A Switch to another future, the name of another cluster to show, or nothing."""
    os.environ.setdefault("TEXTUAL_FPS", str(PAINTS_PER_S_MAX))
    in_browser = bool(os.environ.get(WEB_DRIVER))
    machine = LocalMachine(
        running.runtime,
        directory.path / MEMORY,
        remembers=not in_browser and not looks.plain,
        directory=None if in_browser else directory,
    )
    settings, warnings = read_settings(is_ascii=looks.ascii)
    with closing(machine), live_feed(directory.path, running.runtime, _real_ms) as (feed, driver):
        feed.follow_first()  # the server answers while Textual is imported
        from tuik8s.cli.control import ClusterControl
        from tuik8s.ui.app import Dashboard

        feed.read_only = "started with --read-only" if looks.read_only else ""
        control = ClusterControl(directory, running, driver)
        dashboard = Dashboard(
            feed, name, machine.processes, machine, settings, control=control, acts=acts
        )
        dashboard.warnings = warnings
        return await _run(dashboard, looks) or dashboard.next_cluster


async def _run(dashboard: Dashboard, looks: Looks) -> object:
    """Until it is left; what it ended with."""
    if looks.plain:
        from tuik8s.cli.ui_plain import run_plain

        await run_plain(dashboard)
        return None
    return await run_dashboard(dashboard)
