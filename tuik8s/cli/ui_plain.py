"""`tuik8s ui --plain`: a line in, lines out; see tuik8s.ui.plain for what may be typed.

printf 'pods\\nproblems\\noverview\\n' | tuik8s ui --plain
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from tuik8s.api.times import format_time
from tuik8s.bus.client import NO_ANSWER
from tuik8s.ui.describe import shown
from tuik8s.ui.plain import PlainReader
from tuik8s.ui.screens.base import DashboardScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tuik8s.ui.app import Dashboard
    from tuik8s.ui.feed import Feed

SIZE = (160, 50)
"""Of the terminal that is not there: what charts are drawn for."""

ALWAYS = (
    "customresourcedefinitions.apiextensions.k8s.io", "nodes", "pods", "services", "events",
    "endpointslices.discovery.k8s.io",
)  # fmt: skip
"""Heard of from the start: what the problems are made of."""

LOADED_WITHIN_S = 15.0
LOOK_EVERY_S = 0.02


async def run_plain(dashboard: Dashboard) -> None:
    """Answer the lines of standard input until there are no more."""
    out = sys.stdout  # Textual takes it as long as a dashboard runs
    hello = f"tuik8s {dashboard.cluster}: type a kind (pods, nodes, deploy), help, or quit"
    print(hello, file=out, flush=True)

    async def converse(pilot: Pilot[Any]) -> None:
        await _converse(dashboard, out)
        dashboard.exit()

    await dashboard.run_async(headless=True, size=SIZE, mouse=False, auto_pilot=converse)


async def _converse(dashboard: Dashboard, out: Any) -> None:
    loop, feed, reader = asyncio.get_running_loop(), dashboard.feed, PlainReader(dashboard)
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line or line.strip() in ("quit", "q", "exit"):
            return
        if not await _is_loaded(feed, [*ALWAYS, *reader.needs(line)]):
            print(NO_ANSWER, file=out, flush=True)
            continue
        dashboard.clear_notifications()
        lines = reader.answer(line)
        if lines is None:
            lines = await _screen(dashboard)
        print(shown("\n".join(lines)), file=out, flush=True)


async def _is_loaded(feed: Feed, resources: list[str]) -> bool:
    """Whether all of these were heard of in time."""
    informers = [feed.informer(resource) for resource in resources]
    if not await _until(lambda: all(each.synced for each in informers)) or not feed.is_connected:
        return False
    for resource in resources:
        feed.entries(resource)  # of a moment of the past they are asked for when they are needed
    return await _until(lambda: not feed.client.statistics()["waiting"])


async def _screen(dashboard: Dashboard) -> list[str]:
    """What the screen shows when all that it asked for has come, and what was said meanwhile."""
    feed = dashboard.feed
    before: list[str] = []

    def is_whole() -> bool:
        nonlocal before
        if feed.client.statistics()["waiting"] or not all(
            feed.informer(each).synced for each in feed.in_use
        ):
            return False
        feed.note_move()  # so that everything is made anew, from what has come
        dashboard.show_newest()
        seen, before = before, _told(dashboard)
        return bool(before) and seen == before

    await _until(is_whole)
    return before


def _told(dashboard: Dashboard) -> list[str]:
    """What is said of the moment, if it is not now; the screen; what was said beside it."""
    screen = dashboard.screen
    if not isinstance(screen, DashboardScreen) or not screen.is_loaded:
        return []
    lines = screen.as_text().split("\n")
    if dashboard.feed.past is not None:
        lines.insert(0, f"{dashboard.mode()[0]}  {format_time(dashboard.feed.now_ms())}")
    return [*lines, *(each.message for each in dashboard._notifications)]


async def _until(holds: Any) -> bool:
    """Wait until something holds; False when it does not in time."""
    for _ in range(int(LOADED_WITHIN_S / LOOK_EVERY_S)):
        if holds():
            return True
        await asyncio.sleep(LOOK_EVERY_S)
    return False
