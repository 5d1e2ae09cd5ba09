"""A cluster in simulated time for tests of controllers: API server, controllers, toy nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sim.toy_nodes import ADMIN, FAKE, ToyNodes
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode, object_of
from tuik8s.components.apiserver import component as apiserver
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.components.controllers import component as controllers
from tuik8s.components.controllers.base import ControllersConfig
from tuik8s.world.simulated import Simulation


class Cluster:
    """Everything, and the verbs of a test."""

    def __init__(
        self, nodes: int = 3, seed: int = 7, tokens: tuple[str, ...] = (), **config: Any
    ) -> None:
        self.simulation = Simulation(seed)
        self._tokens = tokens
        self.start_apiserver()
        self.config = ControllersConfig(root_ca="PEM", **config)
        self.client = Client(*self._dial("test", ADMIN))
        self.simulation.run_ms(100)
        self.start_controllers()
        self.nodes = ToyNodes(self.simulation.host("toy"))
        self.names = [f"node-{n}" for n in range(1, nodes + 1)]
        self.simulation.run_ms(100)
        for index, name in enumerate(self.names):
            labels = {"topology.kubernetes.io/zone": f"zone-{index % 3 + 1}"}
            labels.update({"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"})
            labels["kubernetes.io/arch"] = "amd64"
            metadata = {"name": name, "labels": labels, "annotations": FAKE}
            room = {"cpu": "8", "memory": "16Gi", "pods": "110"}
            status = {"allocatable": room, "capacity": room}
            self.create("nodes", {"kind": "Node", "metadata": metadata, "status": status})
        self.simulation.run_ms(1_000)

    def _dial(self, party: str, identity: str) -> tuple[Any, Any]:
        host = self.simulation.host(party)
        return host.world, host.dial(identity)

    def start_controllers(self) -> None:
        host = self.simulation.host("controller-manager")
        self.controllers = controllers.build(host, self.config)
        self.controllers.start()

    def start_apiserver(self) -> None:
        host = self.simulation.host("apiserver")
        self.apiserver = apiserver.build(
            host, ApiServerConfig(tokens=self._tokens, faults_propagate=True)
        )
        self.apiserver.start()

    def restart_apiserver(self) -> None:
        self.simulation.crash("apiserver")
        self.simulation.run_ms(500)
        self.start_apiserver()

    def restart_controllers(self) -> None:
        self.simulation.crash("controller-manager")
        self.start_controllers()

    def run_ms(self, duration_ms: int) -> None:
        self.simulation.run_ms(duration_ms)

    def _call(self, send: Callable[[Callable[[Reply], None]], None]) -> Reply:
        found: list[Reply] = []
        send(found.append)
        self.simulation.run_while(lambda: not found, 20_000)
        assert found, "no answer"
        return found[0]

    def create(self, resource: str, obj: Object, namespace: str = "") -> Object:
        obj = {"apiVersion": _api_version(resource), **obj}
        reply = self._call(
            lambda on_reply: self.client.create(resource, obj, on_reply, namespace=namespace)
        )
        assert reply.ok, decode(reply)
        return decode(reply)

    def patch(self, resource: str, name: str, patch: Object, namespace: str = "default") -> Object:
        reply = self._call(
            lambda on_reply: self.client.patch(resource, namespace, name, patch, on_reply)
        )
        assert reply.ok, decode(reply)
        return decode(reply)

    def patch_status(self, resource: str, name: str, patch: Object) -> None:
        reply = self._call(
            lambda on_reply: self.client.patch(
                resource, "default", name, patch, on_reply, subresource="status"
            )
        )
        assert reply.ok, decode(reply)

    def delete(
        self, resource: str, name: str, namespace: str = "default", **options: Any
    ) -> Object:
        reply = self._call(
            lambda on_reply: self.client.delete(resource, namespace, name, on_reply, options)
        )
        assert reply.ok, decode(reply)
        return decode(reply)

    def get(self, resource: str, name: str, namespace: str = "default") -> Object | None:
        reply = self._call(lambda on_reply: self.client.get(resource, namespace, name, on_reply))
        return decode(reply) if reply.ok else None

    def list_(self, resource: str, namespace: str = "") -> list[Object]:
        reply = self._call(lambda on_reply: self.client.list_(resource, on_reply, namespace))
        assert reply.ok, decode(reply)
        return [object_of(data) for data in reply.objects]

    def wait(
        self, predicate: Callable[[], bool], within_ms: int = 30_000, step_ms: int = 100
    ) -> int:
        """Run until predicate holds; the simulated time that took."""
        start_ms = self.simulation.now_ms
        while not predicate():
            assert self.simulation.now_ms - start_ms < within_ms, "waited in vain"
            self.simulation.run_ms(step_ms)
        return self.simulation.now_ms - start_ms

    def events(self, name: str) -> list[str]:
        return [
            f"{e['type']} {e['reason']} {e['message']}"
            for e in self.list_("events")
            if e["involvedObject"].get("name") == name
        ]


def _api_version(resource: str) -> str:
    group = resource.partition(".")[2]
    return f"{group}/v1" if group else "v1"
