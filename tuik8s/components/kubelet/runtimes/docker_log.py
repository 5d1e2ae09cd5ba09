"""What a container of a Docker engine writes, followed in a thread: asking for it takes no time."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Final

from tuik8s.api.times import parse_time
from tuik8s.components.kubelet.runtimes.base import Log, LogLine
from tuik8s.components.kubelet.runtimes.docker_exec import FAILURES

LOG_LINES_MAX: Final = 10_000


class FollowedLog:
    """The last lines of one container's log. follow: what a thread of its own runs to the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[LogLine] = deque(maxlen=LOG_LINES_MAX)
        self._total = 0

    def now(self) -> Log:
        """What has come so far."""
        with self._lock:
            return Log(tuple(self._lines), self._total)

    def follow(self, container: Any) -> None:
        """Read from the beginning until the container has ended."""
        partial = b""
        try:
            for piece in container.logs(stream=True, follow=True, timestamps=True):
                whole, newline, rest = (partial + piece).rpartition(b"\n")
                partial = rest
                self._take(whole + newline)
        except FAILURES:
            pass  # the engine is gone, and so is the container
        self._take(partial)

    def _take(self, data: bytes) -> None:
        lines = log_lines(data.decode("utf-8", "replace"))
        with self._lock:
            self._lines.extend(lines)
            self._total += len(lines)


def log_lines(text: str) -> list[LogLine]:
    """The lines of an engine's log, each after its time; a carriage return ends none."""
    parts = (line.partition(" ") for line in text.split("\n") if line)
    return [LogLine(parse_time(stamp), written) for stamp, _, written in parts]
