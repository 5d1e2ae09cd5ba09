"""`:clock`: how fast time goes in the cluster, for all its processes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    return dashboard.set_clock(rest)


def words(dashboard: Dashboard) -> Iterable[str]:
    return ("pause", "resume", "10", "step 30s")


COMMAND = Command(("clock",), "pause|resume|10|step 30s", "the pace of the cluster", run, words)
