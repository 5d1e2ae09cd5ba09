"""`:forward [NAMESPACE/]KIND/NAME [LOCAL:]PORT`: reach a pod or a Service at a port here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuik8s.api.remote_port import ports_in
from tuik8s.ui.commands.base import Command
from tuik8s.ui.control import Unable
from tuik8s.ui.forwarding import Forwarded

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

USAGE = "write :forward service/web 8080:80"


def run(dashboard: Dashboard, rest: str) -> str:
    words = rest.split()
    if len(words) != 2 or words[0].count("/") not in (1, 2):
        return USAGE
    *namespace, kind, name = words[0].split("/")
    where = namespace[0] if namespace else dashboard.feed.namespace or "default"
    try:
        local_port, port = ports_in(words[1])
        dashboard.machine.forward(
            where,
            f"{kind}/{name}",
            port,
            local_port,
            lambda made: _tell(dashboard, words[0], made),
        )
    except (ValueError, Unable) as problem:
        return str(problem)
    return ""


def _tell(dashboard: Dashboard, target: str, made: Forwarded | str) -> None:
    """Say what came of it; `:forwards` lists what is there."""
    if isinstance(made, str):
        dashboard.notify(made, title=f"forward {target}", severity="error", markup=False)
        return
    host, port = made.address
    text = f"{target} port {made.port} is at {host}:{port}   (:forwards lists, Del stops)"
    dashboard.notify(text, markup=False)


def targets(dashboard: Dashboard) -> Iterable[str]:
    return [
        f"{word}/{obj['metadata']['name']}"
        for word, resource in (("service", "services"), ("pod", "pods"))
        for obj in dashboard.feed.items(resource)
        if obj["metadata"]["namespace"] == (dashboard.feed.namespace or "default")
    ]


COMMAND = Command(
    ("forward", "port-forward"),
    "KIND/NAME 8080:80",
    "reach a pod or a Service at a port of this machine",
    run,
    targets,
)
