"""Connections that leave HTTP: which protocol a client offers, and the bytes after the 101.

request head -> offered() -> Request.upgrade ... Answer(101) -> take_over() -> a Carrier
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from tuik8s.components.apiserver.options import Query, flag
from tuik8s.components.apiserver.remote_session import RemoteSession
from tuik8s.components.apiserver.upgrades import spdy_streams
from tuik8s.components.apiserver.upgrades.base import Carrier
from tuik8s.components.apiserver.upgrades.channels import PROTOCOLS, Channels
from tuik8s.components.apiserver.upgrades.spdy_streams import SpdyStreams
from tuik8s.components.apiserver.upgrades.websocket import accept_key

if TYPE_CHECKING:
    from tuik8s.components.apiserver.http import Protocol as HttpProtocol

LINGER_S: Final = 5.0
"""How long a client may take to close a connection over which all has been said."""
SPDY: Final = "SPDY/3.1"
_BACKLOG_BYTES_MAX: Final = 32 << 20
Headers = Sequence[tuple[bytes, bytes]]


def offered(headers: Headers) -> str:
    """The protocol that we would speak: a WebSocket subprotocol, SPDY/3.1, or "" for none."""
    upgrade = b",".join(_all(headers, b"upgrade")).lower()
    if b"upgrade" not in b",".join(_all(headers, b"connection")).lower():
        return ""
    if b"websocket" in upgrade:
        if not _all(headers, b"sec-websocket-key"):
            return ""
        names = {
            each.strip() for each in b",".join(_all(headers, b"sec-websocket-protocol")).split(b",")
        }
        return next((name for name in PROTOCOLS if name.encode() in names), "")
    return SPDY if SPDY.lower().encode() in upgrade else ""


def _all(headers: Headers, name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]


def _switching(protocol: str, headers: Headers) -> bytes:
    lines = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade"]
    if protocol == SPDY:
        lines += ["Upgrade: SPDY/3.1", f"X-Stream-Protocol-Version: {spdy_streams.PROTOCOL}"]
    else:
        key = _all(headers, b"sec-websocket-key")[0]
        lines += ["Upgrade: websocket", f"Sec-WebSocket-Accept: {accept_key(key).decode()}"]
        lines += [f"Sec-WebSocket-Protocol: {protocol}"]
    return "\r\n".join([*lines, "", ""]).encode()


class _Upgraded(asyncio.Protocol):
    """The connection after the 101."""

    def __init__(self, before: HttpProtocol, session: RemoteSession) -> None:
        self.ended = asyncio.Event()
        self.carrier: Carrier | None = None
        self.transport: asyncio.Transport = before.transport
        self._before = before
        self._session = session
        self._linger: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        try:
            if self.carrier is not None:
                self.carrier.receive(data)
        except ValueError:  # what came is not the protocol that was agreed on
            self._session.close()
            self.transport.abort()

    def write(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > _BACKLOG_BYTES_MAX:  # the client does not read
            self._session.close()
            self.transport.abort()
            return
        self.transport.write(data)

    def hang_up(self) -> None:
        self.transport.close()

    def linger(self) -> None:
        """All has been said: the client closes, or we do."""
        loop = asyncio.get_running_loop()
        self._linger = loop.call_later(LINGER_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._linger is not None:
            self._linger.cancel()
        self._session.close()
        self._before.connection_lost(exc)
        self.ended.set()


async def take_over(
    scope: dict[str, Any], session: RemoteSession, upgrade: str, query: Query
) -> None:
    """Speak the protocol on the connection of a request until it ends."""
    before = cast("HttpProtocol", scope["tuik8s"])
    upgraded = _Upgraded(before, session)
    if upgrade == SPDY:
        upgraded.carrier = SpdyStreams(session, _wanted(query), upgraded.write, upgraded.hang_up)
    else:
        upgraded.carrier = Channels(session, upgraded.write, upgraded.hang_up)
    if before.transport.is_closing():
        session.close()
        return
    before.transport.set_protocol(upgraded)
    before.transport.write(_switching(upgrade, scope["headers"]))
    before.transport.resume_reading()
    session.on_end = upgraded.linger
    session.start()
    await upgraded.ended.wait()


def _wanted(query: Query) -> frozenset[str]:
    """The streams that a client opens who asks so."""
    has_terminal = bool(flag(query, "tty"))
    names = {name for name in ("stdin", "stdout", "stderr") if flag(query, name)}
    if has_terminal:
        names = (names - {"stderr"}) | {"resize"}
    return frozenset(names | {"error"})
