"""Local ports whose connections go to ports of pods, over the API as kubectl port-forward does.

    client -> 127.0.0.1:LOCAL -> a stream of its own -> API server -> pod:PORT

Which pod is looked up for each connection, so a Service is still reached when its pods are others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

from tuik8s.cli.api import ApiClient
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.pods_of import pod_and_port
from tuik8s.cli.streams import CLOSE_CHANNEL, V5, Stream, connected
from tuik8s.components.supervisor.directory import Refusal, Running

DATA, ERROR = 0, 1
_PIECE: Final = 64 * 1024
_PORT_BYTES: Final = 2


class LocalForward:
    """One local port. target: KIND/NAME; port: of a Service its own, of others the pod's.

    open_count, total_count: connections now and ever; problem: of the last one, "" when it was
    fine. on_problem: is told of each.
    """

    def __init__(
        self,
        running: Running,
        namespace: str,
        target: str,
        port: str,
        on_problem: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.namespace = namespace
        self.target = target
        self.port = port
        self.address = ("", 0)
        self.open_count = self.total_count = 0
        self.problem = ""
        self._running = running
        self._on_problem = on_problem
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, local_port: int) -> None:
        """Begin. local_port 0: a free one. Raises Refusal, also when there is no such target."""
        await asyncio.to_thread(self._look_up)
        try:
            self._server = await asyncio.start_server(self._accept, host, local_port)
        except OSError as problem:
            raise Refusal(f"{host}:{local_port} cannot be listened on: {problem}") from problem
        self.address = self._server.sockets[0].getsockname()[:2]

    def close(self) -> None:
        """Stop, and end what is open."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()

    def _look_up(self) -> tuple[str, int]:
        with contextlib.closing(ApiClient(self._running)) as api:
            return pod_and_port(api, Kinds(api), self.target, self.namespace, self.port)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task: asyncio.Task[Any] | None = asyncio.current_task()
        assert task is not None, "a connection is served by a task"
        self._tasks.add(task)
        self.open_count += 1
        self.total_count += 1
        try:
            self._tell(await self._serve(reader, writer))
        except (Refusal, OSError, ValueError) as problem:
            self._tell(str(problem))
        finally:
            self.open_count -= 1
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """Carry one connection to its end; what went wrong."""
        pod, port = await asyncio.to_thread(self._look_up)
        path = f"/api/v1/namespaces/{self.namespace}/pods/{pod}/portforward?ports={port}"
        async with connected(self._running, path, V5) as stream:
            sending = asyncio.ensure_future(_send_all(reader, stream))
            try:
                return await _receive_all(stream, writer)
            finally:
                sending.cancel()
                with contextlib.suppress(asyncio.CancelledError, OSError):
                    await sending

    def _tell(self, problem: str) -> None:
        self.problem = problem
        if problem:
            self._on_problem(problem)


async def _send_all(reader: asyncio.StreamReader, stream: Stream) -> None:
    while data := await reader.read(_PIECE):
        await stream.send(DATA, data)
    await stream.send(CLOSE_CHANNEL, bytes((DATA,)))


async def _receive_all(stream: Stream, writer: asyncio.StreamWriter) -> str:
    """What came is written; the text of an error. The first message of each channel is a port."""
    begun: set[int] = set()
    async for channel, data in stream:
        if channel not in begun and len(data) == _PORT_BYTES:
            begun.add(channel)
        elif channel == ERROR:
            return data.decode(errors="replace")
        elif channel == DATA:
            writer.write(data)
            await writer.drain()
    return ""
