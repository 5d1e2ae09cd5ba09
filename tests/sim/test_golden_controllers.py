"""What a real 1.36.3 cluster did in 112 recorded cases, replayed in simulated time.

Steps that differ are listed in `tests/golden/controllers/simulated.json`: a step that is no longer
the same fails, and so does a listed one that has become the same.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from tests.golden_replay import FOLDER, cases, tool
from tests.sim.cluster import Cluster
from tests.sim.golden import TOKENS, replay

AREA = "controllers"
LIST = FOLDER / AREA / "simulated.json"
pytestmark = [pytest.mark.sim, pytest.mark.slow]


def names() -> list[str]:
    return [name for name in cases(AREA) if name != LIST.stem]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One cluster for all cases: each has a namespace of its own. Gives the tool back its clock."""
    yield Cluster(tokens=TOKENS)
    tool.cache_clear()


@pytest.mark.parametrize("name", names())
def test_case(cluster: Cluster, name: str) -> None:
    bad = replay(cluster, AREA, name)
    listed = json.loads(LIST.read_text()).get(name, [])
    lines = [f"{step}: {text}" for step, texts in bad.items() for text in texts]
    assert sorted(bad) == sorted(listed), "\n".join([f"listed: {listed}", *lines])


def main() -> None:
    """Write the list as it is now: `python -m tests.sim.test_golden_controllers`."""
    living = Cluster(tokens=TOKENS)
    found = {name: replay(living, AREA, name) for name in names()}
    listed = {name: sorted(bad) for name, bad in found.items() if bad}
    LIST.write_text(json.dumps(listed, indent=1) + "\n")
    for name, bad in found.items():
        for step, texts in bad.items():
            for text in texts:
                print(f"{name} {step}: {text}", file=sys.stdout)
    print(f"{len(listed)} of {len(found)} cases differ")


if __name__ == "__main__":
    main()
