"""Port-forwards over a WebSocket: one connection to each port that the query names.

    channel 2 i: data of the i-th port    2 i + 1: what goes wrong    255: end of a channel (ours)

The first message of each channel is from us and holds the port, in two bytes, the lower one first.

Source: k8s.io/kubelet pkg/cri/streaming/portforward/websocket.go.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Final

from tuik8s.components.apiserver.port_forwards import Forward, PortForwards
from tuik8s.components.apiserver.upgrades import websocket

CLOSE: Final = 255


class PortChannels:
    """See `base.Carrier`."""

    def __init__(
        self, session: PortForwards, write: Callable[[bytes], None], hang_up: Callable[[], None]
    ) -> None:
        self._session = session
        self._write = write
        self._hang_up = hang_up
        self._frames = websocket.Frames()
        self._forwards: list[Forward] = []
        self._open_count = len(session.ports)
        self._is_closed = False
        session.on_start = self._start

    def receive(self, data: bytes) -> None:
        for kind, body in self._frames.feed(data):
            if kind == websocket.PING:
                self._write(websocket.frame(websocket.PONG, body))
            elif kind == websocket.CLOSE:
                if not self._is_closed:
                    self._write(websocket.frame(websocket.CLOSE, body[:2]))
                self._session.close()
                self._hang_up()
            elif len(body) > 1:
                self._take(body[0], body[1:])

    def ping(self) -> None:
        self._write(websocket.frame(websocket.PING, b""))

    def _start(self) -> None:
        for place, port in enumerate(self._session.ports):
            for channel in (2 * place, 2 * place + 1):
                self._send(channel, struct.pack("<H", port))
            forward = self._session.open(port)
            forward.on_data = partial(self._send, 2 * place)
            forward.on_problem = partial(self._fail, 2 * place + 1)
            forward.on_end = self._one_ended
            self._forwards.append(forward)
        for forward in self._forwards:
            self._session.begin(forward)

    def _take(self, channel: int, data: bytes) -> None:
        is_end = channel == CLOSE
        channel = data[0] if is_end else channel
        if channel % 2 or channel // 2 >= len(self._forwards):
            return
        forward = self._forwards[channel // 2]
        if is_end:
            forward.end()
        else:
            forward.write(data)

    def _send(self, channel: int, data: bytes) -> None:
        self._write(websocket.frame(websocket.BINARY, bytes((channel,)) + data))

    def _fail(self, channel: int, text: str) -> None:
        self._send(channel, text.encode())

    def _one_ended(self) -> None:
        self._open_count -= 1
        if not self._open_count:
            self._is_closed = True
            self._write(websocket.frame(websocket.CLOSE, websocket.NORMAL))
            self._session.end()
