"""Streams to an engine that is played here by a socket; needs no engine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from docker.errors import DockerException

from tuik8s.components.kubelet.runtimes.base import ExecRead
from tuik8s.components.kubelet.runtimes.docker_exec import DockerExecution, Opened


def settled(running: DockerExecution, holds: Callable[[ExecRead], bool]) -> ExecRead:
    """Look until it holds, with all output so far; the bound only ends a test that hangs."""
    out, pause = b"", threading.Event()
    for _ in range(3_000):
        found = running.read(0)
        out += found.stdout
        if holds(found._replace(stdout=out)):
            return found._replace(stdout=out)
        pause.wait(0.01)
    raise AssertionError("it did not come to that")


def test_an_engine_that_says_no_ends_the_command_with_its_words() -> None:
    def refuse() -> Opened:
        raise DockerException("no such container")

    running = DockerExecution(refuse, has_terminal=False)
    running.write(b"nobody reads this", 0)
    found = settled(running, lambda found: found.exit_code >= 0)
    assert (found.problem, found.exit_code) == ("no such container", 137)


def test_what_was_asked_before_the_engine_answered_is_done_in_its_order() -> None:
    ours, theirs = socket.socketpair()
    may_open, sizes = threading.Event(), list[Any]()

    def open_() -> Opened:
        may_open.wait()
        return Opened(ours, lambda: 7, lambda **size: sizes.append(size))

    running = DockerExecution(open_, has_terminal=True)
    running.resize(80, 24)
    running.write(b"one ", 0)
    running.write(b"two", 0)
    running.end_input()
    assert running.read(0) == ExecRead(b"", b"", -1, 50)
    may_open.set()
    with theirs:
        theirs.settimeout(30)
        assert b"".join(iter(lambda: theirs.recv(100), b"")) == b"one two"
        theirs.sendall(b"answer")
    found = settled(running, lambda found: found.exit_code >= 0)
    assert (found.stdout, found.exit_code, found.problem) == (b"answer", 7, "")
    assert sizes == [{"height": 24, "width": 80}]
