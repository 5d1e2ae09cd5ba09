"""The data plane of a simulated world: a table of listeners, a connection is a function call.

Several forwarding listeners may share an address, as with SO_REUSEPORT: the seed draws the one at
which a connection enters. A listener of a paused process lets a connection in and never answers
(`NoAnswer`); one of a dead process is gone (`Refused`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from tuik8s.world.base import Rng
from tuik8s.world.heap import Gate
from tuik8s.world.links import LinkRules
from tuik8s.world.network import (
    Address,
    AddressTaken,
    Answering,
    Forwarding,
    HttpAnswer,
    HttpRequest,
    Refused,
)

FIRST_FREE_PORT: Final = 32768
HOPS_MAX: Final = 8
"""A forwarder may reach another one; more hops than this is a loop."""


class NoAnswer(Refused):
    """The connection was taken, but nothing comes back (paused process, cut link)."""


@dataclass(slots=True, eq=False)
class SimulatedListener:
    """An entry of the table."""

    address: Address
    service: Answering | Forwarding
    party: str
    gate: Gate
    table: NetworkTable

    def close(self) -> None:
        self.table.remove(self)


class NetworkTable:
    """All listeners of a simulation."""

    def __init__(self, rng: Rng, links: LinkRules) -> None:
        self._rng = rng
        self._links = links
        self._listeners: dict[tuple[Address, bool], list[SimulatedListener]] = {}
        self._next_port = FIRST_FREE_PORT

    def listen(
        self, party: str, gate: Gate, address: Address, service: Answering | Forwarding
    ) -> SimulatedListener:
        udp = isinstance(service, Forwarding) and service.udp
        if address.port == 0:
            address = self._free(address.host, udp)
        there = self._listeners.setdefault((address, udp), [])
        shared = isinstance(service, Forwarding) and all(
            isinstance(other.service, Forwarding) and other.party != party for other in there
        )
        if there and not shared:
            owner = there[0].party
            raise AddressTaken(f"{address} is taken by {owner}: choose another port or stop it")
        listener = SimulatedListener(address, service, party, gate, self)
        there.append(listener)
        return listener

    def remove(self, listener: SimulatedListener) -> None:
        udp = isinstance(listener.service, Forwarding) and listener.service.udp
        there = self._listeners.get((listener.address, udp), [])
        if listener in there:
            there.remove(listener)
        if not there:
            self._listeners.pop((listener.address, udp), None)

    def drop(self, party: str) -> None:
        """Forget the listeners of a dead process."""
        for there in list(self._listeners.values()):
            for listener in [entry for entry in there if entry.party == party]:
                self.remove(listener)

    def connect(
        self, client: Address, to: Address, request: HttpRequest, party: str = "client"
    ) -> HttpAnswer:
        """Send an HTTP request to an address. Raises Refused (NoAnswer when nothing came back)."""
        return self._connect(client, to, request, party, 0)

    def _connect(
        self, client: Address, to: Address, request: HttpRequest, party: str, hops: int
    ) -> HttpAnswer:
        there = self._listeners.get((to, False))
        if not there:
            raise Refused(f"nobody listens on {to}")
        if hops > HOPS_MAX:
            raise NoAnswer(f"{to} forwards in a circle")
        listener = there[0] if len(there) == 1 else self._rng.pick(there)
        effect = self._links.effect(party, listener.party)
        if listener.gate.closed or (effect is not None and effect.cut):
            raise NoAnswer(f"{listener.party} at {to} does not answer")
        if isinstance(listener.service, Answering):
            return listener.service.answer(request)
        return self._forward(listener, listener.service, client, request, hops)

    def _forward(
        self,
        listener: SimulatedListener,
        service: Forwarding,
        client: Address,
        request: HttpRequest,
        hops: int,
    ) -> HttpAnswer:
        for target in service.route(client):
            if (target, False) not in self._listeners:
                service.on_failed(client, target)
                continue
            service.on_open(client, target)
            sent, got = len(request.body), 0
            try:
                answer = self._connect(client, target, request, listener.party, hops + 1)
                got = len(answer.body)
                wait_ms = service.wait_ms(client, target)
                return replace(answer, delay_ms=answer.delay_ms + wait_ms) if wait_ms else answer
            finally:
                service.on_close(client, target, sent, got)
        if service.silent_ms(client):
            raise NoAnswer(f"what was sent to {listener.address} is lost")
        raise Refused(f"{listener.address} had nobody to forward to")

    def _free(self, host: str, udp: bool) -> Address:
        while (Address(host, self._next_port), udp) in self._listeners:
            self._next_port += 1
        self._next_port += 1
        return Address(host, self._next_port - 1)


class SimulatedNetwork:
    """The network of one party (see `world.network.Network`)."""

    __slots__ = ("_gate", "_party", "_table")

    def __init__(self, table: NetworkTable, party: str, gate: Gate) -> None:
        self._table = table
        self._party = party
        self._gate = gate

    def listen(self, address: Address, service: Answering | Forwarding) -> SimulatedListener:
        return self._table.listen(self._party, self._gate, address, service)

    def connect(self, client: Address, to: Address, request: HttpRequest) -> HttpAnswer:
        """Send an HTTP request as this party. Raises Refused."""
        return self._table.connect(client, to, request, self._party)
