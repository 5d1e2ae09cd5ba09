"""Every way in which a scenario file can be wrong names file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.manifests import manifests_in
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
        pytest.param("name: x\n? [a, b]\n: 1\n", 2, "must be a text", id="key is a list"),
        pytest.param("name: x\nseed: !!int y\n", 2, "invalid literal", id="no such number"),
        pytest.param("steps: &a [*a]\n", 1, "within itself", id="endless"),
        pytest.param(STEP + "- advance: 1s\n---\nsteps: []\n", 5, "one document", id="two"),
        pytest.param(STEP + "- advance: -5s\n", 3, "such as 30s or 5m", id="back in time"),
        pytest.param(STEP + "- request: {to: web}\n", 3, "service/NAME", id="no address"),
        pytest.param(STEP + "- request: {to: node/node-1}\n", 3, "node/NAME:PORT", id="no port"),
        pytest.param(STEP + "- request: {to: 'service/x:y'}\n", 3, "service/NAME", id="bad port"),
        pytest.param(STEP + "- apply: {}\n", 3, "needs apiVersion", id="empty manifest"),
        pytest.param(
            STEP + "- apply: {apiVersion: v1, kind: 5, metadata: {name: x}}\n",
            3,
            "a kind such as Pod",
            id="kind is a number",
        ),
        pytest.param(
            STEP + "- apply: {apiVersion: v1, kind: Pod, metadata: 5}\n",
            3,
            "metadata (a mapping)",
            id="metadata is a number",
        ),
        *(
            pytest.param(
                f"name: x\ncluster: {{{field}}}\nsteps: [{{advance: 1s}}]\n", 2, says, id=field
            )
            for field, says in (
                ("nodes: -2", "from 0"),
                ("slice: 99", "unknown field 'slice'"),
                ("service_cidr: foo", "such as 10.96.0.0/16"),
                ("proxy_mode: foo", "userspace"),
                ("node_shape: {cpu: lots}", "such as 8 or 16Gi"),
                ("node_status_update_ms: 0", "from 1"),
            )
        ),
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


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"\xff", "not UTF-8", id="no text"),
        pytest.param(b"a: [1\n", ":2: malformed YAML", id="malformed"),
        pytest.param(b"kind: List\nitems: 5\n", ":2: expected the items", id="items"),
        pytest.param(b"kind: List\nitems:\n- 5\n", ":3: expected a manifest", id="item"),
    ],
)
def test_a_bad_manifest_file_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    with pytest.raises(BadScenario) as refused:
        manifests_in(path)
    assert str(refused.value).startswith(str(path))
    assert says in str(refused.value)


def test_dates_in_manifests_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "date.yaml"
    path.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: 2026-01-01}}")
    assert manifests_in(path)[0]["data"] == {"a": "2026-01-01"}
