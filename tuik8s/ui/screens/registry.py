"""The screens that have a place of their own: name, key, and how each is made."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.ui.feed import Feed
from tuik8s.ui.machine import Status
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.screens.engine import EngineScreen
from tuik8s.ui.screens.forwards import ForwardsScreen
from tuik8s.ui.screens.overview import OverviewScreen
from tuik8s.ui.screens.routing import RoutingScreen
from tuik8s.ui.screens.sched import SchedulingScreen
from tuik8s.ui.screens.timeline import TimelineScreen
from tuik8s.ui.screens.xray import XrayScreen

Make = Callable[[Feed, Status], DashboardScreen]

SCREENS: dict[str, Make] = {
    "overview": OverviewScreen,
    "routes": lambda feed, status: RoutingScreen(feed),
    "sched": lambda feed, status: SchedulingScreen(feed),
    "xray": lambda feed, status: XrayScreen(feed),
    "engine": lambda feed, status: EngineScreen(feed, status),
    "forwards": lambda feed, status: ForwardsScreen(feed),
    "timeline": lambda feed, status: TimelineScreen(feed),
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
