"""The bus inside one simulated world: frames are heap events that the link rules may touch.

    MemoryClient --send--> heap (latency, links) --> MemoryServer.on_request
    MemoryServer --publish--> PrefixTable --> one heap event for all undisturbed subscribers

It behaves as ZeroMQ does: links keep their order unless a rule reorders; requests sent while there
is no server wait for one; subscriptions outlive a server; a queue that is full refuses requests
(`send` is False) and silently misses events and replies.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from tuik8s.bus.base import Frames
from tuik8s.bus.subscriptions import PrefixTable
from tuik8s.world.base import Rng
from tuik8s.world.heap import EventHeap, Gate
from tuik8s.world.links import Lines, LinkRules

HIGH_WATER_MARK: Final = 10_000
"""Frames that wait for a paused party; what comes on top is dropped, as ZeroMQ does."""


def _ignore(frames: Frames) -> None:
    """Before an owner sets its callbacks, and after close."""


def _ignore_request(peer: str, frames: Frames) -> None:
    """See `_ignore`."""


def _ignore_subscription(topic: bytes) -> None:
    """See `_ignore`."""


class MemoryClient:
    """One party's end (see `bus.base.ClientTransport`)."""

    __slots__ = (
        "_bus",
        "closed",
        "gate",
        "identity",
        "missed_count",
        "on_event",
        "on_reply",
        "party",
        "peer",
    )

    def __init__(self, bus: MemoryBus, party: str, identity: str, gate: Gate, peer: str) -> None:
        self._bus = bus
        self.party = party
        self.identity = identity
        self.gate = gate
        self.peer = peer
        self.closed = False
        self.missed_count = 0
        self.on_reply: Callable[[Frames], None] = _ignore
        self.on_event: Callable[[Frames], None] = _ignore

    def send(self, frames: Frames) -> bool:
        return not self.closed and self._bus.send(self, frames)

    def subscribe(self, topic: bytes) -> None:
        self._bus.subscribe(self, topic)

    def unsubscribe(self, topic: bytes) -> None:
        self._bus.subscriptions.remove(topic, self)

    def close(self) -> None:
        self.closed = True
        self.on_reply = self.on_event = _ignore
        self._bus.forget(self)

    def receive_reply(self, frames: Frames) -> None:
        self.on_reply(frames)

    def receive_event(self, frames: Frames) -> None:
        self.on_event(frames)


class MemoryServer:
    """The API server's end (see `bus.base.ServerTransport`)."""

    __slots__ = ("_bus", "gate", "on_request", "on_subscribe", "party")

    def __init__(self, bus: MemoryBus, party: str, gate: Gate) -> None:
        self._bus = bus
        self.party = party
        self.gate = gate
        self.on_request: Callable[[str, Frames], None] = _ignore_request
        self.on_subscribe: Callable[[bytes], None] = _ignore_subscription

    def reply(self, peer: str, frames: Frames) -> None:
        self._bus.reply(self, peer, frames)

    def publish(self, frames: Frames) -> None:
        self._bus.publish(self, frames)

    def subscribed(self, topic: bytes) -> bool:
        return bool(self._bus.subscriptions.match(topic))

    def close(self) -> None:
        self._bus.server_gone(self)

    def receive_request(self, peer: str, frames: Frames) -> None:
        self.on_request(peer, frames)

    def receive_subscription(self, topic: bytes) -> None:
        self.on_subscribe(topic)


class MemoryBus:
    """All ends of a simulation."""

    def __init__(self, heap: EventHeap, links: LinkRules, rng: Rng, latency_ms: int = 1) -> None:
        self.latency_ms = latency_ms
        self.subscriptions: PrefixTable[MemoryClient] = PrefixTable()
        self._heap = heap
        self._lines = Lines(links, rng)
        self._server: MemoryServer | None = None
        self._clients: dict[str, MemoryClient] = {}
        self._waiting: list[tuple[MemoryClient, Frames]] = []
        self._dialled_count = 0

    def dial(self, party: str, identity: str, gate: Gate) -> MemoryClient:
        self._dialled_count += 1
        peer = f"{identity}#{self._dialled_count}"
        client = self._clients[peer] = MemoryClient(self, party, identity, gate, peer)
        return client

    def serve(self, party: str, gate: Gate) -> MemoryServer:
        """A new server; it hears of what is subscribed already and of requests that waited."""
        server = self._server = MemoryServer(self, party, gate)
        at_ms = self._heap.now_ms + self.latency_ms
        for topic in self.subscriptions.prefixes():
            self._heap.schedule(at_ms, partial(server.receive_subscription, topic), gate)
        waiting, self._waiting = self._waiting, []
        for client, frames in waiting:
            self.send(client, frames)
        return server

    def send(self, client: MemoryClient, frames: Frames) -> bool:
        server = self._server
        if server is None:
            if len(self._waiting) < HIGH_WATER_MARK:
                self._waiting.append((client, frames))
                return True
            return False
        if server.gate.closed and len(server.gate.held) >= HIGH_WATER_MARK:
            return False
        call = partial(server.receive_request, client.peer, frames)
        for at_ms in self._arrivals(client.party, server.party, client.gate):
            self._heap.schedule(at_ms, call, server.gate)
        return True

    def reply(self, server: MemoryServer, peer: str, frames: Frames) -> None:
        client = self._clients.get(peer)
        if client is None or (client.gate.closed and len(client.gate.held) >= HIGH_WATER_MARK):
            return
        call = partial(client.receive_reply, frames)
        for at_ms in self._arrivals(server.party, client.party, server.gate):
            self._heap.schedule(at_ms, call, client.gate)

    def publish(self, server: MemoryServer, frames: Frames) -> None:
        receivers: list[MemoryClient] | dict[MemoryClient, int]
        receivers = self.subscriptions.match(frames[0])
        if not receivers:
            return
        soonest_ms = self._soonest_ms(server.gate)
        if self._lines.disturbed:
            receivers = self._publish_disturbed(server, frames, list(receivers), soonest_ms)
        self._heap.schedule(soonest_ms, partial(self._fan_out, tuple(receivers), frames))

    def _publish_disturbed(
        self, server: MemoryServer, frames: Frames, receivers: list[MemoryClient], soonest_ms: int
    ) -> list[MemoryClient]:
        """Send to those behind a rule one by one; what is left gets the frame the usual way."""
        undisturbed = []
        for client in receivers:
            arrivals = self._arrivals(server.party, client.party, server.gate)
            if arrivals == (soonest_ms,):
                undisturbed.append(client)
                continue
            for at_ms in arrivals:
                self._heap.schedule(at_ms, partial(self._fan_out, (client,), frames))
        return undisturbed

    def subscribe(self, client: MemoryClient, topic: bytes) -> None:
        self.subscriptions.add(topic, client)
        server = self._server
        if server is not None:
            at_ms = self._heap.now_ms + self.latency_ms
            self._heap.schedule(at_ms, partial(server.receive_subscription, topic), server.gate)

    def drop(self, party: str) -> None:
        """The ends of a dead party are gone; what it sent is still on its way."""
        for client in [entry for entry in self._clients.values() if entry.party == party]:
            client.close()
        if self._server is not None and self._server.party == party:
            self._server = None

    def forget(self, client: MemoryClient) -> None:
        self.subscriptions.drop(client)
        self._clients.pop(client.peer, None)
        self._waiting = [entry for entry in self._waiting if entry[0] is not client]

    def server_gone(self, server: MemoryServer) -> None:
        if self._server is server:
            self._server = None

    def _fan_out(self, receivers: tuple[MemoryClient, ...], frames: Frames) -> None:
        for client in receivers:
            gate = client.gate
            if not gate.closed:
                client.on_event(frames)
            elif len(gate.held) < HIGH_WATER_MARK:
                self._heap.schedule(0, partial(client.receive_event, frames), gate)
            else:
                client.missed_count += 1

    def _soonest_ms(self, sender: Gate) -> int:
        """When a frame arrives at the earliest: it is sent when its sender's turn is over."""
        return max(self._heap.now_ms, sender.busy_until_ms) + self.latency_ms

    def _arrivals(self, sender: str, receiver: str, gate: Gate) -> tuple[int, ...]:
        soonest_ms = self._soonest_ms(gate)
        if not self._lines.disturbed:
            return (soonest_ms,)
        return self._lines.arrivals(sender, receiver, soonest_ms)
