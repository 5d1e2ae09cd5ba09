"""A dashboard on a simulated cluster, with time that goes on only when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.events import Key
from textual.pilot import Pilot
from textual.widget import Widget

from tuik8s.bus.client import Client
from tuik8s.cli.ui_live import IDENTITY
from tuik8s.config import ClusterConfig
from tuik8s.scenario.simulated_cluster import SimulatedCluster
from tuik8s.ui.app import Dashboard
from tuik8s.ui.feed import Feed
from tuik8s.ui.widgets.status_bar import StatusBar
from tuik8s.world.logs import NOTHING

SIZE = (140, 40)
CHARACTERS = {"colon": ":", "slash": "/", "enter": "\r"}


def deployment(name: str = "web", replicas: int = 3) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {
                    "containers": [
                        {
                            "name": "main",
                            "image": "example.org/web:1",
                            "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}},
                        }
                    ]
                },
            },
        },
    }


class Stage:
    """The cluster, the dashboard, and the hands of whoever sits before it."""

    def __init__(self, nodes: int = 3, verbosity: int = NOTHING) -> None:
        self.cluster = SimulatedCluster(ClusterConfig(nodes=nodes), 7, verbosity=verbosity)
        self.cluster.start()
        self.create("deployments.apps", deployment())
        self.cluster.run_ms(5_000)
        host = self.cluster.simulation.host("tui")
        self.feed = Feed(host.world, Client(host.world, host.dial(IDENTITY)))
        self.app = Dashboard(self.feed, "test", list)
        self.pilot: Pilot[None]

    def create(self, resource: str, obj: dict[str, Any]) -> None:
        refused: list[int] = []
        self.cluster.client.create(
            resource, obj, lambda reply: None if reply.ok else refused.append(reply.code)
        )
        self.cluster.run_ms(100)
        assert not refused

    async def wait(self, ms: int = 1_200) -> None:
        """Let the cluster go on for so long, then have the newest shown."""
        self.cluster.run_ms(ms)
        await self.pilot.pause()
        self.app.show_newest()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.wait()

    async def burst(self, *keys: str) -> None:
        """Keys as a terminal hands over what was typed fast: all before the first is handled."""
        for key in keys:
            char = key if len(key) == 1 else CHARACTERS.get(key)
            self.app.post_message(Key(key, char))
        for _ in range(3):  # a key, the screen that it opens, and what that screen does first
            await self.pilot.pause()
        await self.wait()

    async def type(self, text: str) -> None:
        named = {"/": "slash", ":": "colon", "-": "minus", " ": "space", "=": "equals_sign"}
        await self.press(*(named.get(char, char) for char in text))

    @property
    def lines(self) -> list[str]:
        """What is on the screen now."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(s.text for s in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def toasts(self) -> str:
        """What was notified and is still shown."""
        return "\n".join(each.message for each in self.app._notifications)

    @property
    def status(self) -> str:
        return self.app.screen.query_one(StatusBar).render().plain

    @property
    def focused(self) -> Widget | None:
        return self.app.screen.focused


Scene = Callable[[Stage], Awaitable[None]]


def play(scene: Scene, size: tuple[int, int] = SIZE, stage: Stage | None = None) -> None:
    """Run a scene before a dashboard that has loaded."""

    async def run() -> None:
        found = stage or Stage()
        async with found.app.run_test(size=size) as pilot:
            found.pilot = pilot
            await found.wait()
            await scene(found)

    asyncio.run(run())
