"""`:history`: the commands of before, to be carried out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.widgets.choice import Choice

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    before = [text for text in reversed(dashboard.memory.history) if text != "history"]
    if not before:
        return "no commands yet"

    def chosen(text: str | None) -> None:
        problem = dashboard.run_command(text) if text else ""
        if problem:
            dashboard.notify(problem, severity="warning", markup=False)

    dashboard.push_screen(Choice("commands of before", before), chosen)
    return ""


COMMAND = Command(("history",), "", "the commands of before", run)
