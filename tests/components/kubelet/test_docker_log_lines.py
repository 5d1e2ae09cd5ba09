"""What a Docker engine writes of a log, as lines; needs no engine."""

from __future__ import annotations

from tuik8s.components.kubelet.runtimes.base import LogLine
from tuik8s.components.kubelet.runtimes.docker_log import log_lines

STAMP = "2026-01-01T00:00:00.5Z"
AT_MS = 1_767_225_600_500


def test_progress_bars_and_other_separators_end_no_line() -> None:
    text = f"{STAMP} 10%\r50%\x0b \u2028end\n{STAMP} \n{STAMP} last\n"
    written = ["10%\r50%\x0b \u2028end", "", "last"]
    assert log_lines(text) == [LogLine(AT_MS, line) for line in written]
    assert log_lines("") == []
