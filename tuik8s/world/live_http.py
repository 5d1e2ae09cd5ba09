"""The tiny HTTP/1.1 server in which a simulated pod answers: keep-alive, pipelining, bounded.

An answer is a pure function of the request; its delay is waited for in cluster time. Requests on a
connection are answered in their order. What is no HTTP gets 400 and a closed connection.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from http import HTTPStatus
from typing import Any, Final, cast

import httptools

from tuik8s.world.base import World
from tuik8s.world.live import LiveDriver
from tuik8s.world.network import Answering, HttpAnswer, HttpRequest

BODY_BYTES_MAX: Final = 8 << 20
WAITING_MAX: Final = 64
"""Pipelined requests that wait on one connection before we read on."""

_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}
_NO_BODY: Final = frozenset((204, 304))


class AnsweredHttp(asyncio.Protocol):
    """One connection to a pod."""

    def __init__(
        self, service: Answering, driver: LiveDriver, world: World, connections: set[Any]
    ) -> None:
        self._answer = service.answer
        self._world = world
        self._answer_waiting = driver.guarded(self._answer_next)
        self._connections = connections
        self._parser: Any = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[HttpRequest, bool]] = deque()
        self._busy = False
        self._ended = False
        self._begin()

    # -- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # answered as if it had not been asked for; what follows is not read
        except httptools.HttpParserError:
            self._refuse(400)
            return
        self._answer_waiting()
        if len(self._waiting) > WAITING_MAX and self._transport is not None:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more; what it asked for is still answered."""
        self._ended = True
        return self._busy or bool(self._waiting)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # -- httptools callbacks

    def on_message_begin(self) -> None:
        self._begin()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size <= BODY_BYTES_MAX:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._size > BODY_BYTES_MAX:
            self._refuse(413)
            return
        request = HttpRequest(
            method=self._parser.get_method().decode("latin-1"),
            path=self._url.decode("latin-1"),
            headers=self._headers,
            body=b"".join(self._body),
        )
        keep_alive = self._parser.should_keep_alive() and not self._parser.should_upgrade()
        self._waiting.append((request, keep_alive))

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0

    def _answer_next(self) -> None:
        while self._waiting and not self._busy and self._transport is not None:
            request, keep_alive = self._waiting.popleft()
            answer = self._answer(request)
            if answer.delay_ms > 0:
                self._busy = True
                late = partial(self._answer_late, request, keep_alive, answer)
                self._world.call_after(answer.delay_ms, late)
                return
            self._send(request, keep_alive, answer)
        transport = self._transport
        if transport is None or self._busy:
            return
        if self._ended:
            transport.close()
        elif not transport.is_reading():
            transport.resume_reading()

    def _answer_late(self, request: HttpRequest, keep_alive: bool, answer: HttpAnswer) -> None:
        self._busy = False
        self._send(request, keep_alive, answer)
        self._answer_next()

    def _send(self, request: HttpRequest, keep_alive: bool, answer: HttpAnswer) -> None:
        transport = self._transport
        if transport is None:
            return
        transport.write(encode_answer(answer, request.method == "HEAD", keep_alive))
        if not keep_alive:
            self._waiting.clear()
            transport.close()

    def _refuse(self, status: int) -> None:
        if self._transport is not None:
            self._transport.write(encode_answer(HttpAnswer(status=status), False, False))
            self._transport.close()


def encode_answer(answer: HttpAnswer, head: bool, keep_alive: bool) -> bytes:
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.status not in _NO_BODY and answer.status >= 200:
        lines.append(f"content-length: {len(answer.body)}")
    if not keep_alive:
        lines.append("connection: close")
    head_bytes = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", errors="replace")
    return head_bytes if head or answer.status in _NO_BODY else head_bytes + answer.body
