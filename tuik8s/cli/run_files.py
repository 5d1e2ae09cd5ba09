"""What `tuik8s run` writes: the JUnit file, and report directories.

    DIR/index.html      the page; with several runs a list of them
    DIR/outcome.json    what --json prints
    DIR/cluster.json, DIR/store/   a data directory: `tuik8s ui --log DIR`, `tuik8s fork`

Of several scenarios each has a directory in DIR, named after its file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tuik8s.cli.run_view import told_as_json
from tuik8s.components.supervisor.directory import DataDirectory, Refusal
from tuik8s.scenario.document import Scenario
from tuik8s.scenario.log_copy import LogFiles
from tuik8s.scenario.outcome import Outcome
from tuik8s.scenario.simulated_cluster import SLICE

PAGE = "index.html"
_OURS = re.compile(r"(segment-\d+\.log|snapshot-\d+\.snap)", re.ASCII)


def write_junit(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as problem:
        raise Refusal(f"--junit {path}: {problem.strerror}") from problem


class Reports:
    """Where the reports of some runs go; nowhere without a directory."""

    def __init__(self, directory: Path | None, files: Sequence[str]) -> None:
        self._directory = directory
        self._is_one = len(files) == 1
        self._names: dict[str, None] = {}
        self._log: LogFiles = {}
        if directory is not None:
            make_directory(directory)

    def keep_log(self, log: LogFiles) -> None:
        """Of the run that ends now."""
        if self._directory is not None:
            self._log = log

    def write(self, scenario: Scenario, outcome: Outcome) -> Path | None:
        """Write the report of a run whose log was kept; the path of its page."""
        if self._directory is None:
            return None
        directory = self._directory
        if not self._is_one:
            directory = directory / self._unused(Path(scenario.file).stem)
        return write_report(directory, scenario, outcome, self._log)

    def write_index(self, outcomes: Sequence[Outcome]) -> None:
        """The list of several reports."""
        if self._directory is None or self._is_one:
            return
        from tuik8s.scenario.report.index import render_index

        rows = [
            (f"{name}/{PAGE}", outcome) for name, outcome in zip(self._names, outcomes, strict=True)
        ]
        write_file(self._directory / PAGE, render_index("scenarios", rows).encode())

    def _unused(self, name: str) -> str:
        found, number = name, 1
        while found in self._names:
            number += 1
            found = f"{name}-{number}"
        self._names[found] = None
        return found


def write_report(directory: Path, scenario: Scenario, outcome: Outcome, log: LogFiles) -> Path:
    """Write one report; the path of its page. An older one in its place is replaced."""
    from tuik8s.scenario.report.page import render_report

    make_directory(directory)
    data = DataDirectory(directory)
    make_directory(data.log)
    for old in data.log.iterdir():
        if not _OURS.fullmatch(old.name):
            raise Refusal(f"--report {directory}: {old} is no file of a log; choose another place")
        old.unlink()
    for name, content in log.items():
        write_file(data.log / name, content)
    data.write_config(msgspec.structs.replace(scenario.cluster, slice=SLICE))
    write_file(directory / "outcome.json", told_as_json([outcome]).encode())
    page = directory / PAGE
    write_file(page, render_report(scenario, outcome, log, str(directory)).encode())
    return page


def make_directory(directory: Path) -> None:
    """Where reports go: a log there is replaced, so it must not be a cluster's. Raises Refusal."""
    if DataDirectory(directory).pki.exists():
        raise Refusal(f"--report {directory}: a cluster lives there; choose another place")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except FileExistsError as problem:
        raise Refusal(f"--report {directory}: there is a file; give a directory") from problem
    except OSError as problem:
        raise Refusal(f"--report {directory}: {problem.strerror}") from problem


def write_file(path: Path, content: bytes) -> None:
    """A file of a report. Raises Refusal."""
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise Refusal(f"--report {path}: {problem.strerror}") from problem
