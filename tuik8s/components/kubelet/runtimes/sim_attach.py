"""Clients attached to a simulated container, and the process of one that reads what they send.

    Own         the container's own command where it is not known ahead what it does
    Attachment  one client: what is written from now on, and its input

Most containers are programs whose output is known ahead (`program.Writes`); attached to one of
those, a client sees its new log lines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tuik8s.components.kubelet.runtimes.base import ExecRead, Log, LogLine
from tuik8s.components.kubelet.shell.interpreter import Shell
from tuik8s.components.kubelet.shell.process import OUTPUT_BYTES_MAX, start

LOOK_MS: Final = 250
"""How often the log of a container is looked at whose output is known ahead."""
LINES_MAX: Final = 10_000
LINE_BYTES_MAX: Final = 16 << 10
"""A longer line of a log is cut into several, as container engines do."""


class Own:
    """The process of one container. exit_code: -1 while it runs."""

    def __init__(
        self, shell: Shell, command: tuple[str, ...], *, has_terminal: bool, once: bool
    ) -> None:
        self.exit_code = -1
        self.lines: list[LogLine] = []
        self.lines_count = 0
        self.wake_at_ms: int | None = shell.facts.started_at_ms
        self.shell = shell
        self.process = start(shell, list(command), has_terminal=has_terminal, has_input=True)
        self.once = once
        self.is_full = False
        self._partial = b""
        self._taps: list[Attachment] = []

    def attach(self, client: Attachment) -> None:
        self._taps.append(client)

    def detach(self, client: Attachment) -> None:
        if client in self._taps:
            self._taps.remove(client)

    def advance(self, now_ms: int) -> None:
        """Go on up to now, unless somebody who is attached does not read."""
        if self.exit_code >= 0:
            return
        if any(tap.held_bytes > OUTPUT_BYTES_MAX for tap in self._taps):
            self.wake_at_ms = now_ms + LOOK_MS  # a time that has passed would stop the clock
            return
        found = self.process.read(now_ms)
        self.exit_code, self.wake_at_ms = found.exit_code, found.wake_at_ms
        self.is_full = found.is_full
        if self.shell.wants_end >= 0:
            self.exit_code = self.shell.wants_end
        for tap in self._taps:
            tap.take(found.stdout, found.stderr)
        self._log(found.stdout + found.stderr, now_ms)
        if self.exit_code >= 0:
            self.wake_at_ms = None
            self.process.close()

    def _log(self, data: bytes, now_ms: int) -> None:
        *whole, rest = (self._partial + data).split(b"\n")
        pieces = [piece for line in whole for piece in _cut(line)]
        *more, self._partial = _cut(rest)
        pieces += more
        if self.exit_code >= 0 and self._partial:
            pieces.append(self._partial)
            self._partial = b""
        texts = [piece.rstrip(b"\r").decode(errors="replace") for piece in pieces]
        self.lines += [LogLine(now_ms, text) for text in texts]
        self.lines_count += len(texts)
        del self.lines[:-LINES_MAX]


def _cut(line: bytes) -> list[bytes]:
    """A line in pieces of a log's lines; at least one."""
    return [line[at : at + LINE_BYTES_MAX] for at in range(0, len(line), LINE_BYTES_MAX)] or [line]


class Attachment:
    """See `runtimes.base.Execution`; it ends, without a code of its own, when its container does.

    own: the process that takes the input; None: whatever is sent is not read. log: the container's
    log up to a time; is_running: whether it runs then.
    """

    def __init__(
        self,
        own: Own | None,
        log: Callable[[int], Log],
        is_running: Callable[[int], bool],
        now_ms: int,
    ) -> None:
        self.held_bytes = 0
        self._own = own
        self._log = log
        self._is_running = is_running
        self._seen = log(now_ms).total
        self._out: list[bytes] = []
        self._err: list[bytes] = []
        self._is_closed = False
        if own is not None:
            own.attach(self)

    def take(self, out: bytes, err: bytes) -> None:
        """What the container wrote."""
        self._out.append(out)
        self._err.append(err)
        self.held_bytes += len(out) + len(err)

    def write(self, data: bytes, now_ms: int) -> None:
        if self._own is not None:
            self._own.process.write(data, now_ms)

    def end_input(self) -> None:
        if self._own is not None and self._own.once:
            self._own.process.end_input()

    def resize(self, width: int, height: int) -> None:
        if self._own is not None:
            self._own.process.resize(width, height)

    def read(self, now_ms: int) -> ExecRead:
        is_over = self._is_closed or not self._is_running(now_ms)
        if self._own is None:
            log = self._log(now_ms)
            new = log.lines[max(0, len(log.lines) - (log.total - self._seen)) :]
            self._seen = log.total
            text = "".join(f"{line.text}\n" for line in new).encode()
            return ExecRead(text, b"", 0 if is_over else -1, now_ms + LOOK_MS)
        if not is_over:
            self._own.advance(now_ms)
        out, err = b"".join(self._out), b"".join(self._err)
        self._out, self._err, self.held_bytes = [], [], 0
        is_over = is_over or self._own.exit_code >= 0
        wake_at_ms = now_ms + LOOK_MS  # others may be attached, too
        if self._own.wake_at_ms is not None:
            wake_at_ms = min(wake_at_ms, self._own.wake_at_ms)
        return ExecRead(out, err, 0 if is_over else -1, wake_at_ms, self._own.is_full)

    def close(self) -> None:
        self._is_closed = True
        if self._own is not None:
            self._own.detach(self)
            if self._own.once:
                self._own.process.end_input()
