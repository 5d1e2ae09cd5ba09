"""The screens that have a place of their own: name, key, and how each is made.

Each is imported when somebody goes there: the first rows wait for none of them. The prompt, the
palette, the plain form and the tests that visit every screen go by this list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuik8s.ui.feed import Feed
    from tuik8s.ui.machine import Status
    from tuik8s.ui.screens.base import DashboardScreen

Make = Callable[["Feed", "Status"], "DashboardScreen"]


def _overview(feed: Feed, status: Status) -> DashboardScreen:
    from tuik8s.ui.screens.overview import OverviewScreen

    return OverviewScreen(feed, status)


def _routes(feed: Feed, status: Status) -> DashboardScreen:
    from tuik8s.ui.screens.routing import RoutingScreen

    return RoutingScreen(feed)


def _sched(feed: Feed, status: Status) -> DashboardScreen:
    from tuik8s.ui.screens.sched import SchedulingScreen

    return SchedulingScreen(feed)


def _xray(feed: Feed, status: Status) -> DashboardScreen:
    from tuik8s.ui.screens.xray import XrayScreen

    return XrayScreen(feed)


def _engine(feed: Feed, status: Status) -> DashboardScreen:
    from tuik8s.ui.screens.engine import EngineScreen

    return EngineScreen(feed, status)


def _forwards(feed: Feed, status: Status) -> DashboardScreen:
    from tuik8s.ui.screens.forwards import ForwardsScreen

    return ForwardsScreen(feed)


def _timeline(feed: Feed, status: Status) -> DashboardScreen:
    from tuik8s.ui.screens.timeline import TimelineScreen

    return TimelineScreen(feed)


SCREENS: dict[str, Make] = {
    "overview": _overview,
    "routes": _routes,
    "sched": _sched,
    "xray": _xray,
    "engine": _engine,
    "forwards": _forwards,
    "timeline": _timeline,
}

DIGITS: dict[str, str] = {
    "1": "overview",
    "2": "pods",
    "3": "nodes",
    "4": "services",
    "5": "routes",
    "6": "events",
    "7": "engine",
    "8": "timeline",
}
"""Which screen or kind each digit goes to."""
