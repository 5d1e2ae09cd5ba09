"""`:fps N`: how often a second the screen is brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.settings import with_value

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    changed, problem = with_value(dashboard.settings, "fps", rest)
    if not problem:
        dashboard.use_settings(changed)
    return problem


COMMAND = Command(("fps",), "N", "how often a second the screen is brought up to date", run)
