"""From service ports to rules: what both modes do alike; they differ in how they are written."""

from __future__ import annotations

from collections.abc import Iterable

from tuik8s.components.proxy.config import ProxyNode
from tuik8s.components.proxy.modes.base import Redirect, RuleSet, ServiceProxy
from tuik8s.components.proxy.services import ServicePort, eligible

_PROTOCOLS = ("TCP", "UDP")


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
