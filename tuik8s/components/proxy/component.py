"""kube-proxy: hears of Services and EndpointSlices, and keeps the routing of its nodes as they say.

    informers --changed Service--> compile (pure) --> router per node --> listeners
                                                          |
                              telemetry/routes/NODE <-- tallies, once a second when they changed

Source: k8s.io/kubernetes pkg/proxy; changes of one turn are compiled together, with no minimum
sync period, so a removed endpoint gets no connection after the turn in which its removal was
heard.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tuik8s.api.routing.services import ServicePort, service_ports
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client, told
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.components.base import Host
from tuik8s.components.proxy.config import ProxyConfig
from tuik8s.components.proxy.listeners import Listeners
from tuik8s.components.proxy.modes.registry import MODES
from tuik8s.components.proxy.router import Router
from tuik8s.components.proxy.traffic import Traffic

IDENTITY = "system:kube-proxy"
SERVICE_LABEL = "kubernetes.io/service-name"
SERVICES = "services"
SHOWN_MAX = 10
"""Names in a line of the log; the number of all stands beside them."""
SLICES = "endpointslices.discovery.k8s.io"


class KubeProxy:
    """Forwards for one node or several."""

    def __init__(self, host: Host, config: ProxyConfig) -> None:
        self.name = host.world.party
        self._world = host.world
        self._host = host
        self._config = config
        self._client = Client(host.world, host.dial(IDENTITY), lean=True)
        self._services = Informer(self._client, SERVICES)
        self._slices = Informer(self._client, SLICES, indices={"service": _service_of})
        mode = MODES[config.mode]
        self._routers = [Router(n, mode, host.world.rng("proxy/turns")) for n in config.nodes]
        traffic = Traffic(host.world)
        self._listeners = Listeners(host.network, host.world.now_ms, host.world.log, traffic)
        self._ids: dict[tuple[str, str], tuple[str, ...]] = {}
        self._dirty: dict[tuple[str, str], None] = {}
        self._told: int = -1
        self._is_ready = False

    def start(self) -> None:
        nodes = [node.name for node in self._config.nodes]
        self._world.log.info("Starting kube-proxy", nodes=nodes, mode=self._config.mode)
        self._services.on_change(self._on_service)
        self._slices.on_change(self._on_slice)
        for informer in (self._services, self._slices):
            informer.on_sync(self._sync)
            informer.start()
        self._world.call_after(self._config.telemetry_ms, self._tell)

    def statistics(self) -> Mapping[str, int]:
        return {
            **told([self._client]),
            "services": len(self._ids),
            "rules": sum(len(router.proxies) for router in self._routers),
            "connections": sum(router.connections_total() for router in self._routers),
        }

    def _on_service(self, change: Change) -> None:
        self._touch((change.key.namespace, change.key.name))

    def _on_slice(self, change: Change) -> None:
        for piece in (change.old, change.new):
            for owner in _service_of(piece) if piece else ():
                namespace, _, name = owner.partition("/")
                self._touch((namespace, name))

    def _touch(self, service: tuple[str, str]) -> None:
        if not self._dirty:
            self._world.call_soon(self._sync)
        self._dirty[service] = None

    def _sync(self) -> None:
        """Compile what changed, once both informers know the world."""
        if not (self._services.synced and self._slices.synced):
            return
        dirty, self._dirty = self._dirty, {}
        began_ms = self._world.now_ms()
        for namespace, name in dirty:
            self._sync_service(namespace, name)
        log = self._world.log
        if dirty and log.verbosity >= 2:
            log.info(
                "SyncProxyRules complete",
                services=[f"{namespace}/{name}" for namespace, name in dirty][:SHOWN_MAX],
                changed=len(dirty),
                rules=sum(len(router.proxies) for router in self._routers),
                elapsed=f"{self._world.now_ms() - began_ms}ms",
            )
        if not self._is_ready:
            self._is_ready = True
            self._host.ready()

    def _sync_service(self, namespace: str, name: str) -> None:
        service = self._services.get(namespace, name)
        slices = self._slices.by_index("service", f"{namespace}/{name}")
        ports = service_ports(service, slices) if service is not None else ()
        old = self._ids.pop((namespace, name), ())
        new = tuple(port.id for port in ports)
        if new != old:
            self._say_ports(old, ports)
        if new:
            self._ids[namespace, name] = new
        for router in self._routers:
            router.set_service(old, ports)
        for id_ in dict.fromkeys((*old, *new)):
            self._listeners.set_service(id_, self._routers)

    def _say_ports(self, old: tuple[str, ...], ports: tuple[ServicePort, ...]) -> None:
        log = self._world.log
        for port in ports:
            if port.id not in old:
                where = f"{port.addresses[0] if port.addresses else ''}:{port.port}/{port.protocol}"
                log.info("Adding new service port", portName=port.id, servicePort=where)
        for id_ in old:
            if id_ not in [port.id for port in ports]:
                log.info("Removing service port", portName=id_)

    def _tell(self) -> None:
        """Publish the routing tables when anything in them changed."""
        self._world.call_after(self._config.telemetry_ms, self._tell)
        changes = sum(router.changes_count for router in self._routers)
        if changes == self._told or not self._is_ready:
            return
        self._told = changes
        ids = [id_ for group in self._ids.values() for id_ in group]
        listens = {id_: self._listeners.listens(id_) for id_ in ids}
        local = {id_: self._listeners.local_port(id_) for id_ in ids}
        for router in self._routers:
            table = router.table(listens, local, self._world.now_ms())
            request = Request(
                verb="post",
                path=f"/telemetry/routes/{router.node.name}",
                body=msgspec.msgpack.encode(table),
                content_type="application/msgpack",
            )
            self._client.call(request, _ignore)


def build(host: Host, config: ProxyConfig) -> KubeProxy:
    return KubeProxy(host, config)


def _ignore(reply: Reply) -> None:
    """Lost telemetry is told again with the next change."""


def _service_of(piece: Object) -> tuple[str, ...]:
    meta = piece["metadata"]
    owner = (meta.get("labels") or {}).get(SERVICE_LABEL)
    return (f"{meta['namespace']}/{owner}",) if owner else ()
