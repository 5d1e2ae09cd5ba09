"""A proxy mode: compile the rules (pure), then say where they are listened for.

`compile` turns service ports into a `RuleSet`: a value in deterministic order, which tests
compare and the dashboard shows. The component alone opens and closes listeners. To add a mode:
one file here, one line in `registry.py`, one test.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec

from tuik8s.components.proxy.config import ProxyNode
from tuik8s.components.proxy.services import Endpoint, ServicePort


class Redirect(msgspec.Struct, frozen=True, order=True):
    """Connections to host:port go to the service proxy; external: they came by a node port."""

    host: str
    port: int
    protocol: str
    external: bool = False


class ServiceProxy(msgspec.Struct, frozen=True, kw_only=True):
    """What one node does with one service port."""

    id: str
    protocol: str
    affinity_ms: int
    redirects: tuple[Redirect, ...]
    internal: tuple[Endpoint, ...]
    external: tuple[Endpoint, ...]
    local_internal: bool = False
    local_external: bool = False


class RuleSet(msgspec.Struct, frozen=True):
    """All service proxies of one node, by service port id."""

    node: str
    proxies: dict[str, ServiceProxy]


class Mode(Protocol):
    """One way of writing the rules."""

    name: str
    has_local_ports: bool
    """Whether each service proxy also listens on a random port of its own."""

    def compile(self, ports: Iterable[ServicePort], node: ProxyNode) -> RuleSet: ...

    def explain(self, rules: RuleSet) -> list[str]:
        """The rules as an operator would see them, one line each."""
        ...
