"""SPDY inside a WebSocket: each message holds some of the bytes, cut anywhere.

Source: k8s.io/client-go tools/portforward/tunneling_connection.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tuik8s.components.apiserver.upgrades import websocket
from tuik8s.components.apiserver.upgrades.base import Carrier

TUNNEL: Final = "SPDY/3.1+portforward.k8s.io"
Write = Callable[[bytes], None]
HangUp = Callable[[], None]


class Tunnel:
    """See `base.Carrier`. make: the carrier inside, from its own (write, hang_up)."""

    def __init__(
        self, make: Callable[[Write, HangUp], Carrier], write: Write, hang_up: HangUp
    ) -> None:
        self._frames = websocket.Frames()
        self._write = write
        self._hang_up = hang_up
        self._inside = make(self._send, self._close)

    def receive(self, data: bytes) -> None:
        for kind, body in self._frames.feed(data):
            if kind == websocket.PING:
                self._write(websocket.frame(websocket.PONG, body))
            elif kind == websocket.CLOSE:
                self._write(websocket.frame(websocket.CLOSE, body[:2]))
                self._hang_up()
            elif kind in (websocket.BINARY, websocket.TEXT):
                self._inside.receive(body)

    def ping(self) -> None:
        self._inside.ping()

    def _send(self, data: bytes) -> None:
        self._write(websocket.frame(websocket.BINARY, data))

    def _close(self) -> None:
        self._write(websocket.frame(websocket.CLOSE, websocket.NORMAL))
        self._hang_up()
