"""`:q`: leave the dashboard; the cluster goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    dashboard.exit()
    return ""


COMMAND = Command(("q", "quit", "exit"), "", "leave; the cluster goes on", run)
