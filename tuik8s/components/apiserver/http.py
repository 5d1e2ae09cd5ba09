"""The HTTPS door: REST requests into the pipeline, answers and watch streams out.

    connection -> Protocol (uvicorn's, plus client certificate and limits) -> HttpDoor (ASGI)
                  -> Request, Credentials -> Pipeline.handle -> Answer -> bytes

A watch writes its events straight to the transport as HTTP chunks, so an event costs each watcher
one write; one that does not read is closed when it holds too much.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec
from uvicorn.config import Config as UvicornConfig
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tuik8s.api.errors import ApiError
from tuik8s.api.types import Request
from tuik8s.components.apiserver.answers import Answer, refusal
from tuik8s.components.apiserver.authentication.base import Certificate, Credentials
from tuik8s.components.apiserver.http_head import (
    Head,
    bearer,
    impersonation_of,
    parse_query,
    warning_header,
)
from tuik8s.components.apiserver.http_upgrade import offered, take_over
from tuik8s.components.apiserver.options import Query
from tuik8s.components.apiserver.routes import Route
from tuik8s.components.apiserver.watching import Subscription

if TYPE_CHECKING:
    from tuik8s.components.apiserver.pipeline import Pipeline

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
"""What answers requests: an `HttpDoor`, or what stands in front of one."""

_HEADERS_BYTES_MAX: Final = 256 * 1024
_GZIP_BYTES_MIN: Final = 128 * 1024
_PIECE_BYTES: Final = 1024 * 1024
_KEPT: Final = 5_000
_KEEP_ALIVE_SECONDS: Final = 180
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_TOO_LARGE_HEADERS: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol that also tells the application of the client's certificate."""

    certificate: Certificate | None = None
    header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            self.certificate = _certificate(tls.getpeercert())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.header_bytes = 0
        self.scope["tuik8s"] = self  # type: ignore[typeddict-unknown-key]

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _unsupported_upgrade_warning(self) -> None:
        """The door answers upgrades itself, those that it does not know with a refusal."""

    def _count(self, size: int) -> None:
        self.header_bytes += size
        if self.header_bytes > _HEADERS_BYTES_MAX and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE_HEADERS)
            self.transport.close()


def _certificate(peer: Any) -> Certificate | None:
    if not peer:
        return None
    fields = [pair for group in peer.get("subject", ()) for pair in group]
    names = [value for name, value in fields if name == "commonName"]
    organizations = tuple(value for name, value in fields if name == "organizationName")
    until = ssl.cert_time_to_seconds(peer["notAfter"]) if "notAfter" in peer else 0
    return Certificate(names[0], organizations, int(until) * 1000) if names else None


class HttpDoor:
    """The ASGI application."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._core = pipeline.core
        self._queries: dict[bytes, Query] = {b"": {}}
        self._bearers: dict[bytes, Credentials] = {}
        self._limit = pipeline.core.config.limits.body_bytes_max

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        assert scope["type"] == "http", "only HTTP comes through this door"
        method: str = scope["method"]
        head = Head(scope["headers"])
        body = b""
        if method not in _WITHOUT_BODY or head.has_body:
            read = await self._read(head, receive)
            if read is None:
                await _write(send, _too_large(self._limit), method, head)
                return
            body = read
        query = self._query(scope["query_string"])
        route = self._core.routes.parse(method, scope["raw_path"].decode("latin-1"))
        request = route.request(
            method,
            query,
            body=body,
            content_type=head.content_type,
            accept=head.accept,
            user_agent=head.user_agent,
            upgrade=offered(scope["headers"], route.subresource) if route.subresource else "",
        )
        protocol = scope.get("tuik8s")
        credentials = self._credentials(head, protocol.certificate if protocol else None)
        answer = await self._ask(request, route, credentials)
        if answer.session is not None:
            await take_over(scope, answer.session, request.upgrade, query)
        elif answer.stream is None:
            await _write(send, answer, method, head)
        else:
            await self._stream(answer, send, receive, scope)

    async def _ask(self, request: Request, route: Route, credentials: Credentials) -> Answer:
        found: list[Answer] = []
        waiter: asyncio.Future[Answer] | None = None

        def reply(answer: Answer) -> None:
            if waiter is None:
                found.append(answer)
            elif not waiter.done():
                waiter.set_result(answer)

        self._pipeline.handle(request, route, credentials, reply)
        if found:
            return found[0]
        waiter = asyncio.get_running_loop().create_future()
        return await waiter

    async def _read(self, head: Head, receive: Receive) -> bytes | None:
        """The body; None when it is too large."""
        if head.content_length > self._limit:
            return None
        message = await receive()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            parts, size = [body], len(body)
            while message.get("more_body"):
                message = await receive()
                part = message.get("body", b"")
                size += len(part)
                if size > self._limit:
                    return None
                parts.append(part)
            body = b"".join(parts)
        return body if len(body) <= self._limit else None

    def _query(self, text: bytes) -> Query:
        found = self._queries.get(text)
        if found is None:
            if len(self._queries) >= _KEPT:
                self._queries.clear()
            found = self._queries[text] = parse_query(text.decode("latin-1"))
        return found

    def _credentials(self, head: Head, certificate: Certificate | None) -> Credentials:
        if certificate is None and not head.impersonation:
            known = self._bearers.get(head.authorization)
            if known is None:
                if len(self._bearers) >= _KEPT:
                    self._bearers.clear()
                known = bearer(head.authorization)
                self._bearers[head.authorization] = known
            return known
        return msgspec.structs.replace(
            bearer(head.authorization),
            certificate=certificate,
            impersonation=impersonation_of(head.impersonation),
        )

    async def _stream(
        self, answer: Answer, send: Send, receive: Receive, scope: dict[str, Any]
    ) -> None:
        stream = answer.stream
        assert stream is not None, "a streamed answer has a stream"
        headers = [(b"content-type", answer.media.encode()), *_headers(answer)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        transport: asyncio.Transport = scope["tuik8s"].transport
        limit = self._core.config.limits.watch_backlog_bytes_max
        ended = asyncio.Event()
        excess = 0  # one piece, such as the state at the beginning, may be larger than the limit

        def write(data: bytes) -> None:
            nonlocal excess
            if transport.is_closing():
                return
            held = transport.get_write_buffer_size()
            if held <= limit:
                excess = 0
            if held > limit + excess:
                transport.abort()
                stream.close()
                return
            if len(data) > limit:
                excess = max(excess, len(data))
            transport.write(b"%x\r\n%b\r\n" % (len(data), data))

        stream.send = write
        if isinstance(stream, Subscription):
            stream.ready = lambda: transport.get_write_buffer_size() <= limit // 2
        stream.on_end = ended.set
        stream.start()
        gone = asyncio.ensure_future(_disconnected(receive))
        done = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait((gone, done), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            done.cancel()
            stream.close()
        if not transport.is_closing():
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        """Wait for the end."""


def _too_large(limit: int) -> Answer:
    message = f"Request entity too large: limit is {limit}"
    return refusal(ApiError(413, "RequestEntityTooLarge", message))


def _headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    out = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    out.extend((b"warning", warning_header(text).encode()) for text in answer.warnings)
    return out


async def _write(send: Send, answer: Answer, method: str, head: Head) -> None:
    body = answer.body
    headers = [(b"content-type", answer.media.encode())]
    if answer.headers or answer.warnings:
        headers += _headers(answer)
    if head.gzip and len(body) > _GZIP_BYTES_MIN:
        body = await asyncio.get_running_loop().run_in_executor(None, _gzip, body)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.code, "headers": headers})
    if method == "HEAD":
        body = b""
    if len(body) > _PIECE_BYTES:
        body = await _write_pieces(send, body)
    await send({"type": "http.response.body", "body": body})


async def _write_pieces(send: Send, body: bytes) -> bytes:
    """Send all but the end, in pieces between which others are served; gives the end."""
    view, at = memoryview(body), 0
    while len(body) - at > _PIECE_BYTES:
        piece = bytes(view[at : at + _PIECE_BYTES])
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)
        at += _PIECE_BYTES
    return bytes(view[at:])


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


class HttpServer:
    """Listens for the door on one address."""

    def __init__(self, door: Application, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._config = UvicornConfig(
            door,
            http=Protocol,
            interface="asgi3",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
        self._config.load()
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int, backlog: int = 2048) -> int:
        """Begin to accept; returns the port."""
        loop = asyncio.get_running_loop()

        def protocol() -> Protocol:
            return Protocol(config=self._config, server_state=self._state, app_state={})

        self._server = await loop.create_server(
            protocol, host, port, ssl=self._tls, backlog=backlog, reuse_address=True
        )
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def hang_up(self) -> None:
        """Cut every connection, as the death of a process does."""
        for protocol in list(self._state.connections):
            protocol.transport.abort()
