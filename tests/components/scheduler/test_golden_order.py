"""The recorded order of attempts: who is tried first, and what brings a refused pod back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.components.scheduler.rig import Rig

CASES = sorted((Path(__file__).parents[2] / "golden" / "scheduler").glob("order-*.json"))
PAUSE_S = 2.5
AFTER_MS = 15_000


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_attempts_are_as_recorded(path: Path) -> None:
    case = json.loads(path.read_text())
    rig = Rig()
    for obj in case["objects"]:
        rig.create(obj)
    for pod in case["pods"]:
        rig.create(pod)
        rig.simulation.run_ms(20)
    rig.simulation.run_ms(int((case.get("pause") or PAUSE_S) * 1000))
    before = len(rig.scheduler.tried)
    for step in case["then"]:
        rig.follow(step)
    rig.simulation.run_ms(AFTER_MS)
    expected = case["expect"]
    order = list(dict.fromkeys(rig.scheduler.tried[before:]))
    assert order == expected["order"]
    found = {name: rig.pod(name) for name in expected["placed"]}
    placed = {name: pod["spec"].get("nodeName") for name, pod in found.items()}
    assert placed == expected["placed"]
    for name, node in expected.get("nominated", {}).items():
        assert found[name]["status"].get("nominatedNodeName") == node
    for name, wanted in expected.get("conditions", {}).items():
        told = next(c for c in found[name]["status"]["conditions"] if c["type"] == "PodScheduled")
        assert {key: told.get(key) for key in wanted} == wanted
