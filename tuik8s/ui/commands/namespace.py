"""`:ns NAME`: only one namespace is shown, or all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.ui.commands.base import Command

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

ALL = ("all", "*")


def run(dashboard: Dashboard, rest: str) -> str:
    if not rest:
        return dashboard.go("namespaces")
    problem = dashboard.set_namespace("" if rest in ALL else rest)
    if not problem:
        name = dashboard.feed.namespace
        same = f"kubectl config set-context --current --namespace={name}" if name else ""
        dashboard.notify(same or "all namespaces are shown", markup=False)
    return problem


def names(dashboard: Dashboard) -> Iterable[str]:
    found = (obj["metadata"]["name"] for obj in dashboard.feed.items("namespaces"))
    return ("all", *sorted(found))


COMMAND = Command(("ns", "namespace"), "NAME|all", "show one namespace, or all", run, names)
