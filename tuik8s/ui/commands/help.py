"""`:help`: every key and command that works here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    dashboard.action_help()
    return ""


COMMAND = Command(("help", "h"), "", "every key and command that works here", run)
