"""`:logs A B ...`: what pods and processes of the cluster wrote, on one time axis.

:logs web-0 kubelet/node-1 scheduler
:logs deployment/web node/node-2     all pods of one, kubelet and proxy of the other
:logs all                            every process
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command
from tuik8s.ui.log_sources import ALL
from tuik8s.ui.screens.logs import LogsScreen

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard


def run(dashboard: Dashboard, rest: str) -> str:
    words = rest.split()
    if not words:
        return "logs of what? :logs web-0 kubelet/node-1 scheduler"
    dashboard.open_screen(f"logs {' '.join(words)}", LogsScreen(dashboard.feed, words))
    return ""


def words(dashboard: Dashboard) -> Iterable[str]:
    processes = [str(process["name"]) for process in dashboard.status()]
    pods = [f"pod/{pod['metadata']['name']}" for pod in dashboard.feed.items("pods")]
    return (*sorted(processes), ALL, *sorted(pods))


COMMAND = Command(("logs",), "A B ...", "logs of pods and processes, by time", run, words)
