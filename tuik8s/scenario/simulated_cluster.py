"""A whole cluster in one process and no time: every role of a live one, on one heap.

The hand that chaos has here kills, pauses and cuts simulated parties; what is killed comes back
after the supervisor's first back-off, as it does live.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from tuik8s.addresses import AddressPlan, plan_of
from tuik8s.bus.client import Client
from tuik8s.components.apiserver import ApiServer
from tuik8s.components.apiserver import build as build_apiserver
from tuik8s.components.base import Component
from tuik8s.components.controllers.node_lifecycle.taints import NOT_READY, has
from tuik8s.components.supervisor.build import apiserver_config, build
from tuik8s.components.supervisor.children import BACKOFF_MS_MIN
from tuik8s.components.supervisor.roles import roles_of
from tuik8s.config import ClusterConfig
from tuik8s.world.base import DiskFailed
from tuik8s.world.heap import EventHeap
from tuik8s.world.kept_logs import KeptLogs
from tuik8s.world.links import LinkRule
from tuik8s.world.logs import NOTHING, Sink, discard
from tuik8s.world.rules import Rule
from tuik8s.world.simulated import Simulation

ADMIN = "system:admin"
READY_WITHIN_MS = 60_000
ROOT_CA = "a simulated world has no TLS, so nobody checks its authority\n"
"""What pods find in kube-root-ca.crt."""
SLICE = 1


class NotReady(Exception):
    """The cluster did not become ready in simulated time: a defect of ours."""


class SimulatedCluster:
    """Build it, `start` it, then advance time and talk to it through `client`."""

    def __init__(
        self,
        config: ClusterConfig,
        seed: int,
        *,
        sink: Sink = discard,
        verbosity: int = NOTHING,
        heap: EventHeap | None = None,
    ) -> None:
        self.config = config if config.slice > 0 else _with_slice(config)
        self.seed = seed
        self.plan: AddressPlan = plan_of(self.config)
        self.simulation = Simulation(seed, sink=sink, verbosity=verbosity, heap=heap)
        if verbosity >= 0:
            self.simulation.sink = KeptLogs(self.simulation.logs, sink)
        self.components: dict[str, Component] = {}
        self._roles = {role.name: role for role in roles_of(self.config)}
        self._held: dict[str, None] = {}
        self._hand = SimulatedHand(self)
        self.simulation.on_failed = self._on_failed
        self.client = Client(
            self.simulation.host("client").world, self.simulation.host("client").dial(ADMIN)
        )

    @property
    def now_ms(self) -> int:
        return self.simulation.now_ms

    @property
    def apiserver(self) -> ApiServer:
        found = self.components["apiserver"]
        assert isinstance(found, ApiServer), "the apiserver's role is lived by an ApiServer"
        return found

    def start(self) -> None:
        """Start every role, and run until all have said that they are ready and pods are welcome on
        every node."""
        for name in self._roles:
            self._begin(name)
        if not self.run_until(self._is_ready, READY_WITHIN_MS):
            waiting = self._roles.keys() - self.simulation.ready.keys()
            raise NotReady(f"after {READY_WITHIN_MS} ms still waiting for {sorted(waiting)}")
        nodes = list(self.config.node_names())
        if not self.run_until(lambda: self._are_free(nodes), READY_WITHIN_MS):
            raise NotReady(f"after {READY_WITHIN_MS} ms {nodes[-1]} still takes no pods")

    def run_ms(self, duration_ms: int) -> None:
        self.simulation.run_ms(duration_ms)

    def run_until(self, holds: Callable[[], bool], limit_ms: int) -> bool:
        """Run until holds() is true, at most for limit_ms; whether it became true."""
        return self.simulation.run_while(lambda: not holds(), limit_ms)

    def parties(self) -> list[str]:
        return list(self._roles)

    def digest(self) -> str:
        """The digest of the log: equal for equal seeds."""
        return self.apiserver.store.digest()

    # --- what the hand does -------------------------------------------------------------------

    def kill(self, name: str) -> None:
        self.simulation.crash(name)
        self.components.pop(name, None)
        self._come_back(name)

    def hold(self, name: str) -> None:
        self._held[name] = None
        self.simulation.crash(name)
        self.components.pop(name, None)

    def release(self, name: str) -> None:
        self._held.pop(name, None)
        if not self.simulation.alive(name):
            self._come_back(name, 0)

    def _on_failed(self, name: str) -> None:
        """A process has ended because its disk failed; the supervisor brings it back."""
        self.components.pop(name, None)
        self._come_back(name)

    def _come_back(self, name: str, delay_ms: int = BACKOFF_MS_MIN) -> None:
        heap = self.simulation.heap
        heap.schedule(heap.now_ms + delay_ms, lambda: self._begin(name))

    def _begin(self, name: str) -> None:
        if name in self._held or name in self.components:
            return
        role = self._roles[name]
        host = self.simulation.host(name)
        if role.kind == "apiserver":
            component: Component = build_apiserver(host, apiserver_config(self.config, self.plan))
        else:
            component = build(role, host, self.config, self.plan, self._hand, ROOT_CA)
        self.components[name] = component
        try:
            component.start()
        except DiskFailed as failure:  # as it reads its log: the process ends again
            self.simulation.fail(name, failure)

    def _is_ready(self) -> bool:
        return self._roles.keys() <= self.simulation.ready.keys()

    def _are_free(self, nodes: list[str]) -> bool:
        """Whether these nodes have lost the taint that a node is born with; those that have are
        taken off the list."""
        while nodes:
            found = self.apiserver.store.get(f"nodes//{nodes[-1]}")
            assert found is not None, "a kubelet that is ready has registered its nodes"
            if has(msgspec.msgpack.decode(found.value), NOT_READY, "NoSchedule"):
                return False
            nodes.pop()
        return True


class SimulatedHand:
    """The chaos component's hand on a simulated cluster (see `components.chaos.base.Hand`)."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster

    def parties(self) -> Sequence[str]:
        return self._cluster.parties()

    def kill(self, party: str) -> None:
        self._later(lambda: self._cluster.kill(party))

    def hold(self, party: str) -> None:
        self._later(lambda: self._cluster.hold(party))

    def release(self, party: str) -> None:
        self._later(lambda: self._cluster.release(party))

    def pause(self, party: str) -> None:
        self._later(lambda: self._cluster.simulation.pause(party))

    def resume(self, party: str) -> None:
        self._later(lambda: self._cluster.simulation.resume(party))

    def set_links(self, rules: Sequence[LinkRule]) -> None:
        self._cluster.simulation.links.set(rules)

    def set_rules(self, rules: Sequence[Rule]) -> None:
        self._cluster.simulation.set_rules(rules)

    def _later(self, call: Callable[[], None]) -> None:
        """After the turn of whoever asked: nobody is killed while it runs."""
        heap = self._cluster.simulation.heap
        heap.schedule(heap.now_ms, call)


def _with_slice(config: ClusterConfig) -> ClusterConfig:
    return msgspec.structs.replace(config, slice=SLICE)
