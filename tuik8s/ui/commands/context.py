"""`:ctx NAME`: the dashboard of another cluster that runs on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    return dashboard.switch_cluster(rest)


def names(dashboard: Dashboard) -> Iterable[str]:
    return dashboard.machine.clusters()


COMMAND = Command(("ctx", "context"), "NAME", "another cluster of this machine", run, names)
