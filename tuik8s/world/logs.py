"""Log lines: time, level, party, constant message, then key=value.

    2026-01-01T00:00:01.250Z INFO kubelet/node-1 pod started pod=default/web-1 after_ms=12

Values with spaces, quotes or control characters are quoted as JSON, so a line stays a line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "none": 100}

Sink = Callable[[str], None]


def discard(line: str) -> None:
    """The sink of a world whose log nobody reads."""


def format_line(at_ms: int, level: str, party: str, message: str, fields: dict[str, object]) -> str:
    """One log line, without a newline."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    shown = "".join([f" {key}={_shown(value)}" for key, value in fields.items()])
    return f"{at}.{at_ms % 1000:03d}Z {level.upper()} {party} {message}{shown}"


def _shown(value: object) -> str:
    text = str(value)
    if text and text.isprintable() and not any(mark in text for mark in ' "='):
        return text
    return json.dumps(text, ensure_ascii=True)


class LineLog:
    """A `world.base.Log` that writes lines from a level on to a sink."""

    __slots__ = ("_level", "_now_ms", "_party", "_sink")

    def __init__(self, party: str, now_ms: Callable[[], int], sink: Sink, level: str) -> None:
        self._party = party
        self._now_ms = now_ms
        self._sink = sink
        self._level = LEVELS[level]

    def debug(self, message: str, **fields: object) -> None:
        if self._level <= 10:
            self._write("debug", message, fields)

    def info(self, message: str, **fields: object) -> None:
        if self._level <= 20:
            self._write("info", message, fields)

    def warning(self, message: str, **fields: object) -> None:
        if self._level <= 30:
            self._write("warning", message, fields)

    def error(self, message: str, **fields: object) -> None:
        if self._level <= 40:
            self._write("error", message, fields)

    def _write(self, level: str, message: str, fields: dict[str, object]) -> None:
        self._sink(format_line(self._now_ms(), level, self._party, message, fields))
