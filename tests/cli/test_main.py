"""What every command has in common: exit codes, and words instead of tracebacks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from typing import Any

import pytest

from tuik8s.cli import ls
from tuik8s.cli.main import main


def _fails(problem: OSError) -> Any:
    def run(args: object) -> int:
        raise problem

    return run


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/a/b"), "/a/b: No space left on device"),
        (OSError(errno.ENOSPC, "No space left on device"), "ls: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "/a"), "/a: Permission denied"),
    ],
)
def test_a_machine_that_refuses_is_told_in_words(
    problem: OSError,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(ls, "run", _fails(problem))
    assert main(["ls"]) == 2
    assert capsys.readouterr().err == f"tuik8s: {told}\n"


def test_what_is_no_fault_of_the_machine_stays_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ls, "run", _fails(OSError(errno.EBADF, "Bad file descriptor")))
    with pytest.raises(OSError, match="Bad file descriptor"):
        main(["ls"])


def test_output_that_nobody_reads_is_no_success() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "tuik8s.cli.main", "completion", "bash"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_usage_shows_one_percent_sign(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["chaos", "--help"])
    assert "--count N|N%]" in capsys.readouterr().out
