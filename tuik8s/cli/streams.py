"""A WebSocket to the API server of a running cluster: what exec, attach and port-forward run over.

async with connected(running, "/api/v1/.../exec?command=ls", V5) as stream:
    await stream.send(0, b"input")          a channel, then what goes over it
    async for channel, data in stream: ...
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from tuik8s.cli.api import ApiRefusal, refusal_message, tls_context
from tuik8s.components.apiserver.upgrades import websocket
from tuik8s.components.supervisor.directory import Refusal, Running

V5: Final = "v5.channel.k8s.io"
CLOSE_CHANNEL: Final = 255
_PIECE: Final = 64 * 1024
_HEAD_BYTES_MAX: Final = 64 * 1024
_MASK_BYTES: Final = 4


class Stream:
    """An open WebSocket whose messages begin with a channel."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = websocket.Frames(is_client=False)

    async def send(self, channel: int, data: bytes) -> None:
        """Returns when there is room for more. Raises OSError."""
        self._write(websocket.BINARY, bytes((channel,)) + data)
        await self._writer.drain()

    async def __aiter__(self) -> AsyncIterator[tuple[int, bytes]]:
        """What comes, until the server has said everything. Raises OSError."""
        while data := await self._reader.read(_PIECE):
            for kind, body in self._frames.feed(data):
                if kind == websocket.PING:
                    self._write(websocket.PONG, body)
                elif kind == websocket.CLOSE:
                    self._write(websocket.CLOSE, body[:2])
                    return
                elif kind in (websocket.BINARY, websocket.TEXT) and body:
                    yield body[0], body[1:]

    def _write(self, kind: int, data: bytes) -> None:
        self._writer.write(websocket.frame(kind, data, os.urandom(_MASK_BYTES)))


@contextlib.asynccontextmanager
async def connected(running: Running, path: str, protocol: str) -> AsyncIterator[Stream]:
    """A stream to a path of the API. Errors: ApiRefusal, Refusal when nobody answers."""
    parts = urlsplit(running.server)
    host, port = parts.hostname or "", parts.port or 443
    context = tls_context(Path(running.kubeconfig))
    try:
        reader, writer = await asyncio.open_connection(
            host, port, ssl=context, limit=_HEAD_BYTES_MAX
        )
    except OSError as problem:
        raise Refusal(f"the API at {running.server} does not answer: {problem}") from problem
    try:
        await _upgrade(reader, writer, f"{host}:{port}", path, protocol)
        yield Stream(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _upgrade(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    host: str,
    path: str,
    protocol: str,
) -> None:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {quote(path, safe='/?&=%+')} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: tuik8s",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        f"Sec-WebSocket-Protocol: {protocol}",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        code, body = await _answer(reader)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as problem:
        raise Refusal(f"the API at {host} hung up: {problem}") from problem
    if code != 101:
        raise ApiRefusal(code, refusal_message(code, body))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The code (0 for what is none) and the body of an answer that refuses."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *headers = head.split("\r\n")
    code = status.split(" ")[1] if status.count(" ") else ""
    fields = dict(line.lower().split(": ", 1) for line in headers if ": " in line)
    size = fields.get("content-length", "0")
    body = await reader.readexactly(int(size)) if code != "101" and size.isdigit() else b""
    return int(code) if code.isdigit() else 0, body
