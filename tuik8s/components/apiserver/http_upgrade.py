"""Connections that leave HTTP: which protocol a client offers, and the bytes after the 101.

request head -> offered() -> Request.upgrade ... Answer(101) -> take_over() -> a Carrier
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from tuik8s.components.apiserver.options import Query, flag
from tuik8s.components.apiserver.port_forwards import PortForwards
from tuik8s.components.apiserver.remote_session import RemoteSession
from tuik8s.components.apiserver.streaming import Session
from tuik8s.components.apiserver.upgrades import spdy_forwards, spdy_streams
from tuik8s.components.apiserver.upgrades.base import Carrier
from tuik8s.components.apiserver.upgrades.channels import PROTOCOLS, Channels
from tuik8s.components.apiserver.upgrades.port_channels import PortChannels
from tuik8s.components.apiserver.upgrades.spdy_forwards import SpdyForwards
from tuik8s.components.apiserver.upgrades.spdy_streams import SpdyStreams
from tuik8s.components.apiserver.upgrades.tunnel import TUNNEL, Tunnel
from tuik8s.components.apiserver.upgrades.websocket import accept_key

if TYPE_CHECKING:
    from tuik8s.components.apiserver.http import Protocol as HttpProtocol

LINGER_S: Final = 5.0
"""How long a client may take to close a connection over which all has been said."""
ASK_EVERY_S: Final = 10.0
"""How often a client that is not read from is asked whether it is there."""
SPDY: Final = "SPDY/3.1"
PLAIN: Final = "websocket"
"""A WebSocket without a subprotocol, as some clients forward ports."""
PORT_FORWARD: Final = "portforward"
_HIGH_BYTES: Final = 256 << 10
"""What may wait for a client that does not read, before nothing more is asked for."""
_BACKLOG_BYTES_MAX: Final = 32 << 20
Headers = Sequence[tuple[bytes, bytes]]


def offered(headers: Headers, subresource: str) -> str:
    """The protocol that we would speak: a WebSocket subprotocol, SPDY/3.1, or "" for none."""
    upgrade = b",".join(_all(headers, b"upgrade")).lower()
    if b"upgrade" not in b",".join(_all(headers, b"connection")).lower():
        return ""
    if b"websocket" in upgrade:
        if not _all(headers, b"sec-websocket-key"):
            return ""
        text = b",".join(_all(headers, b"sec-websocket-protocol"))
        names = {each.strip() for each in text.split(b",")}
        forwards = subresource == PORT_FORWARD
        if forwards and not text:
            return PLAIN
        known = (TUNNEL, *PROTOCOLS) if forwards else PROTOCOLS
        return next((name for name in known if name.encode() in names), "")
    return SPDY if SPDY.lower().encode() in upgrade else ""


def _all(headers: Headers, name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]


def _switching(protocol: str, headers: Headers, spdy: str) -> bytes:
    """The answer's head. spdy: what SPDY's streams are used for."""
    lines = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade"]
    if protocol == SPDY:
        lines += ["Upgrade: SPDY/3.1", f"X-Stream-Protocol-Version: {spdy}"]
    else:
        key = _all(headers, b"sec-websocket-key")[0]
        lines += ["Upgrade: websocket", f"Sec-WebSocket-Accept: {accept_key(key).decode()}"]
        lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol != PLAIN else []
    return "\r\n".join([*lines, "", ""]).encode()


class _Upgraded(asyncio.Protocol):
    """The connection after the 101."""

    def __init__(self, before: HttpProtocol, session: Session) -> None:
        self.ended = asyncio.Event()
        self.carrier: Carrier | None = None
        self.transport: asyncio.Transport = before.transport
        self._before = before
        self._session = session
        self._linger: asyncio.TimerHandle | None = None
        self._asking: asyncio.TimerHandle | None = None
        self.transport.set_write_buffer_limits(_HIGH_BYTES)

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

    def pause_writing(self) -> None:
        self._session.hold(True)

    def resume_writing(self) -> None:
        self._session.hold(False)

    def hold(self, is_held: bool) -> None:
        """Do not read from the client for now, or again."""
        if is_held:
            self.transport.pause_reading()
            self._ask()
        else:
            self._ask_no_more()
            self.transport.resume_reading()

    def _ask(self) -> None:
        """Whoever is not read from may be gone without our hearing of it."""
        if self.carrier is not None:
            self.carrier.ping()
        self._asking = asyncio.get_running_loop().call_later(ASK_EVERY_S, self._ask)

    def _ask_no_more(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def hang_up(self) -> None:
        self.transport.close()

    def linger(self) -> None:
        """All has been said: the client closes, or we do."""
        loop = asyncio.get_running_loop()
        self._linger = loop.call_later(LINGER_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._linger is not None:
            self._linger.cancel()
        self._ask_no_more()
        self._session.close()
        self._before.connection_lost(exc)
        self.ended.set()


async def take_over(scope: dict[str, Any], session: Session, upgrade: str, query: Query) -> None:
    """Speak the protocol on the connection of a request until it ends."""
    before = cast("HttpProtocol", scope["tuik8s"])
    upgraded = _Upgraded(before, session)
    upgraded.carrier = _carrier(session, upgrade, query, upgraded)
    if before.transport.is_closing():
        session.close()
        return
    forwards = isinstance(session, PortForwards)
    spdy = spdy_forwards.PROTOCOL if forwards else spdy_streams.PROTOCOL
    before.transport.set_protocol(upgraded)
    before.transport.write(_switching(upgrade, scope["headers"], spdy))
    before.transport.resume_reading()
    session.on_end = upgraded.linger
    session.on_hold = upgraded.hold
    session.start()
    await upgraded.ended.wait()


def _carrier(session: Session, upgrade: str, query: Query, upgraded: _Upgraded) -> Carrier:
    write, hang_up = upgraded.write, upgraded.hang_up
    if isinstance(session, PortForwards):
        if upgrade == TUNNEL:
            return Tunnel(partial(SpdyForwards, session), write, hang_up)
        kind = SpdyForwards if upgrade == SPDY else PortChannels
        return kind(session, write, hang_up)
    assert isinstance(session, RemoteSession), "a command, or connections to ports"
    if upgrade == SPDY:
        return SpdyStreams(session, _wanted(query), write, hang_up)
    return Channels(session, write, hang_up)


def _wanted(query: Query) -> frozenset[str]:
    """The streams that a client opens who asks so."""
    has_terminal = bool(flag(query, "tty"))
    names = {name for name in ("stdin", "stdout", "stderr") if flag(query, name)}
    if has_terminal:
        names = (names - {"stderr"}) | {"resize"}
    return frozenset(names | {"error"})
