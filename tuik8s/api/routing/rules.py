"""From service ports to the rules of one node: a value in deterministic order.

All modes have the same rules; they differ in how these are written.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tuik8s.api.routing.services import Endpoint, ServicePort, eligible

_PROTOCOLS = ("TCP", "UDP")


class ProxyNode(msgspec.Struct, frozen=True):
    """A node that is forwarded for."""

    name: str
    address: str
    zone: str = ""


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


def compile_rules(ports: Iterable[ServicePort], node: ProxyNode) -> RuleSet:
    """One service proxy per service port that can be forwarded, by id."""
    proxies = {}
    for port in sorted(ports, key=lambda each: each.id):
        if port.protocol not in _PROTOCOLS:
            continue
        redirects = [Redirect(host, port.port, port.protocol) for host in port.addresses]
        if port.node_port:
            redirects.append(Redirect(node.address, port.node_port, port.protocol, True))
        proxies[port.id] = ServiceProxy(
            id=port.id,
            protocol=port.protocol,
            affinity_ms=port.affinity_ms,
            redirects=tuple(redirects),
            internal=eligible(port, node.name, node.zone, external=False),
            external=eligible(port, node.name, node.zone, external=True),
            local_internal=port.local_internal,
            local_external=port.local_external,
        )
    return RuleSet(node.name, proxies)
