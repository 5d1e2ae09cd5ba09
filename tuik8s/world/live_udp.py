"""Forwarded datagrams: a flow per client address, each with its own socket to its target.

A flow ends after a time without datagrams, in cluster time. A target whose port is closed answers
with an ICMP error, which reaches us as a refused call: it is reported, and the flow is forgotten,
so that the client's next datagram is routed anew.

Source: kube-proxy's userspace mode (pkg/proxy/userspace, removed in 1.26): udp idle timeout. Ours
is longer than its 250 ms, since name servers of a slowed cluster still owe an answer.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

from tuik8s.world.base import World
from tuik8s.world.live import LiveDriver
from tuik8s.world.network import Address, Forwarding

IDLE_MS: Final = 10_000
DATAGRAM_BYTES_MAX: Final = 65_536
PORTION: Final = 100
FLOWS_MAX: Final = 4_096


class _Flow:
    __slots__ = ("client", "got", "sent", "socket", "target", "used_at_ms")

    def __init__(self, client: Address, target: Address, bound: socket.socket) -> None:
        self.client = client
        self.target = target
        self.socket = bound
        self.sent = 0
        self.got = 0
        self.used_at_ms = 0


class UdpForwarder:
    """All flows through one listening socket."""

    def __init__(
        self, driver: LiveDriver, world: World, bound: socket.socket, service: Forwarding
    ) -> None:
        self._loop = driver.loop
        self._driver = driver
        self._world = world
        self._socket = bound
        self._service = service
        self._flows: dict[Address, _Flow] = {}
        self._sweeping = False
        self._loop.add_reader(bound, driver.guarded(self._from_clients))

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        for flow in list(self._flows.values()):
            self._end(flow)

    def _from_clients(self) -> None:
        for _ in range(PORTION):
            try:
                data, peer = self._socket.recvfrom(DATAGRAM_BYTES_MAX)
            except BlockingIOError:
                return
            except OSError:
                continue
            client = Address(*peer[:2])
            flow = self._flows.get(client) or self._open(client)
            if flow is not None:
                self._send(flow, data)

    def _open(self, client: Address) -> _Flow | None:
        targets = self._service.route(client)
        if not targets or len(self._flows) >= FLOWS_MAX:
            return None
        try:
            bound = _connected(targets[0])
        except OSError:  # no way there, or no descriptor left
            self._service.on_failed(client, targets[0])
            return None
        flow = self._flows[client] = _Flow(client, targets[0], bound)
        self._loop.add_reader(bound, self._driver.guarded(self._reader_of(flow)))
        self._service.on_open(client, flow.target)
        if not self._sweeping:
            self._sweeping = True
            self._world.call_after(IDLE_MS, self._sweep)
        return flow

    def _reader_of(self, flow: _Flow) -> Callable[[], None]:
        return lambda: self._from_target(flow)

    def _send(self, flow: _Flow, data: bytes) -> None:
        flow.used_at_ms = self._world.now_ms()
        try:
            flow.socket.send(data)
            flow.sent += len(data)
        except BlockingIOError:
            return
        except OSError:
            self._fail(flow)

    def _from_target(self, flow: _Flow) -> None:
        flow.used_at_ms = self._world.now_ms()
        for _ in range(PORTION):
            try:
                data = flow.socket.recv(DATAGRAM_BYTES_MAX)
            except BlockingIOError:
                return
            except OSError:
                self._fail(flow)
                return
            flow.got += len(data)
            try:
                self._socket.sendto(data, flow.client)
            except BlockingIOError:
                return

    def _fail(self, flow: _Flow) -> None:
        if self._flows.get(flow.client) is flow:
            self._service.on_failed(flow.client, flow.target)
            self._end(flow)

    def _end(self, flow: _Flow) -> None:
        del self._flows[flow.client]
        self._loop.remove_reader(flow.socket)
        flow.socket.close()
        self._service.on_close(flow.client, flow.target, flow.sent, flow.got)

    def _sweep(self) -> None:
        now_ms = self._world.now_ms()
        for flow in list(self._flows.values()):
            if now_ms - flow.used_at_ms >= IDLE_MS:
                self._end(flow)
        self._sweeping = bool(self._flows)
        if self._sweeping:
            self._world.call_after(IDLE_MS, self._sweep)


def _connected(target: Address) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        bound.connect(target)
    except OSError:
        bound.close()
        raise
    return bound
