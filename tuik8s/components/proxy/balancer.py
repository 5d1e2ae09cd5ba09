"""Who gets the next connection: round robin, with ClientIP affinity and its timeout.

    next(client) = the endpoint that this client had less than affinity_ms ago, else the next in
    turn

New endpoints start the turn afresh at a random place, so that the proxies of many nodes do not all
begin with the same one. Affinity to an endpoint that is gone is forgotten.

Source: k8s.io/kubernetes pkg/proxy/userspace/roundrobin.go (as last shipped in 1.25). There the
list is shuffled when it changes; here the turn begins at a random place, which keeps the order
readable.
"""

from __future__ import annotations

from tuik8s.api.routing.services import Endpoint
from tuik8s.world.base import Rng

CLIENTS_MAX = 10_000
"""Affinity entries kept per service port; the oldest goes first."""


class Balancer:
    """The turn and the affinity of one service port at one node."""

    def __init__(self, rng: Rng) -> None:
        self._rng = rng
        self._endpoints: tuple[Endpoint, ...] = ()
        self._turn = 0
        self.affinity: dict[str, tuple[Endpoint, int]] = {}
        """client address -> (endpoint, last used at ms), oldest first"""

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._endpoints

    def set_endpoints(self, endpoints: tuple[Endpoint, ...]) -> None:
        if endpoints == self._endpoints:
            return
        self._endpoints = endpoints
        self._turn = self._rng.below(len(endpoints)) if endpoints else 0
        places = {(e.host, e.port) for e in endpoints}
        self.affinity = {
            client: entry
            for client, entry in self.affinity.items()
            if (entry[0].host, entry[0].port) in places
        }

    def order(self, client: str, affinity_ms: int, now_ms: int) -> tuple[Endpoint, ...]:
        """The endpoints to try for a connection of this client, best first."""
        if not self._endpoints:
            return ()
        if affinity_ms:
            held = self.affinity.get(client)
            if held is not None and now_ms - held[1] < affinity_ms:
                self._remember(client, held[0], now_ms)
                first = held[0]
                rest = (e for e in self._endpoints if (e.host, e.port) != (first.host, first.port))
                return (first, *rest)
        start = self._turn % len(self._endpoints)
        self._turn = start + 1
        chosen = self._endpoints[start:] + self._endpoints[:start]
        if affinity_ms:
            self._remember(client, chosen[0], now_ms)
        return chosen

    def reached(self, client: str, endpoint: Endpoint, affinity_ms: int, now_ms: int) -> None:
        """Note who really answered, after the first choice refused."""
        if affinity_ms:
            self._remember(client, endpoint, now_ms)

    def _remember(self, client: str, endpoint: Endpoint, now_ms: int) -> None:
        self.affinity.pop(client, None)
        self.affinity[client] = (endpoint, now_ms)
        if len(self.affinity) > CLIENTS_MAX:
            del self.affinity[next(iter(self.affinity))]
