"""The rules of a node as trees, one per service port: as `userspace` or as `iptables` writes them.

    default/web:http  TCP
      KUBE-SERVICES  127.16.40.7:80       ▸ KUBE-SVC-7XC2QABC
      KUBE-SVC-7XC2QABC  2 endpoints
        ├ p=0.50000 ▸ KUBE-SEP-A1B2 ▸ DNAT 127.17.1.3:8080  web-x2k4p @node-1
        └ p=1.00000 ▸ KUBE-SEP-C3D4 ▸ DNAT 127.17.2.3:8080  web-9kd2l @node-2

Pure; what only the proxy knows (local ports, where it listens, affinity) comes with its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tuik8s.api.routing.iptables import chain, endpoint_chain, service_chain
from tuik8s.api.routing.rules import Redirect, RuleSet, ServiceProxy
from tuik8s.api.routing.services import Endpoint
from tuik8s.api.times import human_duration
from tuik8s.ui.lines import Line, line
from tuik8s.ui.rowstore import Cell

AFFINITY_MAX = 20
"""Entries shown per service port; a proxy keeps thousands."""

Where = Callable[[Endpoint], str]
"""Which pod an endpoint is, and on which node."""


def tree(
    rules: RuleSet, mode: str, where: Where, told: Mapping[str, Any], now_ms: int
) -> list[Line]:
    """The rules of a node. told: service port id -> its row of the proxy's table, none in the
    past."""
    found: list[Line] = []
    for proxy in rules.proxies.values():
        row = told.get(proxy.id) or {}
        stays = f"  a client stays for {human_duration(proxy.affinity_ms)}"
        more = f"  {proxy.protocol}{stays if proxy.affinity_ms else ''}"
        found.append((Cell(proxy.id, "head"), Cell(more, "dim")))
        found += _iptables(proxy, where) if mode == "iptables" else _userspace(proxy, row, where)
        found += _listens(row)
        found += _affinity(row, now_ms)
    return found or [line("nothing to forward: no Service here has an address and a port", "dim")]


def _userspace(proxy: ServiceProxy, row: Mapping[str, Any], where: Where) -> list[Line]:
    local = row.get("local_port") or "a random local port"
    found: list[Line] = []
    for rule in proxy.redirects:
        name = "KUBE-NODEPORT" if rule.external else "KUBE-PORTALS"
        found.append(_rule(name, rule, f"REDIRECT to {local}"))
    for outside, ends in _groups(proxy):
        label = "service proxy" + (" for node ports" if outside else "")
        if not ends:
            found.append(line(f"  {label}  no endpoints: connections are refused", "warn"))
            continue
        found.append(line(f"  {label}  {_endpoints(ends)}, in turn"))
        found += [
            (Cell(f"    {branch} "), Cell(str(end)), Cell(f"  {where(end)}", "dim"))
            for branch, end in zip(_branches(ends), ends, strict=True)
        ]
    return found


def _iptables(proxy: ServiceProxy, where: Where) -> list[Line]:
    found: list[Line] = []
    outside = chain("KUBE-EXT-", proxy.id, proxy.protocol.lower())
    inside = service_chain(proxy, external=False)
    for number, rule in enumerate(proxy.redirects):
        if rule.external:
            if proxy.external:
                found.append(_rule("KUBE-NODEPORTS", rule, outside))
        else:
            target = (inside if number == 0 else outside) if proxy.internal else "REJECT"
            found.append(_rule("KUBE-SERVICES", rule, target))
    if any(rule.external for rule in proxy.redirects) and proxy.external:
        behind = service_chain(proxy, external=True)
        found.append((Cell(f"  {outside}", "accent"), Cell(f"  ▸ {behind}")))
    for external, ends in _groups(proxy):
        if ends:
            name = service_chain(proxy, external=external)
            found.append((Cell(f"  {name}", "accent"), Cell(f"  {_endpoints(ends)}", "dim")))
            found += _shares(proxy, ends, where)
    return found


def _shares(proxy: ServiceProxy, ends: Sequence[Endpoint], where: Where) -> list[Line]:
    recent = "recent, else " if proxy.affinity_ms else ""
    return [
        (
            Cell(f"    {branch} {recent}p={1 / (len(ends) - number):.5f} ▸ "),
            Cell(endpoint_chain(proxy, end), "accent"),
            Cell(f" ▸ DNAT {end}"),
            Cell(f"  {where(end)}", "dim"),
        )
        for number, (branch, end) in enumerate(zip(_branches(ends), ends, strict=True))
    ]


def _groups(proxy: ServiceProxy) -> list[tuple[bool, tuple[Endpoint, ...]]]:
    """(by a node port, its endpoints): once when both ways lead to the same ones."""
    has_node_port = any(rule.external for rule in proxy.redirects)
    differ = has_node_port and proxy.external != proxy.internal
    return [(False, proxy.internal), *([(True, proxy.external)] if differ else [])]


def _rule(name: str, rule: Redirect, target: str) -> Line:
    style = "warn" if target == "REJECT" else ""
    return (
        Cell(f"  {name:<15}", "accent"),
        Cell(f"{rule.host}:{rule.port}"),
        Cell(f"  ▸ {target}" + ("  (no endpoints)" if style else ""), style),
    )


def _listens(row: Mapping[str, Any]) -> list[Line]:
    """Where the proxy listens for a rule, when that is not the address of the rule itself."""
    moved = {rule: at for rule, at in (row.get("listens") or {}).items() if rule != at}
    return [line(f"  {rule} is really at {at}", "warn") for rule, at in moved.items()]


def _affinity(row: Mapping[str, Any], now_ms: int) -> list[Line]:
    entries = row.get("affinity") or ()
    found = [
        line(
            f"  client {each['client']} stays with {each['endpoint']} for "
            f"{human_duration(max(0, each['until_ms'] - now_ms))}",
            "dim",
        )
        for each in entries[:AFFINITY_MAX]
    ]
    left = len(entries) - AFFINITY_MAX
    return [*found, line(f"  and {left} clients more", "dim")] if left > 0 else found


def _branches(ends: Sequence[Endpoint]) -> list[str]:
    return ["├"] * (len(ends) - 1) + ["└"]


def _endpoints(ends: Sequence[Endpoint]) -> str:
    return f"{len(ends)} endpoint{'s' * (len(ends) > 1)}"
