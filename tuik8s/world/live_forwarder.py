"""A forwarded TCP connection: two protocols that hand each other what they receive.

    client <-> ForwardedTcp <-> Target <-> pod

Both directions have back-pressure (a full side stops the reading of the other) and half-close (the
end of one direction is passed on, the other goes on). A target that refuses, or does not accept in
time, is reported, and the next one of the route is tried; without one left the client is cut off.
A connection that a fault loses is left without an answer for as long as a system would try.
The work per connection does not depend on how many services there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, cast

from tuik8s.world.base import Timer
from tuik8s.world.live import LiveDriver
from tuik8s.world.network import Address, Forwarding

CONNECT_TIMEOUT_S: Final = 3.0
"""Real seconds: sockets know no other."""


class Half(asyncio.Protocol):
    """One side of a forwarded connection; `other` is the side that it hands its bytes to."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: Half | None = None
        self.received_bytes = 0
        self.ended = False
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        other = self.other
        if other is None:
            self._early.append(data)
            if self.transport is not None and self.transport.is_reading():
                self.transport.pause_reading()
        elif other.transport is not None:
            other.transport.write(data)

    def join(self, other: Half) -> None:
        """Hand everything to other from now on, beginning with what came too early."""
        self.other = other
        if other.transport is not None:
            other.transport.writelines(self._early)
            if self.ended:
                other.transport.write_eof()
        self._early.clear()
        if self.transport is not None and not self.ended:
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        """Pass the end on; keep our side open until the other direction has ended, too."""
        self.ended = True
        other = self.other
        if other is None:
            return True
        if other.transport is None or other.ended:
            return False
        if other.transport.can_write_eof():
            other.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        other = self.other
        if other is not None and other.transport is not None:
            other.transport.pause_reading()

    def resume_writing(self) -> None:
        other = self.other
        if other is not None and other.transport is not None and not other.ended:
            other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        other = self.other
        if other is not None and other.transport is not None:
            if exc is None:
                other.transport.close()
            else:
                other.transport.abort()
        self.on_lost()

    def on_lost(self) -> None:
        """This side is gone."""

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class Target(Half):
    """The side towards the pod."""


class ForwardedTcp(Half):
    """The side towards the client; it finds the target."""

    def __init__(self, driver: LiveDriver, service: Forwarding, connections: set[Any]) -> None:
        super().__init__()
        self._driver = driver
        self._service = service
        self._connections = connections
        self._client = Address("", 0)
        self._target: Address | None = None
        self._dialling: asyncio.Task[None] | None = None
        self._silence: Timer | None = None
        """Runs while the connection is lost: what comes goes nowhere."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connections.add(self)
        peer = transport.get_extra_info("peername")
        if peer is None:  # it hung up before it was accepted
            self.abort()
            return
        self._client = Address(*peer[:2])
        self._driver.guarded(self._begin)()

    def _begin(self) -> None:
        targets = self._service.route(self._client)
        silent_ms = 0 if targets else self._service.silent_ms(self._client)
        if targets:
            self._dialling = self._driver.loop.create_task(self._dial(targets))
        elif silent_ms:
            self._silence = self._driver.schedule(self._driver.now_ms() + silent_ms, self.abort)
        else:
            self.abort()

    def data_received(self, data: bytes) -> None:
        if self._silence is None:
            super().data_received(data)

    def eof_received(self) -> bool:
        return super().eof_received() if self._silence is None else False

    async def _dial(self, targets: tuple[Address, ...]) -> None:
        for target in targets:
            await self._wait(self._service.wait_ms(self._client, target))
            try:
                connecting = self._connect(target)
                _, half = await asyncio.wait_for(connecting, CONNECT_TIMEOUT_S)
            except (OSError, TimeoutError):
                self._driver.guarded(self._service.on_failed)(self._client, target)
                continue
            if self.transport is None:
                half.abort()
                return
            self._target = target
            self._driver.guarded(self._service.on_open)(self._client, target)
            self.join(half)
            return
        self.abort()

    async def _wait(self, wait_ms: int) -> None:
        """Let so much of the cluster's time pass."""
        if wait_ms:
            over = self._driver.loop.create_future()
            self._driver.schedule(self._driver.now_ms() + wait_ms, lambda: over.set_result(None))
            await over

    def _connect(self, target: Address) -> Coroutine[Any, Any, tuple[Any, Target]]:
        loop, virtual = self._driver.loop, self._driver.virtual
        if self._service.outside:
            virtual = None
        if virtual is not None and virtual.covers(target.host):
            return loop.create_unix_connection(self._new_half, virtual.path(target))
        return loop.create_connection(self._new_half, *target)

    def _new_half(self) -> Target:
        half = Target()
        half.other = self
        return half

    def on_lost(self) -> None:
        self._connections.discard(self)
        if self._silence is not None:
            self._silence.cancel()
        target, self._target = self._target, None
        if target is not None and self.other is not None:
            sent, got = self.received_bytes, self.other.received_bytes
            self._driver.guarded(self._service.on_close)(self._client, target, sent, got)


def forwarded_tcp(
    driver: LiveDriver, service: Forwarding, connections: set[Any]
) -> Callable[[], ForwardedTcp]:
    """The protocol factory of a forwarding listener."""
    return lambda: ForwardedTcp(driver, service, connections)
