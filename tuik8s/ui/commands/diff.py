"""`:diff [A] [B]`: what differs between two moments, or two clusters, object by object.

:diff            what is shown against now; when that is now, the newest bookmark against it
:diff -10m       ten minutes ago against what is shown
:diff b1 #4711   a bookmark against a revision
:diff default default-f1     two futures of one past
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.control import Unable

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    from tuik8s.ui.screens.diff import DiffScreen
    from tuik8s.ui.sides import Sides

    sides = Sides(dashboard.feed, dashboard.rewinder, dashboard.bookmarks, dashboard.machine.reach)
    try:
        old, new = sides.pair(rest, dashboard.cluster)
    except Unable as unable:
        return str(unable)
    dashboard.open_screen(f"diff {rest}".strip(), DiffScreen(dashboard.feed, old, new))
    return ""


def words(dashboard: Dashboard) -> Iterable[str]:
    from tuik8s.ui.sides import HERE, LIVE

    return (*dashboard.bookmarks, HERE, LIVE, *dashboard.machine.clusters())


COMMAND = Command(("diff",), "[A] [B]", "what differs: moments, clusters", run, words, True)
