"""Every way in which a scenario file can be wrong names file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.place import BadScenario

STEP = "name: x\nsteps:\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("", 1, "empty", id="nothing"),
        pytest.param("name: x\n", 1, "needs steps", id="no steps"),
        pytest.param("name: [\n", 2, "malformed YAML", id="malformed"),
        pytest.param("nmae: x\nsteps: []\n", 1, "did you mean 'name'", id="misspelt field"),
        pytest.param("name: x\nname: y\n", 2, "stands twice", id="repeated field"),
        pytest.param("name: x\nsteps: []\n", 2, "at least one step", id="empty steps"),
        pytest.param(STEP + "- advanse: 5m\n", 3, "did you mean 'advance'", id="misspelt step"),
        pytest.param(STEP + "- advance: soon\n", 3, "such as 30s or 5m", id="bad duration"),
        pytest.param(STEP + "- wait: {ready: web}\n", 3, "KIND/NAME", id="bad object"),
        pytest.param(STEP + "- wait: {redy: pod/x}\n", 3, "did you mean 'ready'", id="condition"),
        pytest.param(STEP + "- expect: 'a ='\n", 3, "not a CEL expression", id="bad CEL"),
        pytest.param(STEP + "- fault: {action: x, target: y}\n", 3, "no action 'x'", id="action"),
        pytest.param(STEP + "- fault: {action: node-stop}\n", 3, "needs target", id="no target"),
        pytest.param(
            "name: x\ncluster: {node: 3}\nsteps: [{advance: 1s}]\n", 2, "nodes", id="cluster field"
        ),
        pytest.param("name: x\nseed: -1\nsteps: [{advance: 1s}]\n", 2, "from 0", id="bad seed"),
    ],
)
def test_bad_files_say_where_and_what(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(BadScenario) as refused:
        read_scenario(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert says in str(refused.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="No such file"):
        read_scenario(tmp_path / "absent.yaml")
