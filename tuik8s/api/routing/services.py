"""Services and EndpointSlices as a proxy sees them: a `ServicePort` per port, with its endpoints.

Source: k8s.io/kubernetes pkg/proxy (servicechangetracker.go, endpointslicecache.go, topology.go). A
Service without a cluster address (headless, ExternalName) has nothing to forward.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tuik8s.api.types import Object

AFFINITY_TIMEOUT_S = 10_800
"""Three hours: what a Service says when it says nothing."""


class Endpoint(msgspec.Struct, frozen=True, order=True):
    """One place that may answer; it may be serving still although it terminates."""

    host: str
    port: int
    node: str = ""
    ready: bool = True
    serving: bool = True
    terminating: bool = False
    zones: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class ServicePort(msgspec.Struct, frozen=True, kw_only=True):
    """One port of one Service.

    addresses: cluster, external and load balancer addresses, in this order. affinity_ms: 0 for
    none, otherwise how long a client stays with its endpoint. local_internal and local_external:
    traffic policy `Local` for cluster addresses and for node ports.
    """

    namespace: str
    name: str
    port_name: str
    protocol: str
    port: int
    node_port: int = 0
    addresses: tuple[str, ...] = ()
    affinity_ms: int = 0
    local_internal: bool = False
    local_external: bool = False
    endpoints: tuple[Endpoint, ...] = ()

    @property
    def id(self) -> str:
        """`namespace/name:port`, upstream's name of a service port."""
        return f"{self.namespace}/{self.name}" + (f":{self.port_name}" if self.port_name else "")


def service_ports(service: Object, slices: Iterable[Object]) -> tuple[ServicePort, ...]:
    """The ports of a Service; empty when there is nothing to forward."""
    spec = service["spec"]
    cluster_ip = spec.get("clusterIP", "")
    if spec.get("type") == "ExternalName" or cluster_ip in ("", "None"):
        return ()
    slices = list(slices)
    found = []
    for port in spec.get("ports") or ():
        name, protocol = port.get("name", ""), port.get("protocol", "TCP")
        found.append(
            ServicePort(
                namespace=service["metadata"]["namespace"],
                name=service["metadata"]["name"],
                port_name=name,
                protocol=protocol,
                port=port["port"],
                node_port=port.get("nodePort", 0),
                addresses=_addresses(service),
                affinity_ms=_affinity_ms(spec),
                local_internal=spec.get("internalTrafficPolicy") == "Local",
                local_external=spec.get("externalTrafficPolicy") == "Local",
                endpoints=_endpoints(slices, name, protocol),
            )
        )
    return tuple(found)


def eligible(port: ServicePort, node: str, zone: str, *, external: bool) -> tuple[Endpoint, ...]:
    """The endpoints that a connection entering at this node may reach, in stable order.

    Ready ones; if there are none, those that still serve while they terminate. Policy `Local` keeps
    those of the node; otherwise zone hints count when every endpoint has one.
    """
    local = port.local_external if external else port.local_internal
    pool = [e for e in port.endpoints if not local or e.node == node]
    ready = [e for e in pool if e.ready]
    if not ready:
        ready = [e for e in pool if e.serving and e.terminating]
    if not local and zone and all(e.zones for e in ready):
        near = [e for e in ready if zone in e.zones]
        ready = near or ready
    return tuple(ready)


def _addresses(service: Object) -> tuple[str, ...]:
    spec = service["spec"]
    found = [spec["clusterIP"], *(spec.get("externalIPs") or ())]
    ingress = (service.get("status", {}).get("loadBalancer") or {}).get("ingress") or ()
    found += [entry["ip"] for entry in ingress if entry.get("ip")]
    return tuple(dict.fromkeys(found))


def _affinity_ms(spec: Object) -> int:
    if spec.get("sessionAffinity") != "ClientIP":
        return 0
    config = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
    return int(config.get("timeoutSeconds", AFFINITY_TIMEOUT_S)) * 1000


def _endpoints(slices: list[Object], port_name: str, protocol: str) -> tuple[Endpoint, ...]:
    found: dict[tuple[str, int], Endpoint] = {}
    for piece in slices:
        if piece.get("addressType") != "IPv4":
            continue
        for port in piece.get("ports") or ():
            if port.get("name", "") != port_name or port.get("protocol", "TCP") != protocol:
                continue
            if port.get("port") is None:  # allowed: a slice of all ports; no proxy can use it
                continue
            for entry in piece.get("endpoints") or ():
                endpoint = _endpoint(entry, port["port"])
                found[endpoint.host, endpoint.port] = endpoint
    return tuple(sorted(found.values()))


def _endpoint(entry: Object, port: int) -> Endpoint:
    conditions = entry.get("conditions") or {}
    ready = conditions.get("ready", True) is not False
    serving = conditions.get("serving")
    hints = (entry.get("hints") or {}).get("forZones") or ()
    return Endpoint(
        host=entry["addresses"][0],
        port=port,
        node=entry.get("nodeName", ""),
        ready=ready,
        serving=ready if serving is None else bool(serving),
        terminating=bool(conditions.get("terminating")),
        zones=tuple(hint["name"] for hint in hints),
    )
