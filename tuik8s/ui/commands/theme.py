"""`:theme NAME`: other colours; remembered for this cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.theme import THEMES, full_name

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    name = full_name(rest)
    if name is None:
        return f"themes: {', '.join(theme.name for theme in THEMES)}"
    dashboard.theme = dashboard.memory.theme = name
    return ""


def names(dashboard: Dashboard) -> Iterable[str]:
    return [theme.name for theme in THEMES]


COMMAND = Command(("theme",), "NAME", "other colours", run, names)
