"""Log lines."""

from __future__ import annotations

import re

import pytest

from tuik8s.api.log_lines import read_lines, without_time
from tuik8s.world.logs import ERRORS, NOTHING, USUAL, WARNINGS, LineLog, format_line, stamp_of


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"a": 1, "b": "x/y"}, ' a=1 b="x/y"', id="plain"),
        pytest.param({"a": True, "b": False}, " a=true b=false", id="booleans"),
        pytest.param({"a": ["x", "y"], "b": ()}, ' a=["x","y"] b=[]', id="lists"),
        pytest.param({"a": 'say "hi" \\'}, ' a="say \\"hi\\" \\\\"', id="quotes"),
        pytest.param({"a": "x\n\x1b[31m"}, ' a="x\\n\\u001b[31m"', id="control characters"),
        pytest.param({"a": "ü"}, ' a="\\u00fc"', id="other letters"),
    ],
)
def test_format_line(fields: dict[str, object], shown: str) -> None:
    stamp = stamp_of(1_767_225_600_007)
    line = format_line(stamp, "I", "kubelet/n1", "pods.py:7", "Pod started", fields)
    assert line == f'2026-01-01T00:00:00.007Z I kubelet/n1 pods.py:7] "Pod started"{shown}'


@pytest.mark.parametrize(
    ("verbosity", "severities"),
    [(4, "IWE"), (USUAL, "IWE"), (0, "IWE"), (WARNINGS, "WE"), (ERRORS, "E"), (NOTHING, "")],
)
def test_verbosity(verbosity: int, severities: str) -> None:
    lines: list[str] = []
    log = LineLog("p", lambda: 0, lines.append, verbosity)
    log.info("x")
    log.warning("x")
    log.error("x")
    assert "".join(line.split(" ")[1] for line in lines) == severities


def test_a_line_says_where_in_the_code_it_was_written() -> None:
    lines: list[str] = []
    LineLog("p", lambda: 0, lines.append).warning("x")
    assert re.fullmatch(r'1970-01-01T00:00:00.000Z W p test_logs.py:\d+\] "x"', lines[0])


def test_lines_are_read_in_klogs_form_and_a_trace_has_the_time_of_the_line_before() -> None:
    stored = [
        "left over",
        '2026-01-02T03:04:05.250Z E kubelet/n1 a.py:1] "Boom" err="x y"',
        "Traceback (most recent call last):",
    ]
    at = "2026-01-02T03:04:05.250000000Z"
    klog = 'E0102 03:04:05.250000       1 a.py:1] "Boom" err="x y"'
    assert read_lines(stored) == [("", "left over"), (at, klog), (at, stored[2])]
    assert without_time(klog) == 'E a.py:1] "Boom" err="x y"'
    assert without_time("left over") == "left over"
