"""What of an object can be reached at a port of this machine, and what is reached so already."""

from __future__ import annotations

from typing import Protocol

from tuik8s.api.types import Object
from tuik8s.ui.refs import Ref

FORWARDED = {"pods": "pod", "services": "service"}
"""What Shift+F is about, and what it is called in a target."""
PORTS_MAX = 65_535
MOVED_BY = 8_000
"""A port below 1024 is offered this much above: 80 at 8080 is what people look for."""


class Forwarded(Protocol):
    """One port of this machine. port: of a Service its own, of others the pod's.

    address: host and port here. open_count, total_count: connections now and ever; problem: of the
    last one, "" when it was fine.
    """

    namespace: str
    target: str
    port: str
    address: tuple[str, int]
    open_count: int
    total_count: int
    problem: str


def target_of(ref: Ref) -> str:
    """`pod/NAME`; "" for what cannot be forwarded."""
    word = FORWARDED.get(ref.resource, "")
    return f"{word}/{ref.name}" if word else ""


def ports_of(obj: Object | None) -> list[int]:
    """The TCP ports that a pod or a Service declares."""
    spec = (obj or {}).get("spec") or {}
    declared = [*(spec.get("ports") or ())]
    for container in spec.get("containers") or ():
        declared += container.get("ports") or ()
    return [
        int(each.get("port", each.get("containerPort", 0)))
        for each in declared
        if each.get("protocol", "TCP") == "TCP"
    ]


def pair_for(ports: list[int]) -> str:
    """What is offered to be typed: the first port, at one here that anybody may listen on."""
    if not ports:
        return ""
    port = ports[0]
    local = port if port >= 1024 else (8080 if port == 80 else port + MOVED_BY)
    return f"{local}:{port}"
