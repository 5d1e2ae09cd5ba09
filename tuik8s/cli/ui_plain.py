"""`tuik8s ui --plain`: a line in, lines out; see tuik8s.ui.plain for what may be typed.

printf 'pods\\nproblems\\n' | tuik8s ui --plain
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tuik8s.cli.arguments import require_running
from tuik8s.cli.ui_live import live_feed

if TYPE_CHECKING:
    from tuik8s.ui.feed import Feed

ALWAYS = (
    "customresourcedefinitions.apiextensions.k8s.io", "nodes", "pods", "services", "events",
    "endpointslices.discovery.k8s.io",
)  # fmt: skip
"""Heard of from the start: what the problems are made of."""

LOADED_WITHIN_S = 15.0
LOOK_EVERY_S = 0.02


def run(args: argparse.Namespace) -> int:
    directory, running = require_running(args)
    print(f"tuik8s {args.name}: type a kind (pods, nodes, deploy), help, or quit", flush=True)
    return asyncio.run(_converse(directory.path, running.runtime))


async def _converse(path: Path, runtime: str) -> int:
    from tuik8s.ui.plain import PlainReader

    loop = asyncio.get_running_loop()
    with live_feed(path, runtime) as (feed, _):
        reader = PlainReader(feed)
        while True:
            line = await loop.run_in_executor(None, sys.stdin.readline)
            if not line or line.strip() in ("quit", "q", "exit"):
                return 0
            if not await _is_loaded(feed, ALWAYS) or not await _is_loaded(feed, reader.needs(line)):
                print("the API server does not answer", flush=True)
                continue
            print("\n".join(reader.answer(line)), flush=True)


async def _is_loaded(feed: Feed, resources: tuple[str, ...] | list[str]) -> bool:
    """Whether all of these were heard of in time."""
    informers = [feed.informer(resource) for resource in resources]
    for _ in range(int(LOADED_WITHIN_S / LOOK_EVERY_S)):
        if all(informer.synced for informer in informers):
            return feed.is_connected
        await asyncio.sleep(LOOK_EVERY_S)
    return False
