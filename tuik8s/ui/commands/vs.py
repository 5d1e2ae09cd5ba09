"""`:vs A`: the table that is shown, beside itself at another moment or in another cluster.

:vs -10m         what is shown, and ten minutes before that
:vs default-f1   two futures of one past
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.control import Unable
from tuik8s.ui.screens.versus import VersusScreen
from tuik8s.ui.sides import HERE, LIVE, Sides

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

NODES = "nodes"
"""Read, too: they tell which addresses a cluster has."""


def run(dashboard: Dashboard, rest: str) -> str:
    listing = dashboard.listing
    if listing is None:
        return ":vs is of a table: go to one first, such as :pods"
    kind = listing.kind
    sides = Sides(
        dashboard.feed,
        dashboard.rewinder,
        dashboard.bookmarks,
        dashboard.machine.reach,
        (kind.storage or kind.resource, NODES),
    )
    word = rest.strip()
    if not word or " " in word:
        return ":vs takes one moment or cluster, such as :vs -10m or :vs NAME"
    try:
        pair = sides.side(HERE, dashboard.cluster), sides.side(word, dashboard.cluster)
    except Unable as unable:
        return str(unable)
    dashboard.push_screen(VersusScreen(dashboard.feed, kind, pair))
    return ""


def words(dashboard: Dashboard) -> Iterable[str]:
    return (*dashboard.bookmarks, LIVE, *dashboard.machine.clusters())


COMMAND = Command(
    ("vs",), "A", "the table beside itself: a moment, a cluster", run, words, opens_screen=True
)
