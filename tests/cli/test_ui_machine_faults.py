"""What the dashboard has of the machine it runs on: the faults of scenario files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuik8s.cli.ui_machine import LocalMachine
from tuik8s.ui.machine import TimedFault

SCENARIO = """\
name: a storm
steps:
  - fault: {action: node-stop, target: node/node-2, for: 10m, name: dark}
  - advance: 90s
  - include: more.yaml
"""
MORE = "steps:\n  - advance: 30s\n  - fault: {action: node-cordon, target: node/node-1}\n"


def test_faults_of_a_scenario_file_with_their_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "storm.yaml").write_text(SCENARIO)
    (tmp_path / "more.yaml").write_text(MORE)
    machine = LocalMachine("", tmp_path / "memory")
    stop = {"action": "node-stop", "target": "node/node-2", "for": "10m"}
    cordon = {"action": "node-cordon", "target": "node/node-1"}
    assert machine.faults_of(str(tmp_path / "storm.yaml")) == [
        TimedFault(0, "dark", stop), TimedFault(120_000, "", cordon),
    ]  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert machine.scenarios() == ["more.yaml", "storm.yaml"]
    for text in ("none.yaml", "memory"):
        with pytest.raises(OSError, match=text):
            machine.faults_of(str(tmp_path / text))


def test_who_looks_through_a_browser_reads_no_files(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text(MORE)
    machine = LocalMachine("", tmp_path / "memory", remembers=False)
    assert machine.scenarios() == []
    with pytest.raises(OSError, match="browser"):
        machine.faults_of(str(tmp_path / "more.yaml"))
