"""Log lines."""

from __future__ import annotations

import pytest

from tuik8s.world.logs import LineLog, format_line


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"a": 1, "b": "x/y"}, " a=1 b=x/y", id="plain"),
        pytest.param({"a": "two words"}, ' a="two words"', id="space"),
        pytest.param({"a": "x\n\x1b[31m"}, ' a="x\\n\\u001b[31m"', id="control characters"),
        pytest.param({"a": ""}, ' a=""', id="empty"),
    ],
)
def test_format_line(fields: dict[str, object], shown: str) -> None:
    line = format_line(1_767_225_600_007, "info", "kubelet/n1", "pod started", fields)
    assert line == f"2026-01-01T00:00:00.007Z INFO kubelet/n1 pod started{shown}"


@pytest.mark.parametrize(
    ("level", "count"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1), ("none", 0)]
)
def test_levels(level: str, count: int) -> None:
    lines: list[str] = []
    log = LineLog("p", lambda: 0, lines.append, level)
    log.debug("x")
    log.info("x")
    log.warning("x")
    log.error("x")
    assert len(lines) == count
