"""The two worlds a bus test runs in: everything simulated, or real sockets on a fast clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import uvloop

from tests.bus.shelf import Shelf, ShelfServer
from tuik8s.bus.client import Client
from tuik8s.bus.zeromq import ZeroMqClient, ZeroMqServer, ipc_address
from tuik8s.bus.zeromq_socket import Context
from tuik8s.world.links import LinkRules
from tuik8s.world.live import Clock, LiveDriver, LiveWorld
from tuik8s.world.simulated import Simulation


class Rig(Protocol):
    """What a test of both transports needs."""

    links: LinkRules
    lines: list[str]
    shelf: Shelf

    def serve(self) -> ShelfServer: ...

    def stop_server(self) -> None: ...

    def client(self, party: str = "kubelet/n1", identity: str = "system:node:n1") -> Client: ...

    def pause(self, party: str) -> None: ...

    def resume(self, party: str) -> None: ...

    def run_until(self, reached: Callable[[], bool], limit_ms: int = 60_000) -> bool: ...

    def close(self) -> None: ...


class SimulatedRig:
    """Memory transport in virtual time."""

    def __init__(self, seed: int = 1) -> None:
        self.lines: list[str] = []
        self.simulation = Simulation(seed, sink=self.lines.append, verbosity=4)
        self.links = self.simulation.links
        self.shelf = Shelf()

    def serve(self) -> ShelfServer:
        host = self.simulation.host("apiserver")
        return ShelfServer(host.world, host.serve(), self.shelf)

    def stop_server(self) -> None:
        self.simulation.crash("apiserver")

    def client(self, party: str = "kubelet/n1", identity: str = "system:node:n1") -> Client:
        host = self.simulation.host(party)
        return Client(host.world, host.dial(identity))

    def pause(self, party: str) -> None:
        self.simulation.pause(party)

    def resume(self, party: str) -> None:
        self.simulation.resume(party)

    def run_until(self, reached: Callable[[], bool], limit_ms: int = 60_000) -> bool:
        return self.simulation.run_while(lambda: not reached(), limit_ms)

    def close(self) -> None:
        """Nothing to give back."""


class LiveRig:
    """ZeroMQ on ipc sockets, cluster time twenty times as fast as the wall's.

    Each client has a loop of its own, so that a paused one really does not read.
    """

    def __init__(self, directory: Path) -> None:
        self.lines: list[str] = []
        self.links = LinkRules()
        self.shelf = Shelf()
        self.address = ipc_address(directory / "bus")
        self.clock = Clock(time.monotonic_ns(), 1_000_000, 20_000)
        self._directory = directory
        self._server_driver = self._driver()
        self._server: ZeroMqServer | None = None
        self._server_context = Context()
        self._context = Context()
        self._clients: dict[str, list[Client]] = {}
        self._drivers: dict[str, LiveDriver] = {}
        self._paused: set[str] = set()

    def serve(self) -> ShelfServer:
        self._server_context = Context()
        self._server = ZeroMqServer(self._server_driver, self._server_context, (self.address,))
        world = LiveWorld("apiserver", self._server_driver, self._directory)
        return ShelfServer(world, self._server, self.shelf)

    def stop_server(self) -> None:
        assert self._server is not None
        self._server.close()
        self._server_context.destroy(linger=0)
        self._server_driver.close()
        self._server_driver.loop.close()
        self._server_driver = self._driver()
        self._server = None

    def client(self, party: str = "kubelet/n1", identity: str = "system:node:n1") -> Client:
        driver = self._drivers.get(party) or self._driver()
        self._drivers[party] = driver
        world = LiveWorld(party, driver, self._directory)
        transport = ZeroMqClient(
            driver, self._context, self.address, party, identity, events_high_water=500
        )
        client = Client(world, transport)
        self._clients.setdefault(party, []).append(client)
        return client

    def pause(self, party: str) -> None:
        self._paused.add(party)

    def resume(self, party: str) -> None:
        self._paused.discard(party)

    def run_until(self, reached: Callable[[], bool], limit_ms: int = 60_000) -> bool:
        end = time.monotonic() + limit_ms / 20_000
        while not reached():
            if time.monotonic() > end:
                return False
            self._turn(self._server_driver)
            for party in sorted(self._drivers):
                if party not in self._paused:
                    self._turn(self._drivers[party])
        return True

    def close(self) -> None:
        for party in sorted(self._clients):
            for client in self._clients[party]:
                client.close()
        if self._server is not None:
            self._server.close()
        self._context.destroy(linger=0)
        self._server_context.destroy(linger=0)
        for driver in [self._server_driver, *self._drivers.values()]:
            driver.close()
            driver.loop.close()

    def _driver(self) -> LiveDriver:
        driver = LiveDriver(
            uvloop.new_event_loop(), self.clock, sink=self.lines.append, verbosity=4
        )
        driver.links = self.links
        return driver

    def _turn(self, driver: LiveDriver) -> None:
        """Let a loop do what is ready, and wait a millisecond for more."""
        loop: asyncio.AbstractEventLoop = driver.loop
        loop.call_later(0.001, loop.stop)
        loop.run_forever()
