"""`:ctx NAME` and `:ls`: the dashboard of another cluster that runs on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.widgets.choice import Choice

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    """Without a name: have one chosen."""
    names = dashboard.machine.clusters()
    if rest or not names:
        return dashboard.switch_cluster(rest)

    def chosen(name: str | None) -> None:
        problem = dashboard.switch_cluster(name) if name else ""
        if problem:
            dashboard.notify(problem, severity="warning", markup=False)

    dashboard.push_screen(Choice("clusters that run here", names), chosen)
    return ""


def names(dashboard: Dashboard) -> Iterable[str]:
    return dashboard.machine.clusters()


COMMAND = Command(("ctx", "context", "ls"), "[NAME]", "another cluster of this machine", run, names)
