"""What a proxy remembers of connections: nothing for ever, nothing of a Service that is gone."""

from __future__ import annotations

from typing import cast

import pytest

from tests.components.proxy.plant import port_of
from tuik8s.api.routing.rules import ProxyNode
from tuik8s.api.routing.services import Endpoint
from tuik8s.components.proxy.listeners import ENTERING_MAX, Listeners
from tuik8s.components.proxy.modes.registry import MODES
from tuik8s.components.proxy.router import Router
from tuik8s.components.proxy.table import Tally
from tuik8s.components.proxy.traffic import Traffic
from tuik8s.world.network import Address, Answering, Forwarding, Listener
from tuik8s.world.simulated import Simulation

POD = Address("127.20.1.2", 8080)
PORT = port_of(Endpoint(*POD, "node-1"))


class Bench:
    """A router whose connections are opened and closed by hand; the network of itself."""

    def __init__(self) -> None:
        world = Simulation(1).host("kube-proxy/node-1").world
        self.router = Router(ProxyNode("node-1", "127.16.0.1"), MODES["iptables"], world.rng("t"))
        self.listeners = Listeners(self, world.now_ms, world.log, Traffic(world))
        self.set_service()

    def set_service(self) -> None:
        self.router.set_service((), (PORT,))
        self.listeners.set_service(PORT.id, [self.router])

    def listen(self, address: Address, service: Answering | Forwarding) -> Listener:
        self.forwarding = cast(Forwarding, service)
        self.address = address
        return self

    def close(self) -> None:
        """As a Listener: nothing is open here."""

    def tally(self) -> Tally:
        return self.router.table({}, {}, 0).services[0].endpoints[0].tally


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_those_that_found_no_target_are_forgotten(bench: Bench) -> None:
    clients = [Address("127.0.0.1", port) for port in range(ENTERING_MAX + 1)]
    for client in clients:
        bench.forwarding.route(client)
        bench.forwarding.on_failed(client, POD)
    bench.forwarding.on_open(clients[0], POD)
    assert bench.tally() == Tally(failed=ENTERING_MAX + 1)
    bench.forwarding.on_open(clients[-1], POD)
    bench.forwarding.on_close(clients[-1], POD, 1, 2)
    assert bench.tally() == Tally(total=1, failed=ENTERING_MAX + 1, bytes_in=1, bytes_out=2)


def test_a_connection_that_outlives_its_service_is_not_counted_to_the_next(bench: Bench) -> None:
    client, forwarding = Address("127.0.0.1", 1), bench.forwarding
    forwarding.route(client)
    forwarding.on_open(client, POD)
    bench.router.set_service((PORT.id,), ())
    forwarding.on_close(client, POD, 10, 20)
    bench.set_service()
    assert bench.tally() == Tally()
