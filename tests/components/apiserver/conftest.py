"""The server under test."""

from __future__ import annotations

import pytest

from tests.components.apiserver.plant import Api


@pytest.fixture
def api() -> Api:
    return Api()
