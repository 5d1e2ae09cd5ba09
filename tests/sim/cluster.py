"""A cluster in simulated time for tests of controllers: API server, controllers, and a toy node.

The toy stands for scheduler and kubelets: it binds pods to nodes in turn and makes them run. It
is here so that a test of controllers fails because of controllers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuik8s.api.times import format_time
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client, decode, object_of
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.components.apiserver import component as apiserver
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.components.controllers import component as controllers
from tuik8s.components.controllers.base import ControllersConfig
from tuik8s.world.simulated import Simulation

ADMIN = "system:admin"


class ToyNodes:
    """Runs pods: bound at once, Running after a moment, gone after their deletion."""

    def __init__(self, simulation: Simulation, names: list[str], run_after_ms: int = 50) -> None:
        host = simulation.host("toy")
        self._world = host.world
        self.client = Client(host.world, host.dial(ADMIN))
        self._names = names
        self._run_after_ms = run_after_ms
        self._count = 0
        self._pods = Informer(self.client, "pods")
        self._pods.on_change(self._on_change)
        self._pods.start()
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        """Images whose pods never get ready."""
        self._beat()

    def _beat(self) -> None:
        """Heartbeats of all nodes that are not silent."""
        now = format_time(self._world.now_ms())
        for name in self._names:
            if name in self.silent:
                continue
            condition = {
                "type": "Ready",
                "status": "True",
                "reason": "KubeletReady",
                "message": "kubelet is posting ready status",
                "lastHeartbeatTime": now,
                "lastTransitionTime": now,
            }
            patch = {"status": {"conditions": [condition]}}
            self.client.patch(
                "nodes", "", name, patch, _done, kind="strategic", subresource="status"
            )
        self._world.call_after(10_000, self._beat)

    def _on_change(self, change: Change) -> None:
        pod = change.new
        if pod is None:
            return
        if pod["metadata"].get("deletionTimestamp"):
            if pod["spec"].get("nodeName") not in self.silent:
                self._finish(pod)
        elif not pod["spec"].get("nodeName"):
            self._bind(pod)
        elif (pod.get("status") or {}).get("phase") == "Pending":
            self._world.call_after(self._run_after_ms, lambda: self._run(pod))

    def _finish(self, pod: Object) -> None:
        metadata = pod["metadata"]
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": metadata["uid"]}}
        self.client.delete("pods", metadata["namespace"], metadata["name"], _done, options)

    def _bind(self, pod: Object) -> None:
        usable = [name for name in self._names if name not in self.silent]
        wanted = _pinned(pod)
        node = wanted or usable[self._count % len(usable)]
        self._count += 1
        metadata = {"name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"]}
        target = {"apiVersion": "v1", "kind": "Node", "name": node}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target}
        self.client.create("pods", binding, _done, subresource="binding")

    def _run(self, pod: Object) -> None:
        metadata = pod["metadata"]
        if pod["spec"]["nodeName"] in self.silent:
            return
        self._count += 1
        ip = f"10.244.{self._count // 250}.{self._count % 250 + 1}"
        ready = pod["spec"]["containers"][0]["image"] not in self.broken
        condition = {
            "type": "Ready",
            "status": "True" if ready else "False",
            "lastTransitionTime": format_time(self._world.now_ms()),
        }
        status = {
            "phase": "Running",
            "podIP": ip,
            "podIPs": [{"ip": ip}],
            "conditions": [condition],
        }
        patch = {"metadata": {"uid": metadata["uid"]}, "status": status}
        place = ("pods", metadata["namespace"], metadata["name"])
        self.client.patch(*place, patch, _done, kind="strategic", subresource="status")


def _pinned(pod: Object) -> str:
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            return str(field["values"][0])
    return ""


def _done(reply: Reply) -> None:
    """The toy does not mind refusals."""


class Cluster:
    """Everything, and the verbs of a test."""

    def __init__(self, nodes: int = 3, seed: int = 7, **config: Any) -> None:
        self.simulation = Simulation(seed)
        self.start_apiserver()
        self.config = ControllersConfig(root_ca="PEM", **config)
        self.client = Client(*self._dial("test", ADMIN))
        self.simulation.run_ms(100)
        self.start_controllers()
        self.names = [f"node-{n}" for n in range(1, nodes + 1)]
        self.simulation.run_ms(100)
        for index, name in enumerate(self.names):
            labels = {"topology.kubernetes.io/zone": f"zone-{index % 3 + 1}"}
            self.create("nodes", {"kind": "Node", "metadata": {"name": name, "labels": labels}})
        self.nodes = ToyNodes(self.simulation, self.names)
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
        self.apiserver = apiserver.build(host, ApiServerConfig(faults_propagate=True))
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


def request(verb: str, resource: str, **more: Any) -> Request:
    plural, _, group = resource.partition(".")
    return Request(verb=verb, group=group, resource=plural, **more)
