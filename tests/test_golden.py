"""What a real server answers, held to ours.

authorization: roles, nodes, escalation, impersonation; custom_resources: definitions and their
objects; machinery: patches, lists, watches, deletion and HTTP; objects: what is stored and refused,
kind by kind; policy: authentication, tokens, flow control.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests.golden_replay import cases, check, served, shortfall

AREAS = ("authorization", "custom_resources", "machinery", "objects", "policy")


@pytest.fixture(scope="module")
def url_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The URL of an area's own server, which starts when it is first asked for."""
    with contextlib.ExitStack() as servers:
        yield cache(lambda area: servers.enter_context(served(tmp_path_factory.mktemp(area))))


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(("area", "name"), [(area, n) for area in AREAS for n in cases(area)])
def test_conversation_is_the_same(url_of: Callable[[str], str], area: str, name: str) -> None:
    check(url_of(area), area, name)


@pytest.mark.parametrize("area", AREAS)
def test_what_differs_is_listed_with_its_reason(area: str) -> None:
    assert cases(area)
    assert set(shortfall(area)) <= set(cases(area))
    assert all(why for steps in shortfall(area).values() for why in steps.values())
