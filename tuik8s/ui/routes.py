"""What there is to route at a moment: service ports, the rules of a node, who the endpoints are.

Compiled from Services and EndpointSlices by the same functions as the proxy's, so it is there at
any revision; what the proxies themselves tell is laid beside it when it is now.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tuik8s.api.routing.rules import ProxyNode, RuleSet, compile_rules
from tuik8s.api.routing.services import Endpoint, ServicePort, service_ports
from tuik8s.api.types import Object
from tuik8s.ui.refs import NO_REF, Ref
from tuik8s.ui.rowstore import Cell, ColumnSpec
from tuik8s.ui.traffic import Counts, Traffic, Way, short

SERVICE_LABEL = "kubernetes.io/service-name"
ZONE = "topology.kubernetes.io/zone"
UNKNOWN = "·"
"""What the log does not have."""

COLUMNS = (
    ColumnSpec("SERVICE PORT"),
    ColumnSpec("ENDPOINT"),
    ColumnSpec("POD"),
    ColumnSpec("NODE"),
    ColumnSpec("OPEN", "right"),
    ColumnSpec("CONN/S", "right"),
    ColumnSpec("LAST 60 S"),
    ColumnSpec("READY"),
    ColumnSpec("SERVING"),
    ColumnSpec("TERM"),
    ColumnSpec("IN RULES", "right"),
    ColumnSpec("BYTES/S", "right"),
    ColumnSpec("TOTAL", "right"),
    ColumnSpec("FAILED", "right"),
    ColumnSpec("IN", "right"),
    ColumnSpec("OUT", "right"),
)


class Routes(NamedTuple):
    """ports: all that are in scope. pods: address -> the pod that has it."""

    ports: tuple[ServicePort, ...]
    pods: dict[str, Ref]

    def rules(self, node: ProxyNode) -> RuleSet:
        return compile_rules(self.ports, node)

    def pod(self, endpoint: Endpoint) -> Ref:
        return self.pods.get(endpoint.host, NO_REF)

    def where(self, endpoint: Endpoint) -> str:
        """`web-x2k4p @node-1`; an endpoint that somebody wrote by hand is neither."""
        name, node = self.pod(endpoint).name or "not a pod", endpoint.node
        return f"{name} @{node}" if node else name


Sorted = tuple[Cell, object]
"""A cell and what it sorts by."""
_UNKNOWN: Sorted = (Cell(UNKNOWN, "dim"), "")


class EndpointRow(NamedTuple):
    uid: str
    cells: tuple[Cell, ...]
    sort_keys: tuple[object, ...]
    health: str


def routes(services: Iterable[Object], slices: Iterable[Object]) -> Routes:
    """The service ports of these Services, by id."""
    by_owner: dict[tuple[str, str], list[Object]] = {}
    pods: dict[str, Ref] = {}
    for piece in slices:
        meta = piece["metadata"]
        owner = (meta.get("labels") or {}).get(SERVICE_LABEL, "")
        by_owner.setdefault((meta["namespace"], owner), []).append(piece)
        for entry in piece.get("endpoints") or ():
            target = entry.get("targetRef") or {}
            if target.get("kind") == "Pod":
                for address in entry["addresses"]:
                    pods[address] = Ref("pods", meta["namespace"], target["name"])
    found: list[ServicePort] = []
    for service in services:
        meta = service["metadata"]
        found += service_ports(service, by_owner.get((meta["namespace"], meta["name"]), ()))
    return Routes(tuple(sorted(found, key=lambda port: port.id)), pods)


def proxy_node(name: str, node: Object | None) -> ProxyNode:
    """A node as its proxy knows itself."""
    addresses = ((node or {}).get("status") or {}).get("addresses") or ()
    inside = (each["address"] for each in addresses if each["type"] == "InternalIP")
    labels = ((node or {}).get("metadata") or {}).get("labels") or {}
    return ProxyNode(name, next(inside, ""), labels.get(ZONE, ""))


def describe_service(service: Object) -> str:
    """Its addresses and policies in a line."""
    spec = service["spec"]
    parts = [str(spec.get("type", "ClusterIP")), str(spec.get("clusterIP") or "no address")]
    parts += [f"external {address}" for address in spec.get("externalIPs") or ()]
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    parts += [f"balancer {each.get('ip') or each.get('hostname')}" for each in ingress]
    for port in spec.get("ports") or ():
        node_port = f" node port {port['nodePort']}" if port.get("nodePort") else ""
        target = port.get("targetPort", port["port"])
        parts.append(f"{port.get('name') or 'port'} {port['port']} ▸ {target}{node_port}")
    if spec.get("sessionAffinity") == "ClientIP":
        parts.append("affinity ClientIP")
    for word in ("internal", "external"):
        if spec.get(f"{word}TrafficPolicy") == "Local":
            parts.append(f"{word} traffic stays on the node")
    return "  ".join(parts)


def endpoint_rows(
    found: Routes, traffic: Traffic | None, nodes: list[str], now_ms: int
) -> list[EndpointRow]:
    """A row per endpoint, one that says so for a port without. traffic: None in the past."""
    rows: list[EndpointRow] = []
    for port in found.ports:
        if not port.endpoints:
            cells = (Cell(port.id, "accent"), Cell("no endpoints", "warn"))
            padded = (*cells, *(Cell("") for _ in COLUMNS[2:]))
            rows.append(EndpointRow(port.id, padded, (port.id,), "warn"))
        rows += [_row(found, port, end, traffic, nodes, now_ms) for end in port.endpoints]
    return rows


def _row(
    found: Routes,
    port: ServicePort,
    end: Endpoint,
    traffic: Traffic | None,
    nodes: list[str],
    now_ms: int,
) -> EndpointRow:
    health = "" if end.ready else "warn"
    way, pod = (port.id, str(end)), found.pod(end)
    who = (
        Cell(port.id, "accent"),
        Cell(str(end), health),
        Cell(pod.name or "-"),
        Cell(end.node or "-", "dim"),
    )
    how = (
        Cell("yes", "ok") if end.ready else Cell("no", "warn"),
        Cell("yes") if end.serving else Cell("no", "warn"),
        Cell("yes", "warn") if end.terminating else Cell("no", "dim"),
    )
    flow: tuple[Sorted, ...]
    more: tuple[Sorted, ...]
    if traffic is None:
        flow, more = (_UNKNOWN,) * 3, (_UNKNOWN,) * (len(COLUMNS) - len(who) - len(how) - 3)
    else:
        flow, more = _traffic_cells(way, end, traffic, nodes, now_ms)
    both = [(cell, cell.text) for cell in (*who, *how)]
    told = [*both[:4], *flow, *both[4:], *more]
    cells, keys = zip(*told, strict=True)
    return EndpointRow("/".join(way), cells, keys, health)


def _traffic_cells(
    way: Way, end: Endpoint, traffic: Traffic, nodes: list[str], now_ms: int
) -> tuple[tuple[Sorted, ...], tuple[Sorted, ...]]:
    """What flows now, and what was counted so far."""
    counts: Counts = traffic.counts(way, nodes)
    having, heard = traffic.in_rules(way)
    rate, size = traffic.rates(way, nodes, now_ms)
    lags = having < heard if end.ready else having > 0 and not end.terminating
    trend = traffic.trend(way, nodes, now_ms)
    flow = (
        (Cell(short(counts.open)), counts.open),
        (Cell(short(rate)), rate),
        (Cell(trend, "accent"), trend),
    )
    more = (
        (Cell(f"{having}/{heard}", "warn" if lags else "dim"), having),
        (Cell(short(size), "dim"), size),
        (Cell(short(counts.total)), counts.total),
        (Cell(short(counts.failed), "bad" if counts.failed else "dim"), counts.failed),
        (Cell(short(counts.bytes_in), "dim"), counts.bytes_in),
        (Cell(short(counts.bytes_out), "dim"), counts.bytes_out),
    )
    return flow, more
