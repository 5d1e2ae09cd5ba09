"""The kubelet: hears of the pods of its nodes, plays them in a runtime, tells their status.

    pods informer --> PodLife per pod --orders--> runtime
                          ^  |  ^                    |
                          |  |  '----- changes <-----'  (one timer, at the runtime's next instant)
                          |  '--> status patch, Events, listeners on the pod's address
                     node's podCIDR

All work of a turn is done together at its end, so that a burst of pods costs one pass.

Source: k8s.io/kubernetes pkg/kubelet. Differences: after a restart the containers go on from the
status in the API, since the simulated runtime lives in this process; probes are the runtime's
(see runtimes/sim.py, runtimes/docker.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec

from tuik8s.api.types import Object
from tuik8s.bus.client import Client, told
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.components.base import Host
from tuik8s.components.kubelet.config import KubeletConfig
from tuik8s.components.kubelet.event_pace import EventPace
from tuik8s.components.kubelet.eviction import Evictor
from tuik8s.components.kubelet.node_agent import NodeAgent
from tuik8s.components.kubelet.node_pods import NodePods
from tuik8s.components.kubelet.pod_life import PodLife
from tuik8s.components.kubelet.pod_servers import PodServers
from tuik8s.components.kubelet.runtimes.base import Runtime
from tuik8s.components.kubelet.runtimes.registry import RUNTIMES
from tuik8s.components.kubelet.server import KubeletServer
from tuik8s.world.base import Timer

DECODED_MAX = 8
"""Per node; each pod is looked at a few times when it changes, and then seldom."""


class Kubelet:
    """The kubelets of the nodes of one process."""

    def __init__(self, host: Host, config: KubeletConfig) -> None:
        self.name = host.world.party
        self._host = host
        self._world = host.world
        self._config = config
        self._informers: list[Informer] = []
        self._runtime: Runtime = RUNTIMES[config.runtime](config.cluster)
        version = self._runtime.version
        nodes = [msgspec.structs.replace(node, runtime_version=version) for node in config.nodes]
        self._servers = PodServers(host.world, host.network, self._runtime)
        self._owners: dict[str, PodLife] = {}
        pace = EventPace(host.world)
        self._by_node: dict[str, NodePods] = {}
        self._agents: dict[str, NodeAgent] = {}
        self._evictors: list[Evictor] = []
        self._clients: list[Client] = []
        for node in nodes:
            # Each node asks under its own name, also where one process hosts many.
            dialled = host.dial(f"system:node:{node.name}")
            client = Client(host.world, dialled, lean=True, decoded_max=DECODED_MAX)
            self._clients.append(client)
            self._by_node[node.name] = NodePods(
                self._world,
                client,
                node,
                config,
                self._runtime,
                self._servers,
                self._owners,
                pace,
                partial(self._work_soon, node.name),
            )
            self._evictors.append(
                Evictor(self._world, node.name, self._by_node[node.name], self._runtime)
            )
            self._agents[node.name] = NodeAgent(
                self._world,
                client,
                node,
                config,
                self._on_registered,
                self._by_node[node.name].events.node,
            )
            self._follow(client, node.name)
        self._servers_api = KubeletServer(self._world, self._by_node, self._runtime, self._servers)
        self._timer: Timer | None = None
        self._timer_at_ms: int | None = None
        self._dirty: dict[str, None] = {}

    def start(self) -> None:
        log = self._world.log
        names = [*self._agents]
        log.info("Starting kubelet", nodes=names, runtime=self._config.runtime, v=log.verbosity)
        for informer in self._informers:
            informer.start()
        self._servers_api.listen(self._host.network)
        for agent in self._agents.values():
            agent.start()

    def _follow(self, client: Client, node: str) -> None:
        for resource, on_change in (("pods", self._on_pod), ("nodes", self._on_node)):
            informer = Informer(client, resource, partition=node)
            informer.on_change(on_change)
            if resource == "pods":
                informer.on_sync(self._by_node[node].on_synced)
            self._informers.append(informer)

    def statistics(self) -> Mapping[str, int]:
        return {
            "nodes": sum(agent.is_registered for agent in self._agents.values()),
            "pods": sum(len(pods) for pods in self._by_node.values()),
            "listeners": len(self._servers),
            **told(self._clients),
        }

    def _on_registered(self, node: Object) -> None:
        self._by_node[node["metadata"]["name"]].set_node(node)
        if all(agent.is_registered for agent in self._agents.values()):
            self._host.ready(nodes=len(self._agents))

    def _on_node(self, change: Change) -> None:
        agent = self._agents.get(change.key.name)
        if agent is None:
            return
        agent.on_node(change.new)
        if change.new is not None:
            self._by_node[change.key.name].set_node(change.new)

    def _on_pod(self, change: Change) -> None:
        entry = change.new_entry or change.old_entry
        assert entry is not None, f"change of {change.key} without an object"
        pod = entry.object
        pods = self._by_node.get(pod["spec"].get("nodeName", ""))
        if pods is not None:
            pods.on_pod(pod, entry.data, gone=change.new_entry is None)

    # --- the turn -----------------------------------------------------------------------------

    def _work_soon(self, node: str) -> None:
        if not self._dirty:
            self._world.call_soon(self._work)
        self._dirty[node] = None

    def _work(self) -> None:
        """Step every pod that asked for it, until the runtime has nothing more to say."""
        now_ms = self._world.now_ms()
        self._advance(now_ms)
        worked: dict[str, None] = {}
        while self._dirty:
            for name in list(self._dirty):
                worked[name] = None
                if not self._by_node[name].step(now_ms):
                    del self._dirty[name]
            self._advance(now_ms)
        for name in worked:
            self._by_node[name].publish(now_ms)
        self._set_timer()

    def _set_timer(self) -> None:
        wake_at_ms = self._runtime.wake_at_ms()
        if wake_at_ms == self._timer_at_ms:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at_ms = wake_at_ms
        self._timer = (
            None if wake_at_ms is None else self._world.call_at(wake_at_ms, self._on_timer)
        )

    def _on_timer(self) -> None:
        self._timer = self._timer_at_ms = None
        self._advance(self._world.now_ms())
        if not self._dirty:
            self._set_timer()

    def _advance(self, now_ms: int) -> None:
        for change in self._runtime.advance(now_ms):
            life = self._owners.get(change.id)
            if life is not None:
                self._by_node[life.pod["spec"]["nodeName"]].on_runtime(life, change)


def build(host: Host, config: KubeletConfig) -> Kubelet:
    return Kubelet(host, config)
