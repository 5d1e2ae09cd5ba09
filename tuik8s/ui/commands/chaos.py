"""`:chaos`: the menu of what can be broken, as `!` opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    if dashboard.feed.why_fixed:
        return dashboard.feed.why_fixed
    dashboard.action_chaos()
    return ""


COMMAND = Command(("chaos",), "", "the menu of what can be broken (!)", run)
