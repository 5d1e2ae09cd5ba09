"""Port-forwards over SPDY: for each connection a stream for data and one for what goes wrong.

Source: k8s.io/kubelet pkg/cri/streaming/portforward/httpstream.go (portforward.k8s.io).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tuik8s.api.numbers import parse_int
from tuik8s.api.remote_port import PORT_MAX
from tuik8s.components.apiserver.port_forwards import Forward, PortForwards
from tuik8s.components.apiserver.upgrades import spdy
from tuik8s.components.apiserver.upgrades.spdy_carrier import SpdyCarrier

PROTOCOL: Final = "portforward.k8s.io"


@dataclass(slots=True)
class _Pair:
    """The two streams of a connection, 0 for one that is not open. request: what they share.

    has_ended, is_told: the client, and we, have said the last word.
    """

    request: str
    data: int = 0
    error: int = 0
    forward: Forward | None = None
    has_ended: bool = False
    is_told: bool = False


class SpdyForwards(SpdyCarrier):
    """The connections of one client."""

    def __init__(
        self, session: PortForwards, write: Callable[[bytes], None], hang_up: Callable[[], None]
    ) -> None:
        super().__init__(session, write, hang_up)
        self._session = session
        self._pairs: dict[str, _Pair] = {}
        self._of: dict[int, _Pair] = {}

    def _open(self, frame: spdy.Frame) -> None:
        request, kind = frame.headers.get("requestid", ""), frame.headers.get("streamtype", "")
        port = parse_int(frame.headers.get("port", "")) or 0
        if kind not in ("data", "error") or not 0 < port <= PORT_MAX:
            raise ValueError(f"a stream of type {kind!r} to port {port}")
        pair = self._pairs.setdefault(request, _Pair(request))
        self._of[frame.stream] = pair
        self._write(self._frames.reply(frame.stream))
        if kind == "data":
            pair.data = frame.stream
        else:
            pair.error = frame.stream
        if pair.data and pair.error and pair.forward is None:
            pair.forward = self._begin(pair, port)

    def _begin(self, pair: _Pair, port: int) -> Forward:
        forward = self._session.open(port)
        forward.on_data = lambda data: self._send(pair.data, data)
        forward.on_problem = lambda text: self._send(pair.error, text.encode())
        forward.on_end = lambda: self._end(pair)
        self._session.begin(forward)
        return forward

    def _send(self, stream: int, data: bytes) -> None:
        if stream in self._of:
            self._write(spdy.data(stream, data))

    def _end(self, pair: _Pair) -> None:
        """Nothing more comes from the pod; nothing can go wrong any more either."""
        pair.is_told = True
        for stream in (pair.error, pair.data):
            if stream in self._of:
                self._write(spdy.data(stream, b"", is_last=True))
        self._forget_over(pair)

    def _take(self, frame: spdy.Frame) -> None:
        pair = self._of.get(frame.stream)
        if pair is None or pair.forward is None or frame.stream != pair.data:
            return
        if frame.data:
            pair.forward.write(frame.data)
        if frame.is_last:
            pair.has_ended = True
            pair.forward.end()
            self._forget_over(pair)

    def _reset(self, stream: int) -> None:
        """The client gives a connection up."""
        pair = self._of.get(stream)
        if pair is None or stream != pair.data:
            return
        if pair.forward is not None:
            pair.forward.close()
        if not pair.is_told:
            self._write(spdy.data(pair.error, b"", is_last=True))
        pair.has_ended = pair.is_told = True
        self._forget_over(pair)

    def _forget_over(self, pair: _Pair) -> None:
        if pair.has_ended and pair.is_told:
            self._of.pop(pair.data, None)
            self._of.pop(pair.error, None)
            self._pairs.pop(pair.request, None)
