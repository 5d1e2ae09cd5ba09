"""A dashboard in a pseudo terminal, as somebody at a keyboard has it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

WITHIN_S = 60.0
QUIT = b"\x11"


class Terminal:
    """A dashboard in a pseudo terminal, and all that it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self.process = process
        self.written = b""
        self._end = end

    def await_text(self, text: bytes) -> None:
        until = time.monotonic() + WITHIN_S
        while text not in self.written:
            assert time.monotonic() < until, self.written[-2000:].decode(errors="replace")
            self._read()

    def await_end(self) -> int:
        until = time.monotonic() + WITHIN_S
        while self.process.poll() is None:
            assert time.monotonic() < until, "the dashboard was not left"
            self._read()
        return self.process.returncode

    def type(self, keys: bytes) -> None:
        os.write(self._end, keys)

    def hang_up(self) -> None:
        """The terminal is gone, as when its window is closed."""
        if self._end >= 0:
            os.close(self._end)
            self._end = -1

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.process.pid, signal.SIGWINCH)

    def _read(self) -> None:
        if self._end < 0:
            time.sleep(0.05)
            return
        if select.select([self._end], [], [], 0.1)[0]:
            try:
                self.written += os.read(self._end, 65536)
            except OSError:  # the other end is closed: the process ends
                time.sleep(0.01)


@contextmanager
def dashboard(*words: str, **environment: str) -> Iterator[Terminal]:
    """`tuik8s ui WORDS` in 120x30 cells."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
    command = [sys.executable, "-m", "tuik8s.cli.main", "ui", *words]
    environment = {**os.environ, "TERM": "xterm-256color", **environment}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        terminal = Terminal(process, ours)
        try:
            yield terminal
        finally:
            process.kill()
            terminal.hang_up()
