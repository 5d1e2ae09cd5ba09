"""A remote command over a WebSocket: the first byte of each message names its channel.

    0 stdin   1 stdout   2 stderr   3 the Status at the end   4 size of the terminal   255 end of 0

Source: k8s.io/apimachinery pkg/util/httpstream/wsstream, k8s.io/apiserver remotecommand (v4, v5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import msgspec

from tuik8s.api.types import Object
from tuik8s.components.apiserver.remote_session import RemoteSession
from tuik8s.components.apiserver.upgrades import websocket

PROTOCOLS: Final = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STATUS, _RESIZE, _CLOSE = 0, 3, 4, 255


class Channels:
    """See `base.Carrier`. write: bytes to the client; hang_up: end the connection."""

    def __init__(
        self, session: RemoteSession, write: Callable[[bytes], None], hang_up: Callable[[], None]
    ) -> None:
        self._session = session
        self._write = write
        self._hang_up = hang_up
        self._frames = websocket.Frames()
        session.on_output = self._send
        session.on_status = self._end

    def receive(self, data: bytes) -> None:
        for kind, body in self._frames.feed(data):
            if kind == websocket.PING:
                self._write(websocket.frame(websocket.PONG, body))
            elif kind == websocket.CLOSE:
                if not self._session.is_over:
                    self._write(websocket.frame(websocket.CLOSE, body[:2]))
                self._session.close()
                self._hang_up()
            elif body:  # the Python client sends text frames
                self._take(body[0], body[1:])

    def ping(self) -> None:
        self._write(websocket.frame(websocket.PING, b""))

    def _take(self, channel: int, data: bytes) -> None:
        if channel == _STDIN and data:
            self._session.write(data)
        elif channel == _RESIZE:
            self._session.resize(*size_of(data))
        elif channel == _CLOSE and data[:1] == bytes((_STDIN,)):
            self._session.end_input()

    def _send(self, channel: int, data: bytes) -> None:
        self._write(websocket.frame(websocket.BINARY, bytes((channel,)) + data))

    def _end(self, status: Object) -> None:
        self._send(_STATUS, msgspec.json.encode(status))
        self._write(websocket.frame(websocket.CLOSE, websocket.NORMAL))


class _Size(msgspec.Struct, frozen=True, rename="pascal"):
    """remotecommand.TerminalSize: two uint16."""

    width: Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]
    height: Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a terminal, (0, 0) when there are none."""
    try:
        found = msgspec.json.decode(data, type=_Size)
    except (msgspec.DecodeError, RecursionError):
        return 0, 0
    return found.width, found.height
