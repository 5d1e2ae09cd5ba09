"""Live clusters: one for all tests of a module, stopped whatever happens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.live import Live


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("cluster") / "c")
    try:
        live.up()
        yield live
    finally:
        live.down()


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A cluster that the test starts itself."""
    live = Live(tmp_path_factory.mktemp("fresh") / "c")
    try:
        yield live
    finally:
        live.down()
