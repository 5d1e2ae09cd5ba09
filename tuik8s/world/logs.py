"""Log lines in klog's manner: time, severity, party, place in the code, "message", then key=value.

    2026-01-01T00:00:01.250Z I kubelet/node-1 node_pods.py:88] "SyncLoop ADD" pods=["default/web-1"]

Values are quoted as JSON, so a line stays a line. `api.log_lines` reads them back, and writes them
as klog does. Verbosity is upstream's `-v`: what is logged at level n costs one comparison below it.

Source: k8s.io/klog/v2 (format of structured lines).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

NOTHING: Final = -3
"""A verbosity below errors: the log of a world that nobody reads."""
ERRORS: Final = -2
WARNINGS: Final = -1
USUAL: Final = 2
"""What upstream's own clusters run with: one line per thing that happens to a pod."""

Sink = Callable[[str], None]


def discard(line: str) -> None:
    """The sink of a world whose log nobody reads."""


def format_line(
    stamp: str, severity: str, party: str, place: str, message: str, fields: Mapping[str, object]
) -> str:
    """One log line, without a newline. stamp: as `stamp_of` writes it."""
    shown = "".join([f" {key}={_shown(value)}" for key, value in fields.items()])
    return f'{stamp} {severity} {party} {place}] "{message}"{shown}'


def stamp_of(at_ms: int) -> str:
    """RFC 3339 with milliseconds."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{at}.{at_ms % 1000:03d}Z"


def _shown(value: object) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{','.join([_shown(each) for each in value])}]"
    text = str(value)
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return json.dumps(text, ensure_ascii=True)


class LineLog:
    """A `world.base.Log` that writes lines to a sink. The clock is read once a line."""

    __slots__ = ("_at_ms", "_now_ms", "_party", "_sink", "_stamp", "verbosity")

    def __init__(
        self, party: str, now_ms: Callable[[], int], sink: Sink, verbosity: int = USUAL
    ) -> None:
        self.verbosity = verbosity
        self._party = party
        self._now_ms = now_ms
        self._sink = sink
        self._at_ms = -1
        self._stamp = ""

    def info(self, message: str, /, **fields: object) -> None:
        if self.verbosity >= 0:
            self._write("I", message, fields)

    def warning(self, message: str, /, **fields: object) -> None:
        if self.verbosity >= WARNINGS:
            self._write("W", message, fields)

    def error(self, message: str, /, **fields: object) -> None:
        if self.verbosity >= ERRORS:
            self._write("E", message, fields)

    def _write(self, severity: str, message: str, fields: dict[str, object]) -> None:
        frame = sys._getframe(2)
        place = f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}"
        now_ms = self._now_ms()
        if now_ms != self._at_ms:
            self._at_ms, self._stamp = now_ms, stamp_of(now_ms)
        self._sink(format_line(self._stamp, severity, self._party, place, message, fields))
