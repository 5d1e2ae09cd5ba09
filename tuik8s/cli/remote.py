"""A command in a container, or the container's own, from this process: its streams and its end.

Source: k8s.io/client-go tools/remotecommand (v5), in outline.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable
from typing import Any, Final
from urllib.parse import urlencode

from tuik8s.cli.streams import CLOSE_CHANNEL, V5, Stream, connected
from tuik8s.components.supervisor.directory import Refusal, Running

STDIN, STDOUT, STDERR, STATUS, RESIZE = 0, 1, 2, 3, 4
LOST: Final = "the connection to the container was lost"
Input = AsyncIterator[bytes]
Output = Callable[[int, bytes], None]
"""(STDOUT or STDERR, bytes)"""


def remote_path(
    namespace: str,
    pod: str,
    what: str,
    *,
    container: str = "",
    command: tuple[str, ...] = (),
    stdin: bool = False,
    tty: bool = False,
) -> str:
    """Where `exec` or `attach` of a pod is asked for."""
    query = [("command", word) for word in command]
    query += [("container", container)] if container else []
    flags = {"stdin": stdin, "stdout": True, "stderr": not tty, "tty": tty}
    query += [(name, "true") for name, is_set in flags.items() if is_set]
    return f"/api/v1/namespaces/{namespace}/pods/{pod}/{what}?{urlencode(query)}"


async def run_remote(
    running: Running,
    path: str,
    on_output: Output,
    given: Input | None = None,
    sizes: asyncio.Queue[os.terminal_size] | None = None,
) -> int:
    """The exit code. Errors: ApiRefusal, Refusal; what on_output and given raise."""
    async with connected(running, path, V5) as stream:
        sending = asyncio.ensure_future(_send_all(stream, given)) if given is not None else None
        resizing = asyncio.ensure_future(_resize(stream, sizes)) if sizes is not None else None
        try:
            async for channel, data in stream:
                if channel == STATUS:
                    return exit_code(data)
                on_output(channel, data)
                if sending is not None and sending.done():
                    sending.result()  # what went wrong with the input
            raise Refusal(LOST)
        except OSError as problem:
            raise Refusal(f"{LOST}: {problem}") from problem
        finally:
            for task in (sending, resizing):
                if task is not None:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, OSError):
                        await task


async def _send_all(stream: Stream, given: Input) -> None:
    async for data in given:
        await stream.send(STDIN, data)
    await stream.send(CLOSE_CHANNEL, bytes((STDIN,)))


async def _resize(stream: Stream, sizes: asyncio.Queue[os.terminal_size]) -> None:
    while True:
        size = await sizes.get()
        told = json.dumps({"Width": size.columns, "Height": size.lines})
        await stream.send(RESIZE, told.encode())


def exit_code(data: bytes) -> int:
    """What a Status at the end says. Raises Refusal with its words when it is no exit."""
    try:
        status: Any = json.loads(data)
        if status.get("status") == "Success":
            return 0
        for cause in (status.get("details") or {}).get("causes") or ():
            if cause.get("reason") == "ExitCode":
                return int(cause["message"])
        message = str(status.get("message") or LOST)
    except (ValueError, AttributeError, TypeError, KeyError) as problem:
        raise Refusal(f"{LOST}: its last words make no sense") from problem
    raise Refusal(message)
