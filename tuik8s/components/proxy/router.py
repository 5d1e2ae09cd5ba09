"""What one node does with connections: its rules, a balancer per service port, and the tallies.

Evaluated per connection; compiled only when a Service or its slices change. Pure but for the
balancers' turns.
"""

from __future__ import annotations

from tuik8s.api.routing.rules import ProxyNode, RuleSet, ServiceProxy
from tuik8s.api.routing.services import Endpoint, ServicePort
from tuik8s.components.proxy.balancer import Balancer
from tuik8s.components.proxy.modes.base import Mode
from tuik8s.components.proxy.table import (
    AffinityRow,
    EndpointRow,
    RoutingTable,
    ServiceRow,
    Tally,
)
from tuik8s.world.base import Rng
from tuik8s.world.network import Address


class Router:
    """One node's routing."""

    def __init__(self, node: ProxyNode, mode: Mode, rng: Rng) -> None:
        self.node = node
        self.mode = mode
        self.proxies: dict[str, ServiceProxy] = {}
        self.changes_count = 0
        """Rises with everything that a routing table shows, but for time."""
        self._rng = rng
        self._balancers: dict[tuple[str, bool], Balancer] = {}
        self._tallies: dict[str, dict[str, Tally]] = {}

    def set_service(self, old_ids: tuple[str, ...], ports: tuple[ServicePort, ...]) -> None:
        """Replace the service ports of one Service."""
        self.changes_count += 1
        compiled = self.mode.compile(ports, self.node).proxies
        for gone in old_ids:
            if gone not in compiled:
                self.proxies.pop(gone, None)
                self._tallies.pop(gone, None)
                self._balancers.pop((gone, False), None)
                self._balancers.pop((gone, True), None)
        for id_, proxy in compiled.items():
            self.proxies[id_] = proxy
            for external, endpoints in ((False, proxy.internal), (True, proxy.external)):
                balancer = self._balancers.get((id_, external))
                if balancer is None:
                    balancer = self._balancers[id_, external] = Balancer(self._rng)
                balancer.set_endpoints(endpoints)

    def order(self, id_: str, client: str, now_ms: int, *, external: bool) -> tuple[Endpoint, ...]:
        """The endpoints to try for a connection, best first; empty when there is none."""
        proxy = self.proxies.get(id_)
        if proxy is None:
            return ()
        return self._balancers[id_, external].order(client, proxy.affinity_ms, now_ms)

    def opened(
        self, id_: str, client: Address, target: Address, now_ms: int, *, external: bool
    ) -> None:
        proxy = self.proxies.get(id_)
        if proxy is None:
            return
        tally = self._tally(id_, str(target))
        tally.open += 1
        tally.total += 1
        balancer = self._balancers[id_, external]
        reached = next((e for e in balancer.endpoints if str(e) == str(target)), None)
        if reached is not None:
            balancer.reached(client.host, reached, proxy.affinity_ms, now_ms)

    def closed(self, id_: str, target: Address, bytes_in: int, bytes_out: int) -> None:
        if id_ not in self.proxies:
            return  # it outlived its Service
        tally = self._tally(id_, str(target))
        tally.open = max(0, tally.open - 1)
        tally.bytes_in += bytes_in
        tally.bytes_out += bytes_out

    def failed(self, id_: str, target: Address) -> None:
        if id_ in self.proxies:
            self._tally(id_, str(target)).failed += 1

    def connections_total(self) -> int:
        return sum(t.total for by_end in self._tallies.values() for t in by_end.values())

    def table(
        self, listens: dict[str, dict[str, str]], local: dict[str, str], now_ms: int
    ) -> RoutingTable:
        """The routing table.

        `listens` and `local` are by service port id, from whoever opened them.
        """
        services = [
            ServiceRow(
                id=id_,
                protocol=proxy.protocol,
                local_port=local.get(id_, ""),
                listens=listens.get(id_, {}),
                endpoints=self._endpoint_rows(proxy),
                affinity=self._affinity_rows(proxy, now_ms),
            )
            for id_, proxy in sorted(self.proxies.items())
        ]
        return RoutingTable(
            node=self.node.name,
            mode=self.mode.name,
            at_ms=now_ms,
            services=services,
            rules=self.mode.explain(RuleSet(self.node.name, dict(sorted(self.proxies.items())))),
        )

    def _tally(self, id_: str, target: str) -> Tally:
        self.changes_count += 1
        return self._tallies.setdefault(id_, {}).setdefault(target, Tally())

    def _endpoint_rows(self, proxy: ServiceProxy) -> list[EndpointRow]:
        tallies = self._tallies.get(proxy.id, {})
        ends = dict.fromkeys((*proxy.internal, *proxy.external))
        return [
            EndpointRow(
                address=str(e), node=e.node, ready=e.ready, tally=tallies.get(str(e), Tally())
            )
            for e in ends
        ]

    def _affinity_rows(self, proxy: ServiceProxy, now_ms: int) -> list[AffinityRow]:
        if not proxy.affinity_ms:
            return []
        return [
            AffinityRow(client=client, endpoint=str(held), until_ms=used_ms + proxy.affinity_ms)
            for external in (False, True)
            for client, (held, used_ms) in self._balancers[proxy.id, external].affinity.items()
            if used_ms + proxy.affinity_ms > now_ms
        ]
