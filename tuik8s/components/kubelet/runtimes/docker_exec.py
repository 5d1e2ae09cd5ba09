"""A client's streams to a Docker engine: a command in a container, or the container's own process.

    kubelet --write, resize--> queue --> writer thread --> engine's socket
            <--read---------- buffers <-- reader thread <--'

The engine is only spoken to by the two threads: whoever asks here gets an answer at once. Buffers
and queue are bounded: the reader waits while nobody reads, and input that does not fit is told of.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, NamedTuple

from docker.errors import DockerException
from docker.utils.socket import STDERR, frames_iter
from requests.exceptions import RequestException

from tuik8s.components.kubelet.runtimes.base import ExecOrder, ExecRead

POLL_MS: Final = 50
LOST_CODE: Final = 137
OUTPUT_BYTES_MAX: Final = 1 << 20
INPUT_BYTES_MAX: Final = 256 << 10
FAILURES: Final = (DockerException, RequestException, OSError)
"""What an engine that does not answer, or says no, raises."""


def words(problem: Exception) -> str:
    """What an engine says of a failure."""
    return str(getattr(problem, "explanation", "") or problem)


class Opened(NamedTuple):
    """Streams of the engine. code: asked for at their end; resize: height and width, by name."""

    stream: Any
    code: Callable[[], int]
    resize: Callable[..., Any]


def command_in(engine: Any, container: str, order: ExecOrder) -> Opened:
    """Start a command in a container. engine: the low-level client."""
    made = engine.exec_create(
        container, list(order.command), stdin=order.has_input, tty=order.has_terminal
    )
    id_ = made["Id"]
    stream = engine.exec_start(id_, tty=order.has_terminal, socket=True)

    def code() -> int:
        return int(engine.exec_inspect(id_)["ExitCode"] or 0)

    def resize(**size: int) -> None:
        engine.exec_resize(id_, **size)

    return Opened(stream, code, resize)


def attached_to(engine: Any, container: str) -> Opened:
    """The streams of a container's own process, from now on; its code is the container's affair."""
    asked = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
    stream = engine.attach_socket(container, params=asked)

    def resize(**size: int) -> None:
        engine.resize(container, **size)

    return Opened(stream, lambda: 0, resize)


class DockerExecution:
    """See `runtimes.base.Execution`. open_: opens the streams, in a thread."""

    def __init__(self, open_: Callable[[], Opened], *, has_terminal: bool) -> None:
        self._open = open_
        self._terminal = has_terminal
        self._changed = threading.Condition()
        self._out: list[bytes] = []
        self._err: list[bytes] = []
        self._held_bytes = self._input_bytes = 0
        self._exit_code = -1
        self._problem = ""
        self._is_closed = False
        self._opened: Opened | None = None
        self._orders: SimpleQueue[Callable[[Opened], None] | None] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()

    # --- what the kubelet asks ----------------------------------------------------------------

    def write(self, data: bytes, now_ms: int) -> None:
        with self._changed:
            self._input_bytes += len(data)

        def send(opened: Opened) -> None:
            _socket(opened).sendall(data)
            with self._changed:
                self._input_bytes -= len(data)

        self._orders.put(send)

    def end_input(self) -> None:
        self._orders.put(lambda opened: _socket(opened).shutdown(socket.SHUT_WR))

    def resize(self, width: int, height: int) -> None:
        self._orders.put(lambda opened: opened.resize(height=height, width=width))

    def read(self, now_ms: int) -> ExecRead:
        with self._changed:
            found = ExecRead(
                b"".join(self._out),
                b"".join(self._err),
                self._exit_code,
                now_ms + POLL_MS,
                self._input_bytes > INPUT_BYTES_MAX,
                self._problem,
            )
            self._out, self._err, self._held_bytes = [], [], 0
            self._changed.notify_all()
        return found

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._exit_code = LOST_CODE if self._exit_code < 0 else self._exit_code
            opened = self._opened
            self._changed.notify_all()
        self._orders.put(None)
        if opened is not None:
            _hang_up(opened)

    # --- threads ------------------------------------------------------------------------------

    def _run(self) -> None:
        """Open, then read to the end."""
        code, problem = LOST_CODE, ""
        try:
            opened = self._open()
            with self._changed:
                self._opened = opened
            if self._is_closed:
                _hang_up(opened)
            threading.Thread(target=self._obey, args=(opened,), daemon=True).start()
            for stream, data in _frames(opened, self._terminal):
                self._take(stream == STDERR, data)
            code = opened.code()
        except FAILURES as failed:
            problem = words(failed) if self._opened is None else ""
        with self._changed:
            self._problem = problem
            self._exit_code = code if self._exit_code < 0 else self._exit_code
        self._orders.put(None)

    def _take(self, is_err: bool, data: bytes) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._held_bytes <= OUTPUT_BYTES_MAX or self._is_closed)
            (self._err if is_err else self._out).append(data)
            self._held_bytes += len(data)

    def _obey(self, opened: Opened) -> None:
        while (order := self._orders.get()) is not None:
            with contextlib.suppress(*FAILURES):
                order(opened)


def _frames(opened: Opened, has_terminal: bool) -> Any:
    return frames_iter(opened.stream, has_terminal)  # type: ignore[no-untyped-call]


def _socket(opened: Opened) -> Any:
    return getattr(opened.stream, "_sock", opened.stream)


def _hang_up(opened: Opened) -> None:
    with contextlib.suppress(OSError):
        _socket(opened).shutdown(socket.SHUT_RDWR)
