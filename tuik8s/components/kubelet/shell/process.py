"""A command that runs in a simulated container, driven by time and by what its client sends.

    read(now) -> resume the generator where its time has come or its input is there -> what it wrote

With a terminal the client sends keys: they are echoed, lines are edited, Ctrl+C interrupts, Ctrl+D
on an empty line ends the input.
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.components.kubelet.runtimes.base import ExecRead
from tuik8s.components.kubelet.shell.base import Exit, Interrupted, Run, Sleep, Streams
from tuik8s.components.kubelet.shell.interpreter import INTERRUPTED_CODE, Shell
from tuik8s.components.kubelet.shell.script import OVERFLOWN_CODE

STEPS_MAX: Final = 10_000
"""Of one look; a command that sleeps in a tight loop goes on at the next one."""
OUTPUT_BYTES_MAX: Final = 1 << 20
"""What a command may have written that nobody has read, before it has to wait."""
INPUT_BYTES_MAX: Final = 256 << 10
"""What a client may have sent that the command has not read, before it has to wait."""


class Terminal:
    """Keys to lines (a terminal's cooked mode), and the echo."""

    def __init__(self) -> None:
        self.echo = b""
        self.is_interrupted = False
        self.line = b""

    def take(self, data: bytes) -> list[bytes]:
        """Finished lines; b"" for the end of input."""
        done: list[bytes] = []
        for number in data.decode(errors="replace").replace("\r\n", "\r"):
            self._key(number.encode(), done)
        return done

    def _key(self, key: bytes, done: list[bytes]) -> None:
        if key in (b"\r", b"\n"):
            self.echo += b"\r\n"
            done.append(self.line + b"\n")
            self.line = b""
        elif key in (b"\x08", b"\x7f"):
            if self.line:
                self.line = self.line.decode()[:-1].encode()
                self.echo += b"\b \b"
        elif key == b"\x03":
            self.echo += b"^C\r\n"
            self.line = b""
            self.is_interrupted = True
        elif key == b"\x15":
            self.echo += b"\b \b" * len(self.line.decode())
            self.line = b""
        elif key == b"\x04":
            done.append(self.line)
            self.line = b""
        elif key >= b" ":
            self.line += key
            self.echo += key


class Process:
    """See `runtimes.base.Execution`."""

    def __init__(self, shell: Shell, run: Run, written: Written) -> None:
        self._shell = shell
        self._run = run
        self._written = written
        self._terminal = Terminal() if shell.has_terminal else None
        self._input: list[bytes] = []
        self._input_ended = False
        self._wake_at_ms: int | None = None
        self._reads = False
        self._exit_code = -1
        self._begun = False

    def write(self, data: bytes, now_ms: int) -> None:
        if self._terminal is None:
            self._input.append(data)
            return
        self._input += self._terminal.take(data)
        self._written.out(self._terminal.echo, raw=True)
        self._terminal.echo = b""
        if self._terminal.is_interrupted:
            self._terminal.is_interrupted = False
            self._input.clear()
            self.read_until(now_ms)
            self._shell.now_ms = max(self._shell.now_ms, now_ms)
            self._resume(Interrupted())

    def end_input(self) -> None:
        self._input_ended = True

    def resize(self, width: int, height: int) -> None:
        """A shell that waits at its prompt writes it again, as one with an editor does."""
        self._shell.env.update(COLUMNS=str(width), LINES=str(height))
        if self._reads and self._terminal is not None and self._shell.prompted:
            shown = f"\r{self._shell.prompted}".encode() + self._terminal.line
            self._written.out(shown, raw=True)

    def close(self) -> None:
        self._run.close()
        if self._exit_code < 0:
            self._exit_code = 137

    def read(self, now_ms: int) -> ExecRead:
        self.read_until(now_ms)
        has_waited = self._written.size > OUTPUT_BYTES_MAX
        out, err = self._written.take()
        wake_at_ms = now_ms if has_waited else self._wake_at_ms
        is_full = sum(map(len, self._input)) > INPUT_BYTES_MAX
        return ExecRead(out, err, self._exit_code, wake_at_ms, is_full)

    def read_until(self, now_ms: int) -> None:
        """Go on up to now, as far as time and input allow."""
        shell = self._shell
        if not self._begun:
            self._begun = True
            shell.now_ms = now_ms
            self._resume(None)
        for _ in range(STEPS_MAX):
            if self._exit_code >= 0 or self._written.size > OUTPUT_BYTES_MAX:
                return
            if self._reads:
                if not self._input and not self._input_ended:
                    return
                shell.now_ms = max(shell.now_ms, now_ms)
                self._resume(self._input.pop(0) if self._input else b"")
            elif self._wake_at_ms is not None and self._wake_at_ms <= now_ms:
                shell.now_ms = self._wake_at_ms
                self._resume(None)
            else:
                return

    def _resume(self, value: bytes | Interrupted | None) -> None:
        if self._exit_code >= 0:
            return
        self._wake_at_ms, self._reads = None, False
        try:
            if isinstance(value, Interrupted):
                effect: Any = self._run.throw(value)
            else:
                effect = self._run.send(value)
        except StopIteration as end:
            self._exit_code = end.value
        except Exit as exit_:
            self._exit_code = exit_.code
        except Interrupted:
            self._exit_code = INTERRUPTED_CODE
        except RecursionError:
            self._exit_code = OVERFLOWN_CODE
        else:
            if isinstance(effect, Sleep):
                self._wake_at_ms = self._shell.now_ms + effect.delay_ms
            else:
                self._reads = True


class Written:
    """What a process wrote and nobody has read."""

    def __init__(self, has_terminal: bool) -> None:
        self.size = 0
        self._has_terminal = has_terminal
        self._out: list[bytes] = []
        self._err: list[bytes] = []

    def out(self, data: bytes, *, raw: bool = False) -> None:
        if self._has_terminal and not raw:
            data = data.replace(b"\n", b"\r\n")
        self._out.append(data)
        self.size += len(data)

    def err(self, data: bytes) -> None:
        if self._has_terminal:
            self.out(data)
            return
        self._err.append(data)
        self.size += len(data)

    def take(self) -> tuple[bytes, bytes]:
        found = b"".join(self._out), b"".join(self._err)
        self._out, self._err, self.size = [], [], 0
        return found


def start(shell: Shell, words: list[str], *, has_terminal: bool, has_input: bool) -> Process:
    """Run a command by its words."""
    shell.has_terminal = has_terminal
    written = Written(has_terminal)
    streams = Streams(written.out, written.err, None if has_input else b"")
    return Process(shell, shell.call(words, streams), written)
