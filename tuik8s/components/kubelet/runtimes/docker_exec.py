"""A command in a container of a Docker engine: its socket, read by a thread."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, Final

from docker.errors import APIError, DockerException
from docker.utils.socket import STDERR, frames_iter
from requests.exceptions import RequestException

from tuik8s.components.kubelet.runtimes.base import CannotExec, ExecOrder, ExecRead

POLL_MS: Final = 50
_LOST_CODE: Final = 137
_FAILURES: Final = (DockerException, RequestException, OSError)


class DockerExecution:
    """See `runtimes.base.Execution`."""

    def __init__(self, engine: Any, container: str, order: ExecOrder) -> None:
        """engine: the low-level client. Raises CannotExec."""
        self._api = engine
        self._terminal = order.has_terminal
        self._lock = threading.Lock()
        self._out: list[bytes] = []
        self._err: list[bytes] = []
        self._exit_code = -1
        try:
            made = engine.exec_create(
                container, list(order.command), stdin=order.has_input, tty=order.has_terminal
            )
            self._id = made["Id"]
            self._stream = engine.exec_start(self._id, tty=order.has_terminal, socket=True)
        except (APIError, *_FAILURES) as problem:
            raise CannotExec(str(getattr(problem, "explanation", "") or problem)) from problem
        threading.Thread(target=self._read, daemon=True).start()

    def write(self, data: bytes, now_ms: int) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendall(data)

    def end_input(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def resize(self, width: int, height: int) -> None:
        with contextlib.suppress(*_FAILURES):
            self._api.exec_resize(self._id, height=height, width=width)

    def read(self, now_ms: int) -> ExecRead:
        with self._lock:
            found = ExecRead(
                b"".join(self._out), b"".join(self._err), self._exit_code, now_ms + POLL_MS
            )
            self._out, self._err = [], []
        return found

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._exit_code = _LOST_CODE if self._exit_code < 0 else self._exit_code

    @property
    def _socket(self) -> Any:
        return getattr(self._stream, "_sock", self._stream)

    def _read(self) -> None:
        code = _LOST_CODE
        try:
            frames: Any = frames_iter(self._stream, self._terminal)  # type: ignore[no-untyped-call]
            for stream, data in frames:
                with self._lock:
                    (self._err if stream == STDERR else self._out).append(data)
            code = int(self._api.exec_inspect(self._id)["ExitCode"] or 0)
        except _FAILURES:
            code = _LOST_CODE
        with self._lock:
            self._exit_code = code if self._exit_code < 0 else self._exit_code
