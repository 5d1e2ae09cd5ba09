"""Connections to ports of pods, as sockets (see `streaming.Pipe`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final, cast

from tuik8s.components.apiserver.effects import Dial, Dialled
from tuik8s.world.live import LiveDriver
from tuik8s.world.network import Address

DIAL_TIMEOUT_MS: Final = 5_000


class LivePipe(asyncio.Protocol):
    """A connected socket."""

    def __init__(self, driver: LiveDriver) -> None:
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_end: Callable[[], None] = lambda: None
        self.on_lost: Callable[[], None] = lambda: None
        self.on_hold: Callable[[bool], None] = lambda is_held: None
        self._driver = driver
        self._transport: asyncio.Transport | None = None

    def start(self) -> None:
        self.hold(False)

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def end(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()

    def hold(self, is_held: bool) -> None:
        if self._transport is None:
            return
        if is_held:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # -- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self._driver.guarded(self.on_data)(data)

    def eof_received(self) -> bool:
        self._driver.guarded(self.on_end)()
        return True

    def pause_writing(self) -> None:
        self._driver.guarded(self.on_hold)(True)

    def resume_writing(self) -> None:
        self._driver.guarded(self.on_hold)(False)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._driver.guarded(self.on_lost)()


async def open_pipe(driver: LiveDriver, effect: Dial) -> Dialled:
    """Connect as the effect says."""
    virtual, loop = driver.virtual, driver.loop
    try:
        if virtual is not None and not effect.is_outside and virtual.covers(effect.host):
            path = virtual.path(Address(effect.host, effect.port))
            return (await loop.create_unix_connection(lambda: LivePipe(driver), path))[1]
        made = await loop.create_connection(lambda: LivePipe(driver), effect.host, effect.port)
        return made[1]
    except OSError as problem:
        return os.strerror(problem.errno).lower() if problem.errno else str(problem)
