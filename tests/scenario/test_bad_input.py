"""Whatever stands in a file, it is a scenario or a BadScenario that names the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tuik8s.scenario.document import FIELDS, read_scenario
from tuik8s.scenario.place import BadScenario
from tuik8s.scenario.steps.registry import STEPS

ODD: list[Any] = [
    None, 5, -1, 1.5, True, "", "x", "a/b/c/d", [], {}, [1], [None], [[]], {"a": None}, {1: 2},
    {"a/b": None}, {"a/b": {}}, {"a/b": [1]}, {"a/b": "x"}, {"expr": 5}, {"ready": None},
    {"ready": []}, {"ready": [5]}, {"ready": "a/b", "within": None}, {"to": 5},
    {"to": "service/x", "count": "3"}, {"to": "service/x", "from": []}, {"to": "x:99999"},
    {"action": None, "target": None}, {"action": [], "target": {}},
    {"action": "node-stop", "target": 5}, {"action": "node-stop", "target": "n", "for": []},
    {"action": "node-stop", "target": "nodes", "count": {}},
    {"action": "node-stop", "target": "nodes", "selector": "a=("},
    {"action": "node-stop", "target": "nodes", "schedule": "x"},
    {"pods": "a=b", "count": True}, {"pods": None}, {"pods": "a in ("}, {"node": None},
    {"node": "n", "force": 1}, {"n": []}, {"n": [5]}, {None: 1}, {"of": "pod/x", "contains": 5},
    {"because": 1, "cordon": "n"}, {"because": "x"}, {"file": "x", "set": []},
    {"kind": 5, "apiVersion": [], "metadata": {}}, {"deployment/web": {5: "x"}},
    {"nodes": "x"}, {"node_shape": None}, {"proxy_mode": []}, {"service_cidr": 5},
]  # fmt: skip


def _read(path: Path, document: Any) -> None:
    path.write_text(yaml.safe_dump(document))
    told = f"{path}:"
    try:
        read_scenario(path)
    except BadScenario as bad:
        told = str(bad)
    assert told.startswith(f"{path}:") or f"at {path}:" in told


@pytest.mark.parametrize("word", [*STEPS, "include"])
def test_odd_steps(tmp_path: Path, word: str) -> None:
    for odd in ODD:
        _read(tmp_path / "s.yaml", {"steps": [{word: odd}]})


@pytest.mark.parametrize("field", FIELDS)
def test_odd_fields(tmp_path: Path, field: str) -> None:
    for odd in ODD:
        _read(tmp_path / "s.yaml", {"steps": [{"advance": "1s"}], field: odd})


def test_odd_documents(tmp_path: Path) -> None:
    for odd in ODD:
        _read(tmp_path / "s.yaml", odd)
        _read(tmp_path / "s.yaml", {"steps": [odd]})
