"""A supervisor with children of its own: what reaches them, and what is left when it dies."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tuik8s.components.supervisor.channel import Message
from tuik8s.components.supervisor.command import ask
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.components.supervisor.roles import Role
from tuik8s.components.supervisor.supervisor import Supervisor

pytestmark = pytest.mark.real


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


class Rig:
    """A supervisor in a process of its own, with one child that holds a lock and never reads."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self.process = multiprocessing.get_context("fork").Process(target=self._supervise)
        self.process.start()
        until(self.is_locked)

    def ask(self, **message: Any) -> dict[str, Any]:
        return ask(str(self._runtime), message)

    def is_locked(self) -> bool:
        """Whether the child lives: its lock goes with it."""
        with (self._runtime / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def _supervise(self) -> None:
        nothing: Callable[..., None] = lambda *_: None  # noqa: E731
        control = self._runtime / "control.sock"
        roles = (Role("scheduler"),)
        Supervisor(roles, self._live, control, nothing, nothing, nothing, {}).run()

    def _live(self, role: Role, line: socket.socket, state: Message) -> None:
        with (self._runtime / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            hung_up = select.poll()
            hung_up.register(line, 0)
            hung_up.poll()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    if rig.process.is_alive():
        rig.ask(command="down")
    rig.process.join(10)


def test_a_child_that_does_not_read_is_cut_off_and_nobody_else(rig: Rig) -> None:
    for _ in range(3):
        rig.ask(command="links", value=[{"sender": "x" * 3_000_000}])
    until(lambda: rig.ask(command="status")["processes"][0]["restarts"] == 1)
    until(rig.is_locked)


def test_links_that_are_no_rules_are_refused_and_change_nothing(rig: Rig) -> None:
    with pytest.raises(Refusal, match="list of rules"):
        rig.ask(command="links", value="slow")
    assert rig.ask(command="status")["processes"][0]["restarts"] == 0


@pytest.mark.parametrize("value", ["slow", [{"type": "weather"}], [{"type": "pace"}]])
def test_rules_that_are_none_are_refused_and_change_nothing(rig: Rig, value: object) -> None:
    with pytest.raises(Refusal, match="list of rules"):
        rig.ask(command="rules", value=value)
    assert rig.ask(command="status")["processes"][0]["restarts"] == 0


@pytest.mark.parametrize("value", ["fast", None, {"rate": 1000}])
def test_a_clock_that_is_none_is_refused_and_kills_nobody(rig: Rig, value: object) -> None:
    with pytest.raises(Refusal, match="clock takes a clock"):
        rig.ask(command="clock", value=value)
    assert rig.ask(command="time") == {"clock": None}


def test_a_paused_child_ends_with_a_killed_supervisor(rig: Rig) -> None:
    rig.ask(command="pause", process="scheduler")
    pid = rig.process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: not rig.is_locked())
