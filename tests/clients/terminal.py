"""A program in a pseudo terminal, as somebody at a keyboard has it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

WITHIN_S = 60.0
QUIT = b"\x11"


class Terminal:
    """A program in a pseudo terminal, and all that it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self.process = process
        self.written = b""
        self._end = end
        self._typed_at = 0

    def await_text(self, text: bytes) -> None:
        self.await_match(re.compile(re.escape(text)))

    def await_answer(self, text: bytes) -> None:
        """Wait for a text written since the last keys."""
        self.await_match(re.compile(re.escape(text)), self._typed_at)

    def await_match(self, pattern: re.Pattern[bytes], start: int = 0) -> None:
        until = time.monotonic() + WITHIN_S
        while not pattern.search(self.written, start):
            assert time.monotonic() < until, self.written[-2000:].decode(errors="replace")
            self._read()

    def await_end(self) -> int:
        until = time.monotonic() + WITHIN_S
        while self.process.poll() is None:
            assert time.monotonic() < until, "the program was not left"
            self._read()
        return self.process.returncode

    def type(self, keys: bytes) -> None:
        self._typed_at = len(self.written)
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
    command = [sys.executable, "-m", "tuik8s.cli.main", "ui", *words]
    with opened(command, {**os.environ, **environment}) as terminal:
        yield terminal


@contextmanager
def opened(
    command: list[str],
    environment: Mapping[str, str],
    columns: int = 120,
    rows: int = 30,
    *,
    controls: bool = False,
) -> Iterator[Terminal]:
    """A program in a terminal of its own, ended with it. controls: it is the program's /dev/tty."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {**environment, "TERM": "xterm-256color"}
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=controls,
        preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if controls else None,
    ) as process:
        os.close(theirs)
        terminal = Terminal(process, ours)
        try:
            yield terminal
        finally:
            process.kill()
            terminal.hang_up()
