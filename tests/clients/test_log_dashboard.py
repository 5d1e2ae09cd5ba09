"""`tuik8s ui --log DIR` in a terminal: what a cluster did is shown, nothing of it is touched."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.components.apiserver.plant import PODS, Api, pod, save_log

pytestmark = [pytest.mark.real, pytest.mark.slow]
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

    def _read(self) -> None:
        if select.select([self._end], [], [], 0.1)[0]:
            try:
                self.written += os.read(self._end, 65536)
            except OSError:  # the other end is closed: the process ends
                time.sleep(0.01)


@contextmanager
def dashboard(*words: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
    command = [sys.executable, "-m", "tuik8s.cli.main", "ui", *words]
    environment = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(process, ours)
        finally:
            process.kill()
            os.close(ours)


def content(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_a_log_is_looked_at_and_left_as_it_was(tmp_path: Path) -> None:
    api = Api()
    assert api.post(PODS, pod("early-bird")).code == 201
    revision = api.server.store.revision
    assert api.post(PODS, pod("late-riser")).code == 201
    log = save_log(api, tmp_path / "log")
    (log / "segment-00000001.log").open("ab").write(b"a torn tail")
    before = content(log)
    with dashboard("--log", str(log)) as newest:
        newest.await_text(b"late-riser")
        newest.type(QUIT)
        assert newest.await_end() == 0
    with dashboard("--log", str(log), "--at", str(revision)) as past:
        past.await_text(b"early-bird")
        past.type(QUIT)
        assert past.await_end() == 0
    assert b"late-riser" not in past.written
    assert content(log) == before


def test_a_log_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    with dashboard("--log", str(tmp_path)) as refused:
        assert refused.await_end() == 2
    with dashboard("--at", "-10m") as misplaced:
        assert misplaced.await_end() == 2
    assert b"no log can be read at" in refused.written
    assert b"--at goes with --log DIR" in misplaced.written
