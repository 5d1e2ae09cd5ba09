"""The log of a process: a file that grows at its end, and is bounded.

A full file becomes `NAME.log.1`, in place of the one before it, and a new one begins: so at least
BYTES_MAX of the newest lines are kept. Lines are written together at the end of a turn of the
event loop; what the interpreter itself writes (a trace) goes to the same file.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tuik8s.world.log_files import BYTES_MAX, OLDER


class LogFile:
    """A `world.logs.Sink` over one file. It becomes standard output and error of the process."""

    def __init__(self, path: Path, bytes_max: int = BYTES_MAX) -> None:
        self._path = path
        self._bytes_max = bytes_max
        self._lines: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._size = 0
        self._open()
        sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on lines wait for the end of a turn."""
        self._loop = loop

    def __call__(self, line: str) -> None:
        self._lines.append(line)
        if self._loop is None:
            self.flush()
        elif len(self._lines) == 1:
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what waits."""
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        lines.append("")
        data = "\n".join(lines).encode(errors="backslashreplace")
        self._size += len(data)
        try:
            os.write(1, data)
            if self._size > self._bytes_max:
                os.replace(self._path, f"{self._path}{OLDER}")
                self._open()
        except OSError:
            return  # a full disk: what is said of the cluster must not end it

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self._path, flags, 0o600)
        self._size = os.fstat(descriptor).st_size
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)
