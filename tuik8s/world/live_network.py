"""The real data plane: listeners on loopback addresses, real bytes, on the loop of a live driver.

Only loopback addresses are bound unless the owner of the cluster asked for more. Sockets are bound
before `listen` returns, so a taken address is an error at once; connections that come in the moment
before the loop accepts wait in the backlog.

A port below 1024 that this user may not bind moves to 30000 above it (the same on every node, so
that forwarders go on sharing it), else to a free one; where a system has only 127.0.0.1 (macOS) the
listener moves to a free port of that. `Listener.address` tells.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from functools import partial
from ipaddress import ip_address
from typing import Final

from tuik8s.world.base import World
from tuik8s.world.live import LiveDriver
from tuik8s.world.live_forwarder import ForwardedTcp, forwarded_tcp
from tuik8s.world.live_http import AnsweredHttp
from tuik8s.world.live_udp import UdpForwarder
from tuik8s.world.network import Address, AddressTaken, Answering, Forwarding
from tuik8s.world.virtual import VirtualAddresses

BACKLOG: Final = 512
MOVED_BY: Final = 30_000
PRIVILEGED_BELOW: Final = 1024


class LiveListener:
    """An open listener with its connections."""

    def __init__(self, address: Address, bound: socket.socket) -> None:
        self.address = address
        self.connections: set[AnsweredHttp | ForwardedTcp] = set()
        self._socket = bound
        self._server: asyncio.AbstractServer | None = None
        self._datagrams: UdpForwarder | None = None
        self._closed = False

    def close(self) -> None:
        self._closed = True
        if self._datagrams is not None:
            self._datagrams.close()
            self._socket.close()
        if self._server is not None:  # The loop owns the socket; else `accept` is on its way.
            self._server.close()
        for connection in list(self.connections):
            connection.abort()

    async def accept(self, driver: LiveDriver, make: object) -> None:
        """Let the loop accept connections on the bound socket."""
        assert callable(make), "a protocol factory is needed"
        if self._socket.family == socket.AF_UNIX:
            server = await driver.loop.create_unix_server(make, sock=self._socket, backlog=BACKLOG)
        else:
            server = await driver.loop.create_server(make, sock=self._socket, backlog=BACKLOG)
        if self._closed:
            server.close()
        self._server = server

    def take_datagrams(self, datagrams: UdpForwarder) -> None:
        self._datagrams = datagrams


class LiveNetwork:
    """See `world.network.Network`."""

    def __init__(
        self, driver: LiveDriver, world: World, *, allow_any_address: bool = False
    ) -> None:
        self._driver = driver
        self._world = world
        self._allow_any_address = allow_any_address
        self._accepting: set[asyncio.Task[None]] = set()
        """Tasks that are to run; the loop itself holds them only weakly."""

    def listen(self, address: Address, service: Answering | Forwarding) -> LiveListener:
        virtual = self._driver.virtual
        if virtual is not None and not self._allow_any_address and virtual.covers(address.host):
            return self._listen_virtual(virtual, address, service)
        if not self._allow_any_address and not ip_address(address.host).is_loopback:
            raise AddressTaken(f"{address} refused: only loopback addresses are bound here")
        udp = isinstance(service, Forwarding) and service.udp
        bound = _bind(address, isinstance(service, Forwarding), udp)
        host, port = bound.getsockname()[:2]
        listener = LiveListener(Address(host, port), bound)
        if isinstance(service, Answering):
            make = partial(AnsweredHttp, service, self._driver, self._world, listener.connections)
            self._accept(listener, make)
        elif udp:
            listener.take_datagrams(UdpForwarder(self._driver, self._world, bound, service))
        else:
            self._accept(listener, forwarded_tcp(self._driver, service, listener.connections))
        return listener

    def _listen_virtual(
        self, virtual: VirtualAddresses, address: Address, service: Answering | Forwarding
    ) -> LiveListener:
        if not isinstance(service, Answering):
            raise AddressTaken(f"{address} refused: no interface has it, nothing can be forwarded")
        virtual.clear(address)
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        bound.setblocking(False)
        try:
            bound.bind(virtual.path(address))
        except OSError as error:  # the path may be too long for a socket
            bound.close()
            raise AddressTaken(f"{address} cannot be bound: {error}") from error
        bound.listen(BACKLOG)
        listener = LiveListener(address, bound)
        make = partial(AnsweredHttp, service, self._driver, self._world, listener.connections)
        self._accept(listener, make)
        return listener

    def _accept(self, listener: LiveListener, make: object) -> None:
        task = self._driver.loop.create_task(listener.accept(self._driver, make))
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)


def _bind(address: Address, shared: bool, udp: bool) -> socket.socket:
    """A bound, listening socket at the address or where it has to move to. Raises AddressTaken."""
    error: OSError | None = None
    for candidate in _candidates(address):
        try:
            return _bind_exactly(candidate, shared, udp)
        except OSError as refused:
            error = error or refused
            if refused.errno not in (errno.EACCES, errno.EADDRNOTAVAIL) and candidate == address:
                break
    raise AddressTaken(f"{address} cannot be bound: {error}; free it or choose another port")


def _candidates(address: Address) -> list[Address]:
    host, port = address
    out = [address]
    if 0 < port < PRIVILEGED_BELOW:
        out += [Address(host, port + MOVED_BY), Address(host, 0)]
    if ip_address(host).is_loopback and host != "127.0.0.1":
        out.append(Address("127.0.0.1", 0))
    return out


def _bind_exactly(address: Address, shared: bool, udp: bool) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
    try:
        bound.setblocking(False)
        if not udp:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(address)
        if not udp:
            bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound
