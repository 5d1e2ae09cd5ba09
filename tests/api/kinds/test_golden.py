"""Rules of kinds held to what a real 1.36.3 stored and refused (golden/objects).

`shortfall.json`, beside this file, lists the steps that differ with the rules alone: nearly all
are the server's (allocation, admission, uids, options of the request). A listed step that becomes
the same must leave the list.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.kinds.golden_case import CASES, replay

_SHORTFALL: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "shortfall.json").read_text()
)
_NAMES = sorted(path.stem for path in CASES.glob("*.json") if path.stem != "shortfall")


@pytest.mark.parametrize("name", _NAMES)
def test_writes_of_case(name: str) -> None:
    found = replay(name)
    assert sorted(found) == sorted(_SHORTFALL.get(name, [])), found
