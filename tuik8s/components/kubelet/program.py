"""What a simulated container does, as data: when it is ready or ends, what it writes and answers.

An image (`images/`) gives the program of an order; the pod's behaviour annotation then changes it
(`behaviour.py`). The `sim` runtime plays it. Times are milliseconds after the container's start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tuik8s.api.types import Object
from tuik8s.components.kubelet.shell.base import Command
from tuik8s.components.kubelet.shell.table import SHELL
from tuik8s.world.network import HttpAnswer, HttpRequest


@dataclass(frozen=True, slots=True)
class Writes:
    """A log line at at_ms, and again every every_ms if that is not 0."""

    text: str
    at_ms: int = 0
    every_ms: int = 0


class Level(NamedTuple):
    """How much it uses from at_ms on, until the next level."""

    amount: int
    at_ms: int = 0


@dataclass(slots=True)
class Program:
    """One container's life.

    Exit_after_ms None: runs until stopped; ready_after_ms None: never ready;
    unhealthy_after_ms: its liveness probe fails from then on.
    """

    pull_ms: int = 0
    pull_error: str = ""
    start_ms: int = 0
    ready_after_ms: int | None = 0
    unhealthy_after_ms: int | None = None
    exit_after_ms: int | None = None
    exit_code: int = 0
    exit_reason: str = ""
    stop_takes_ms: int = 0
    ignores_stop: bool = False
    stop_exit_code: int = 0
    writes: list[Writes] = field(default_factory=list)
    answer: Callable[[HttpRequest], HttpAnswer] | None = None
    creates: list[Object] = field(default_factory=list)
    """What it creates through the API when it starts, with its pod's service account."""
    commands: Mapping[str, Command] = field(default_factory=lambda: SHELL)
    """What can be run in it (exec), by name; empty for an image without a shell."""
    command: tuple[str, ...] = ()
    """The one of these that the container itself is, when it reads from who attaches to it: it is
    not known ahead what that one writes, and when it ends."""
    cpu_millis: list[Level] = field(default_factory=lambda: [Level(1)])
    memory_bytes: list[Level] = field(default_factory=lambda: [Level(8 << 20)])
    request_cpu_ms: int = 1
    """Processor time that each request it answers costs."""
