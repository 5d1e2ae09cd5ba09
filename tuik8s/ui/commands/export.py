"""`:export csv|json|svg FILE`: what is on screen as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.export import FORMATS

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    style, _, name = rest.partition(" ")
    if style not in FORMATS:
        return f"one of {', '.join(FORMATS)}, then a file: :export csv pods.csv"
    return dashboard.export(style, name.strip())


def words(dashboard: Dashboard) -> Iterable[str]:
    return FORMATS


COMMAND = Command(
    ("export",), "csv|json|svg FILE", "the rows, or the screen, as a file", run, words
)
