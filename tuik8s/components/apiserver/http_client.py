"""Effects that need the network, carried out on the loop of a live process.

    KubeletCall --> Unix socket of the virtual address kubelet.NODE:10250
    CallWebhook --> TLS to its URL, trusting the webhook's own authority
    Dial        --> a connection that stays (`http_pipe`)

One connection per call, with a deadline; whatever goes wrong is a result with `error`.

Source: the messages are those of Go's net/http client, as k8s.io/apiserver shows them.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import urlsplit

import httptools

from tuik8s.components.apiserver.component import ApiServer
from tuik8s.components.apiserver.effects import CallWebhook, Dial, Fetched, KubeletCall
from tuik8s.components.apiserver.http_pipe import DIAL_TIMEOUT_MS, open_pipe
from tuik8s.world.live import LiveDriver
from tuik8s.world.network import Address

KUBELET_PORT: Final = 10250
_BODY_BYTES_MAX: Final = 64 * 1024 * 1024
_PIECE: Final = 256 * 1024
Resume = Callable[[Any], None]


class LivePerformer:
    """Registers itself for the effects of one server."""

    def __init__(self, server: ApiServer, driver: LiveDriver) -> None:
        self._driver = driver
        self._tasks: set[asyncio.Task[None]] = set()
        server.core.performers[KubeletCall] = self._kubelet
        server.core.performers[CallWebhook] = self._webhook
        server.core.performers[Dial] = self._dial

    def _run(self, fetch: Coroutine[Any, Any, Any], timeout_ms: int, resume: Resume) -> None:
        async def perform() -> None:
            try:
                result = await asyncio.wait_for(fetch, timeout_ms / 1000)
            except TimeoutError:
                result = Fetched(0, error="context deadline exceeded")
            except (OSError, ssl.SSLError, httptools.HttpParserError, EOFError) as error:
                result = Fetched(0, error=str(error))
            self._driver.guarded(resume)(result)

        task = self._driver.loop.create_task(perform())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _kubelet(self, effect: KubeletCall, resume: Resume) -> None:
        self._run(self._ask_kubelet(effect), effect.timeout_ms, resume)

    async def _ask_kubelet(self, effect: KubeletCall) -> Fetched:
        address = Address(f"kubelet.{effect.node}", KUBELET_PORT)
        virtual = self._driver.virtual
        if virtual is None:
            return Fetched(0, error=f"dial tcp: lookup {address.host}: no such host")
        reader, writer = await asyncio.open_unix_connection(virtual.path(address))
        return await _exchange(
            reader, writer, effect.method, effect.path, str(address), effect.body
        )

    def _dial(self, effect: Dial, resume: Resume) -> None:
        self._run(open_pipe(self._driver, effect), DIAL_TIMEOUT_MS, resume)

    def _webhook(self, effect: CallWebhook, resume: Resume) -> None:
        self._run(_call_webhook(effect), effect.timeout_ms, resume)


async def _call_webhook(effect: CallWebhook) -> Fetched:
    url = urlsplit(effect.url)
    context = ssl.create_default_context()
    if effect.ca_bundle:
        pem = base64.b64decode(effect.ca_bundle).decode()
        context = ssl.create_default_context(cadata=pem)
    host, port = url.hostname or "", url.port or 443
    reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    path = url.path + (f"?{url.query}" if url.query else "")
    return await _exchange(reader, writer, "POST", path, url.netloc, effect.body)


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    method: str,
    path: str,
    host: str,
    body: bytes,
) -> Fetched:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
        f"Accept: application/json, */*\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    answer = _Answer()
    parser = httptools.HttpResponseParser(answer)
    try:
        writer.write(head.encode() + body)
        while not answer.complete:
            data = await reader.read(_PIECE)
            if not data:
                break
            parser.feed_data(data)
    finally:
        writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
    if not answer.headers_complete:
        return Fetched(0, error="EOF")
    return Fetched(parser.get_status_code(), b"".join(answer.parts), "", answer.headers)


class _Answer:
    """Collects what the parser finds."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.parts: list[bytes] = []
        self.size = 0
        self.headers_complete = self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.headers_complete = True

    def on_body(self, body: bytes) -> None:
        self.size += len(body)
        if self.size <= _BODY_BYTES_MAX:
            self.parts.append(body)

    def on_message_complete(self) -> None:
        self.complete = True
