"""What every component is, and what the process it lives in gives it.

A component is built from a `Host` and its configuration, then `start`ed: it rebuilds everything
from disk and bus. There is no graceful way out that differs from a crash; a restart is a new
object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tuik8s.bus.base import ClientTransport, ServerTransport
    from tuik8s.world.base import World
    from tuik8s.world.network import Network


class Component(Protocol):
    """One emulated process."""

    name: str

    def start(self) -> None: ...

    def statistics(self) -> Mapping[str, int]:
        """Counters for the dashboard's engine room; cheap, read at any time."""
        ...


class Host(Protocol):
    """The process around a component: live (one OS process each) or simulated (all on one heap)."""

    @property
    def world(self) -> World: ...

    @property
    def network(self) -> Network: ...

    def dial(self, identity: str) -> ClientTransport:
        """A new end of the bus for a Kubernetes user name, such as `system:kube-scheduler`."""
        ...

    def ready(self, **facts: object) -> None:
        """Say that the component now does its work; facts are shown by `tuik8s status`."""
        ...

    def serve(self) -> ServerTransport:
        """The server's end of the bus; only the apiserver asks for it."""
        ...
