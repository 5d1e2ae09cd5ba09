"""How a dashboard's run ends."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tuik8s.cli.ui_live import run_dashboard
from tuik8s.ui.app import Dashboard


class _Broken:
    """A dashboard that ends before Textual has ended its thread that reads keys."""

    settings = SimpleNamespace(mouse=True)
    driver_class = object

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self._driver = SimpleNamespace(exit_event=self.is_over)

    def exit(self) -> None:
        raise AssertionError("nobody asked")

    async def run_async(self, **options: Any) -> object:
        raise OSError("the terminal is gone")


def test_no_reader_of_keys_outlives_the_dashboard() -> None:
    broken = _Broken()
    with pytest.raises(OSError, match="the terminal is gone"):
        asyncio.run(run_dashboard(cast("Dashboard", broken)))
    assert broken.is_over.is_set()
