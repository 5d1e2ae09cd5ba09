"""A command in a simulated container: its image's shell (`shell/`), for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.components.kubelet.program import Program
from tuik8s.components.kubelet.runtimes.base import ExecOrder, ExecRead, StartContainer
from tuik8s.components.kubelet.shell.files import Files
from tuik8s.components.kubelet.shell.interpreter import NOT_FOUND_CODE, Facts, Shell
from tuik8s.components.kubelet.shell.process import Process, start


def shell_of(
    container: StartContainer, namespace: str, program: Program, files: Files, started_at_ms: int
) -> Shell:
    """A shell in a container."""
    words = (*container.command, *container.args) or (container.image,)
    facts = Facts(
        container.pod,
        namespace,
        container.pod_ip,
        container.node,
        container.container,
        " ".join(words),
        started_at_ms,
    )
    return Shell(facts, container.env, files, program.commands)


class SimExecution:
    """See `runtimes.base.Execution`. It ends when its container does.

    is_running: whether the container runs at a time; die: ends the container with a code.
    """

    def __init__(
        self,
        container: StartContainer,
        order: ExecOrder,
        program: Program,
        files: Files,
        started_at_ms: int,
        is_running: Callable[[int], bool],
        die: Callable[[int, int], None],
    ) -> None:
        files.mount(order.files, order.fixed, order.made)
        self._shell = shell_of(container, order.namespace, program, files, started_at_ms)
        self._is_running = is_running
        self._die = die
        self._refused = b""
        self._process: Process | None = None
        if program.commands:
            self._process = start(
                self._shell,
                list(order.command),
                has_terminal=order.has_terminal,
                has_input=order.has_input,
            )
        else:
            word = order.command[0]
            self._refused = f'exec: "{word}": executable file not found in $PATH\n'.encode()

    def write(self, data: bytes, now_ms: int) -> None:
        if self._process is not None:
            self._process.write(data, now_ms)

    def end_input(self) -> None:
        if self._process is not None:
            self._process.end_input()

    def resize(self, width: int, height: int) -> None:
        if self._process is not None:
            self._process.resize(width, height)

    def read(self, now_ms: int) -> ExecRead:
        if self._process is None:
            refused, self._refused = self._refused, b""
            return ExecRead(b"", refused, NOT_FOUND_CODE, None)
        if not self._is_running(now_ms):
            self._process.close()
            return self._process.read(now_ms)
        found = self._process.read(now_ms)
        if self._shell.wants_end >= 0:
            code, self._shell.wants_end = self._shell.wants_end, -1
            self._die(code, now_ms)
        return found

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
