"""A remote command over SPDY: one stream each for error, stdin, stdout, stderr and resize.

The command goes on when the streams that the client asked for are open; output waits for them.

Source: k8s.io/apimachinery pkg/util/remotecommand, k8s.io/kubelet streaming (v4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from tuik8s.api.types import Object
from tuik8s.components.apiserver.remote_session import RemoteSession
from tuik8s.components.apiserver.upgrades import spdy
from tuik8s.components.apiserver.upgrades.channels import size_of
from tuik8s.components.apiserver.upgrades.spdy_carrier import SpdyCarrier

PROTOCOL: Final = "v4.channel.k8s.io"
_NAMES: Final = {1: "stdout", 2: "stderr"}


class SpdyStreams(SpdyCarrier):
    """The streams of one command. wanted: those that the client will open."""

    def __init__(
        self,
        session: RemoteSession,
        wanted: frozenset[str],
        write: Callable[[bytes], None],
        hang_up: Callable[[], None],
    ) -> None:
        super().__init__(session, write, hang_up)
        self._session = session
        self._wanted = wanted
        self._streams: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._held: list[tuple[str, bytes]] = []
        self._status: Object | None = None
        session.on_output = lambda channel, data: self._send(_NAMES[channel], data)
        session.on_status = self._end

    def _open(self, frame: spdy.Frame) -> None:
        name = frame.headers.get("streamtype", "")
        self._streams[name] = frame.stream
        self._names[frame.stream] = name
        self._write(self._frames.reply(frame.stream))
        if self._is_open:
            held, self._held = self._held, []
            for each, data in held:
                self._send(each, data)
            if self._status is not None:
                self._end(self._status)

    @property
    def _is_open(self) -> bool:
        return self._wanted <= self._streams.keys()

    def _take(self, frame: spdy.Frame) -> None:
        name = self._names.get(frame.stream)
        if name == "resize" and frame.data:
            self._session.resize(*size_of(frame.data))
        elif name == "stdin":
            if frame.data:
                self._session.write(frame.data)
            if frame.is_last:
                self._session.end_input()

    def _reset(self, stream: int) -> None:
        """The command and its other streams go on."""

    def _send(self, name: str, data: bytes) -> None:
        if not self._is_open:
            self._held.append((name, data))
        elif name in self._streams:
            self._write(spdy.data(self._streams[name], data))

    def _end(self, status: Object) -> None:
        self._status = status
        if self._is_open:
            self._send("error", msgspec.json.encode(status))
            for stream in self._streams.values():
                self._write(spdy.data(stream, b"", is_last=True))
