"""`:set NAME=VALUE`: a setting, until the dashboard ends; the settings file keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.settings import CHOICES, FPS_MAX, FPS_MIN, with_value

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

NOW = ("fps", "confirm")
"""What can be changed while a dashboard is open."""


def run(dashboard: Dashboard, rest: str) -> str:
    name, equals, value = (part.strip() for part in rest.partition("="))
    if not equals:
        shown = ", ".join(f"{n}={getattr(dashboard.settings, n)}" for n in NOW)
        return f"NAME=VALUE; now: {shown}"
    changed, problem = with_value(dashboard.settings, name, value)
    if not problem and name not in NOW:
        how = "; :theme NAME changes it now" if name == "theme" else ""
        problem = f"{name} is read when a dashboard starts, from ui.toml{how}"
    if not problem:
        dashboard.use_settings(changed)
    return problem


def words(dashboard: Dashboard) -> Iterable[str]:
    rates = (FPS_MIN, 10, FPS_MAX)
    return [
        *(f"confirm={value}" for value in CHOICES["confirm"]),
        *(f"fps={rate}" for rate in rates),
    ]


COMMAND = Command(("set",), "fps=N|confirm=always", "a setting, until this window ends", run, words)
