"""Opens what the rules ask for and closes what they no longer do.

One listener serves every node of the process that has the redirect; each connection enters at one
of them in turn. Addresses outside the loopback range are never bound: such a Service is reached
on the service proxy's own port of the node's address.
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.addresses import is_bindable
from tuik8s.api.routing.rules import Redirect
from tuik8s.api.routing.services import Endpoint
from tuik8s.components.proxy.router import Router
from tuik8s.components.proxy.traffic import Traffic
from tuik8s.world.base import Log
from tuik8s.world.network import Address, AddressTaken, Forwarding, Listener, Network

LOCAL = "127.0.0.1"
ENTERING_MAX = 4_096
"""Connections still looking for a target; those that find none are told of by nobody."""
SYN_RETRIES_MS = 127_000
"""So long Linux tries to connect where no packet gets through."""


class _Portal:
    """One open listener and the nodes that it lets in."""

    def __init__(
        self, id_: str, routers: list[Router], now_ms: Callable[[], int], traffic: Traffic
    ) -> None:
        self.id = id_
        self.routers = routers
        self._now_ms = now_ms
        self._traffic = traffic
        self._turn = 0
        self._entering: dict[Address, Router] = {}
        self._inside: dict[Address, Router] = {}
        self._waits: dict[Address, dict[Address, int]] = {}
        self._lost: dict[Address, bool] = {}
        """Clients whose connection a fault has just lost."""

    def forwarding(self, redirect: Redirect) -> Forwarding:
        external = redirect.external

        def route(client: Address) -> tuple[Address, ...]:
            router = self.routers[self._turn % len(self.routers)]
            self._turn += 1
            ends = router.order(self.id, client.host, self._now_ms(), external=external)
            if ends and self._traffic.is_disturbed:
                ends = self._disturbed(router, client, ends)
                if not ends and redirect.protocol == "TCP":
                    self._lost[client] = True
            if ends:
                if len(self._entering) >= ENTERING_MAX:
                    del self._entering[next(iter(self._entering))]
                self._entering[client] = router
            return tuple(Address(e.host, e.port) for e in ends)

        def opened(client: Address, target: Address) -> None:
            router = self._entering.pop(client, None)
            if router is not None:
                self._inside[client] = router
                router.opened(self.id, client, target, self._now_ms(), external=external)

        def closed(client: Address, target: Address, bytes_in: int, bytes_out: int) -> None:
            self._waits.pop(client, None)
            router = self._inside.pop(client, None)
            if router is not None:
                router.closed(self.id, target, bytes_in, bytes_out)

        def failed(client: Address, target: Address) -> None:
            router = self._entering.get(client) or self._inside.get(client)
            if router is not None:
                router.failed(self.id, target)

        def wait_ms(client: Address, target: Address) -> int:
            return self._waits.get(client, {}).get(target, 0)

        def silent_ms(client: Address) -> int:
            return SYN_RETRIES_MS if self._lost.pop(client, False) else 0

        udp = redirect.protocol == "UDP"
        return Forwarding(
            route, opened, closed, failed, udp=udp, wait_ms=wait_ms, silent_ms=silent_ms
        )

    def _disturbed(
        self, router: Router, client: Address, ends: tuple[Endpoint, ...]
    ) -> tuple[Endpoint, ...]:
        """The endpoints that faults let through, and how long they take; the others failed."""
        node = router.node.name
        open_ = self._traffic.reachable(self.id, node, ends)
        for end in ends:
            if end not in open_:
                router.failed(self.id, Address(end.host, end.port))
        if len(self._waits) >= ENTERING_MAX:
            del self._waits[next(iter(self._waits))]
        self._waits[client] = {
            Address(end.host, end.port): self._traffic.wait_ms(self.id, node, end) for end in open_
        }
        return open_


class Listeners:
    """All that one proxy process listens on."""

    def __init__(
        self, network: Network, now_ms: Callable[[], int], log: Log, traffic: Traffic
    ) -> None:
        self._network = network
        self._now_ms = now_ms
        self._log = log
        self._traffic = traffic
        self._open: dict[str, dict[Redirect, Listener]] = {}
        self._refused: dict[str, dict[Redirect, str]] = {}
        self._local: dict[str, Listener] = {}

    def set_service(self, id_: str, routers: list[Router]) -> None:
        """Open and close so that one service port is listened for as its rules say."""
        wanted: dict[Redirect, list[Router]] = {}
        for router in routers:
            proxy = router.proxies.get(id_)
            for redirect in proxy.redirects if proxy else ():
                wanted.setdefault(redirect, []).append(router)
        have = self._open.setdefault(id_, {})
        for redirect in [redirect for redirect in have if redirect not in wanted]:
            have.pop(redirect).close()
        self._refused.pop(id_, None)
        for redirect, inside in sorted(wanted.items(), key=lambda item: item[0]):
            if redirect not in have:
                self._listen(id_, redirect, inside)
        if not have:
            del self._open[id_]
        self._set_local(id_, [r for r in routers if id_ in r.proxies])

    def listens(self, id_: str) -> dict[str, str]:
        """rule -> where it is listened on, or why it is not."""
        rows = {
            f"{redirect.host}:{redirect.port}": str(listener.address)
            for redirect, listener in self._open.get(id_, {}).items()
        }
        for redirect, why in self._refused.get(id_, {}).items():
            rows[f"{redirect.host}:{redirect.port}"] = why
        return rows

    def local_port(self, id_: str) -> str:
        listener = self._local.get(id_)
        return str(listener.address) if listener else ""

    def _listen(self, id_: str, redirect: Redirect, routers: list[Router]) -> None:
        if not is_bindable(redirect.host):
            self._refused.setdefault(id_, {})[redirect] = (
                "not a loopback address; use the local port"
            )
            return
        portal = _Portal(id_, routers, self._now_ms, self._traffic)
        address = Address(redirect.host, redirect.port)
        try:
            listener = self._network.listen(address, portal.forwarding(redirect))
        except AddressTaken as taken:
            self._refused.setdefault(id_, {})[redirect] = str(taken)
            self._log.warning("cannot listen", service=id_, address=str(address), why=str(taken))
            return
        self._open[id_][redirect] = listener

    def _set_local(self, id_: str, routers: list[Router]) -> None:
        has_local = bool(routers) and routers[0].mode.has_local_ports
        if id_ in self._local and not has_local:
            self._local.pop(id_).close()
        elif has_local and id_ not in self._local:
            node = routers[0].node.address
            host = node if is_bindable(node) else LOCAL
            protocol = routers[0].proxies[id_].protocol
            portal = _Portal(id_, routers, self._now_ms, self._traffic)
            forwarding = portal.forwarding(Redirect(host, 0, protocol))
            self._local[id_] = self._network.listen(Address(host, 0), forwarding)
