"""What a real server lets whom do, held to ours: roles, nodes, escalation, impersonation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.golden_replay import cases, check, served


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data: Path = tmp_path_factory.mktemp("golden")
    with served(data) as url:
        yield url


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("name", cases("authorization"))
def test_conversation_is_the_same(server_url: str, name: str) -> None:
    check(server_url, "authorization", name)
