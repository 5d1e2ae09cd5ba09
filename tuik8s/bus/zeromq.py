"""The bus between processes: ZeroMQ sockets fed to the event loop of a live driver.

    client: DEALER (requests), SUB (events)      server: ROUTER, XPUB
    ipc:// in a directory that only the owner enters; tcp:// only with CURVE (`bus.zeromq_curve`)

High-water marks, and what happens there: a full DEALER refuses a request (`send` is False, the
client tries again); ROUTER drops replies to a peer that is gone or does not read (the client asks
again); XPUB drops events of a subscriber that does not read, who finds the gap by its sequence
numbers and lists again. So nobody holds up the server or makes it grow.

Link rules are applied at the client's end, in both directions.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec
import zmq

from tuik8s.bus.base import Frames
from tuik8s.bus.frames import join_event, split_event
from tuik8s.bus.subscriptions import PrefixTable
from tuik8s.bus.zeromq_curve import ClientKeys, CurveGate, ServerKeys
from tuik8s.bus.zeromq_socket import Context, SocketReader, new_socket
from tuik8s.world.links import Lines
from tuik8s.world.live import LiveDriver
from tuik8s.world.rng import from_system

SERVER_PARTY: Final = "apiserver"
EVENTS_HIGH_WATER: Final = 10_000
REQUESTS_HIGH_WATER: Final = 10_000
REQUEST_BYTES_MAX: Final = 16 << 20


class BusAddress(msgspec.Struct, frozen=True):
    """Where the server's two sockets are; server_key (CURVE, Z85) is needed for tcp."""

    requests: str
    events: str
    server_key: str = ""


def ipc_address(directory: str | os.PathLike[str]) -> BusAddress:
    """The address in a directory, which is made for its owner alone when it is not there."""
    path = os.fspath(directory)
    os.makedirs(path, mode=0o700, exist_ok=True)
    os.chmod(path, 0o700)
    longest = os.path.join(path, "requests.ipc")
    assert len(longest) < 104, f"{longest} is too long for a socket: choose a shorter directory"
    return BusAddress(f"ipc://{longest}", f"ipc://{os.path.join(path, 'events.ipc')}")


def _ignore(frames: Frames) -> None:
    """Before an owner sets its callbacks."""


def _ignore_request(peer: str, frames: Frames) -> None:
    """See `_ignore`."""


def _ignore_subscription(topic: bytes) -> None:
    """See `_ignore`."""


class ZeroMqClient:
    """One party's end (see `bus.base.ClientTransport`)."""

    def __init__(
        self,
        driver: LiveDriver,
        context: Context,
        address: BusAddress,
        party: str,
        identity: str,
        keys: ClientKeys | None = None,
        *,
        events_high_water: int = EVENTS_HIGH_WATER,
    ) -> None:
        self.identity = identity
        self.party = party
        self.on_reply: Callable[[Frames], None] = _ignore
        self.on_event: Callable[[Frames], None] = _ignore
        self._driver = driver
        self._lines = Lines(driver.links, from_system())
        self._closed = False
        self._requests = new_socket(context, zmq.DEALER, REQUESTS_HIGH_WATER)
        self._requests.set(zmq.ROUTING_ID, f"{identity}#{os.urandom(6).hex()}".encode())
        self._events = new_socket(context, zmq.SUB, events_high_water)
        for socket, endpoint in (
            (self._requests, address.requests),
            (self._events, address.events),
        ):
            if keys is not None and not _is_private(endpoint):
                keys.apply(socket, address.server_key)
            _check_endpoint(endpoint, keys is not None)
            socket.connect(endpoint)
        self._replies = SocketReader(driver, self._requests, self._take_reply, self._requests.recv)
        self._feed = SocketReader(driver, self._events, self._take_event, self._events.recv)

    def send(self, frames: Frames) -> bool:
        assert len(frames) == 1, f"a request is one frame, not {len(frames)}"
        if self._closed:
            return False
        if not self._lines.disturbed:
            return self._send_now(frames)
        now_ms = self._driver.now_ms()
        for at_ms in self._lines.arrivals(self.party, SERVER_PARTY, now_ms):
            if at_ms <= now_ms:
                self._send_now(frames)
            else:
                self._driver.schedule(at_ms, partial(self._send_late, frames))
        return True

    def subscribe(self, topic: bytes) -> None:
        self._events.set(zmq.SUBSCRIBE, topic)

    def unsubscribe(self, topic: bytes) -> None:
        if not self._closed:
            self._events.set(zmq.UNSUBSCRIBE, topic)

    def close(self) -> None:
        self._closed = True
        self._replies.close()
        self._feed.close()

    def _send_now(self, frames: Frames) -> bool:
        try:
            self._requests.send(frames[0], zmq.NOBLOCK)
        except zmq.Again:
            return False
        self._replies.check()
        return True

    def _send_late(self, frames: Frames) -> None:
        if not self._closed:
            self._send_now(frames)

    def _take_reply(self, message: bytes) -> None:
        frames = (message,)
        if self._lines.disturbed:
            self._take_disturbed(frames, self._pass_reply)
        else:
            self.on_reply(frames)

    def _take_event(self, message: bytes) -> None:
        frames = split_event(message)
        if self._lines.disturbed:
            self._take_disturbed(frames, self._pass_event)
        else:
            self.on_event(frames)

    def _take_disturbed(self, frames: Frames, call: Callable[[Frames], None]) -> None:
        now_ms = self._driver.now_ms()
        for at_ms in self._lines.arrivals(SERVER_PARTY, self.party, now_ms):
            if at_ms <= now_ms:
                call(frames)
            else:
                self._driver.schedule(at_ms, partial(call, frames))

    def _pass_reply(self, frames: Frames) -> None:
        if not self._closed:
            self.on_reply(frames)

    def _pass_event(self, frames: Frames) -> None:
        if not self._closed:
            self.on_event(frames)


class ZeroMqServer:
    """The API server's end (see `bus.base.ServerTransport`).

    With keys it listens to listed clients alone, each under the identities that the list gives it.
    """

    def __init__(
        self,
        driver: LiveDriver,
        context: Context,
        addresses: tuple[BusAddress, ...],
        keys: ServerKeys | None = None,
        *,
        events_high_water: int = EVENTS_HIGH_WATER,
    ) -> None:
        self.on_request: Callable[[str, Frames], None] = _ignore_request
        self.on_subscribe: Callable[[bytes], None] = _ignore_subscription
        self.refused_count = 0
        self.dropped_count = 0
        self._topics: PrefixTable[None] = PrefixTable()
        self._gate = CurveGate(driver, context, keys) if keys is not None else None
        self._router = new_socket(context, zmq.ROUTER, REQUESTS_HIGH_WATER)
        self._router.set(zmq.ROUTER_HANDOVER, 1)
        self._router.set(zmq.MAXMSGSIZE, REQUEST_BYTES_MAX)
        self._publisher = new_socket(context, zmq.XPUB, events_high_water)
        self._publisher.set(zmq.XPUB_VERBOSER, 1)
        self._publisher.set(zmq.MAXMSGSIZE, REQUEST_BYTES_MAX)
        self._bind(addresses, keys)
        receive = partial(self._gate.receive, self._router) if self._gate is not None else None
        self._requests = SocketReader(driver, self._router, self._take_request, receive)
        self._subscriptions = SocketReader(driver, self._publisher, self._take_subscription)

    def reply(self, peer: str, frames: Frames) -> None:
        try:
            self._router.send_multipart((peer.encode(), *frames), zmq.NOBLOCK)
        except zmq.Again:
            self.dropped_count += 1
        self._requests.check()

    def publish(self, frames: Frames) -> None:
        self._publisher.send(join_event(frames), zmq.NOBLOCK)
        self._subscriptions.check()

    def subscribed(self, topic: bytes) -> bool:
        return bool(self._topics.match(topic))

    def close(self) -> None:
        self._requests.close()
        self._subscriptions.close()
        if self._gate is not None:
            self._gate.close()

    def _bind(self, addresses: tuple[BusAddress, ...], keys: ServerKeys | None) -> None:
        """Bind what is private first: keys hold for what is bound after they were set."""
        for address in sorted(addresses, key=lambda entry: not _is_private(entry.requests)):
            pairs = ((self._router, address.requests), (self._publisher, address.events))
            for socket, endpoint in pairs:
                _check_endpoint(endpoint, keys is not None)
                if keys is not None and not _is_private(endpoint):
                    keys.apply(socket)
                socket.bind(endpoint)

    def _take_request(self, frames: list[bytes]) -> None:
        if len(frames) < 2:
            self.refused_count += 1
            return
        self.on_request(frames[0].decode(errors="replace"), frames[1:])

    def _take_subscription(self, frames: list[bytes]) -> None:
        message = frames[0]
        if message[:1] == b"\x01":
            self._topics.add(message[1:], None)
            self.on_subscribe(message[1:])
        elif message[:1] == b"\x00":
            self._topics.remove(message[1:], None)


def _is_private(endpoint: str) -> bool:
    return endpoint.startswith(("ipc://", "inproc://"))


def _check_endpoint(endpoint: str, has_keys: bool) -> None:
    allowed = _is_private(endpoint) or has_keys
    assert allowed, f"{endpoint} refused: beyond this user's own files the bus needs CURVE keys"
