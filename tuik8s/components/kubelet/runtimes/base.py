"""A container runtime: a state machine that time advances.

    kubelet --start, stop--> runtime          wake_at_ms(): the next instant at which something
    can happen kubelet <--changes------ advance(now)     logs, answer: what is asked of a running
    container

The kubelet sets one timer for `wake_at_ms`, calls `advance`, and feeds the changes into its pods.
To add a runtime: one file here, one line in `registry.py`, one test; a runtime that needs the
operating system is registered only where there is one.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from tuik8s.api.types import Object
from tuik8s.world.network import HttpAnswer, HttpRequest

WINDOW_MS: Final = 10_000
"""Windows of usage begin at whole multiples of it: those of all containers are the same."""


class ProbeTimes(NamedTuple):
    """When a probe is asked, and how many failures in a row count."""

    delay_ms: int
    period_ms: int
    failures: int


class StartContainer(msgspec.Struct, frozen=True, kw_only=True):
    """An order to run one container. behaviour: what the pod's annotation says it shall do.

    ends: whether the pod waits for the container's end (an init container that is no sidecar).
    sandbox: the pod's uid, for runtimes where its containers share something. cpu_millis,
    memory_bytes: limits, 0 for none. readiness: the probe, with ports as numbers. liveness: when
    it is asked, None for never. pre_stop_ms: how long the hook before a stop takes. has_input,
    has_terminal: it reads from who attaches to it; input_once: from the first one only.
    """

    id: str
    pod: str
    container: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    ports: tuple[int, ...] = ()
    pod_ip: str = ""
    node: str = ""
    behaviour: str = ""
    restarts: int = 0
    ends: bool = False
    sandbox: str = ""
    cpu_millis: int = 0
    memory_bytes: int = 0
    readiness: Object | None = None
    liveness: ProbeTimes | None = None
    pre_stop_ms: int = 0
    has_input: bool = False
    input_once: bool = False
    has_terminal: bool = False


Kind = Literal[
    "pulling",
    "pulled",
    "pull-failed",
    "started",
    "ready",
    "unready",
    "unhealthy",
    "dead",
    "exited",
]


class ContainerChange(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a container.

    unhealthy: a liveness probe failed; dead: so many did that it is to be restarted. reason and
    message explain failures and exits; creates: what it asks of the API as it starts.
    """

    id: str
    kind: Kind
    at_ms: int
    exit_code: int = 0
    reason: str = ""
    message: str = ""
    creates: tuple[Object, ...] = ()


class LogLine(msgspec.Struct, frozen=True):
    """One line that a container wrote."""

    at_ms: int
    text: str


class Log(NamedTuple):
    """What a container wrote: the last lines, and how many there ever were."""

    lines: tuple[LogLine, ...]
    total: int


class Usage(NamedTuple):
    """What a container used in a window of time that ended at at_ms.

    cpu_nanos: of a processor per second, on average; cpu_total_nanos: since its start.
    """

    at_ms: int
    cpu_nanos: int
    cpu_total_nanos: int
    memory_bytes: int


class ExecOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A command to run in a running container; without one it is attached to.

    files: what the pod's volumes bring, path -> content; fixed: directories in which nothing can
    be written; made: those that are there and empty.
    """

    command: tuple[str, ...] = ()
    namespace: str = ""
    has_terminal: bool = False
    has_input: bool = False
    files: dict[str, bytes] = {}
    fixed: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


class ExecRead(NamedTuple):
    """What a command wrote since the last look. exit_code: -1 while it runs; wake_at_ms: when it
    will go on by itself, if that is known. is_full: it takes no more input for now. problem: why it
    could not be run or was lost, which ends it."""

    stdout: bytes
    stderr: bytes
    exit_code: int
    wake_at_ms: int | None
    is_full: bool = False
    problem: str = ""


class Execution(Protocol):
    """A command that was started in a container, or a client that is attached to one."""

    def write(self, data: bytes, now_ms: int) -> None:
        """Hand over input of the client."""
        ...

    def end_input(self) -> None: ...

    def resize(self, width: int, height: int) -> None:
        """The client's terminal has this size, in characters."""
        ...

    def read(self, now_ms: int) -> ExecRead: ...

    def close(self) -> None:
        """The client has gone: end the command."""
        ...


class CannotExec(Exception):
    """The container cannot run a command now; the message says why."""


class Runtime(Protocol):
    """Runs containers, by id. version: as nodes tell it, such as `sim://1.0`."""

    version: str

    def start(self, order: StartContainer, now_ms: int) -> None: ...

    def stop(self, container_id: str, grace_ms: int, now_ms: int) -> None:
        """Ask it to end; after grace_ms it is ended."""
        ...

    def end(self, container_id: str, exit_code: int, reason: str, now_ms: int) -> None:
        """End a running container at once, as if it had ended by itself."""
        ...

    def set_unready(self, container_id: str, is_unready: bool, now_ms: int) -> None:
        """Have its readiness probes fail, or no longer, whatever it says itself."""
        ...

    def remove(self, container_id: str) -> None:
        """Forget a container and its log."""
        ...

    def advance(self, now_ms: int) -> tuple[ContainerChange, ...]:
        """Everything that happened up to now, in order."""
        ...

    def wake_at_ms(self) -> int | None: ...

    def logs(self, container_id: str, now_ms: int) -> Log: ...

    def usage(self, container_id: str, now_ms: int) -> Usage | None:
        """Of the last whole window (`WINDOW_MS`); None when it did not run all through it, or
        is not measured."""
        ...

    def answer(self, container_id: str, request: HttpRequest, now_ms: int) -> HttpAnswer: ...

    def exec(self, container_id: str, order: ExecOrder, now_ms: int) -> Execution:
        """Start a command in a running container. Raises CannotExec."""
        ...

    def attach(self, container_id: str, order: ExecOrder, now_ms: int) -> Execution:
        """What a running container writes from now on, and its input. Raises CannotExec."""
        ...

    def address_of(self, container_id: str) -> str:
        """Where a container that really runs listens; "" when the runtime answers for it."""
        ...
