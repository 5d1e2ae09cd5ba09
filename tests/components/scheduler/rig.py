"""A real API server and the scheduler in simulated time; controllers when they are asked for.

As in the recordings, Nodes have only the taints that they are created with, and nobody runs pods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, OnReply, decode, object_of
from tuik8s.components.apiserver import ApiServer, ApiServerConfig
from tuik8s.components.apiserver import build as build_apiserver
from tuik8s.components.controllers.base import ControllersConfig
from tuik8s.components.controllers.component import build as build_controllers
from tuik8s.components.scheduler import Scheduler, SchedulerConfig
from tuik8s.components.scheduler.queue import QueuedPod
from tuik8s.world.simulated import Simulation

HEAD = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"}
NOT_READY = "node.kubernetes.io/not-ready"


class Watched(Scheduler):
    """A scheduler whose attempts are written down."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.tried: list[str] = []

    def _attempt(self, queued: QueuedPod) -> None:
        self.tried.append(queued.pod.name)
        super()._attempt(queued)


class Rig:
    """API server, scheduler, and a client."""

    def __init__(self, *, seed: int = 7, controllers: str = "", configuration: Any = None) -> None:
        self.simulation = Simulation(seed)
        self._configuration = None if configuration is None else {**HEAD, **configuration}
        self.api: ApiServer
        self.start_apiserver()
        host = self.simulation.host("client")
        self.client = Client(host.world, host.dial("system:admin"))
        account = {"metadata": {"name": "default", "namespace": "default"}}
        self.do(lambda told: self.client.create("serviceaccounts", account, told))
        if controllers:
            host = self.simulation.host("controller-manager")
            build_controllers(host, ControllersConfig(enabled=(controllers,))).start()
        self.start_scheduler()

    def start_apiserver(self) -> None:
        self.api = build_apiserver(self.simulation.host("apiserver"), ApiServerConfig())
        self.api.start()

    def start_scheduler(self) -> None:
        host = self.simulation.host("scheduler")
        self.scheduler = Watched(host, SchedulerConfig(configuration=self._configuration))
        self.scheduler.start()
        self.simulation.run_ms(100)

    def create(self, obj: Object) -> None:
        kind = next(k for k in self.api.kinds.all() if k.kind == obj["kind"])
        if kind.namespaced:
            obj["metadata"].setdefault("namespace", "default")
        status = obj.get("status")
        made = self.do(lambda told: self.client.create(kind.resource, obj, told))
        if kind.kind == "Node":
            self._only_listed_taints(obj, made)
        elif status:
            body = {"status": status}
            meta = obj["metadata"]
            self.do(
                lambda told: self.client.patch(
                    kind.resource,
                    meta.get("namespace", ""),
                    meta["name"],
                    body,
                    told,
                    subresource="status",
                )
            )

    def follow(self, step: Object) -> None:
        """One entry of `then`: an object to create, or a patch or deletion."""
        if "op" not in step:
            self.create(step)
            return
        kind = next(k for k in self.api.kinds.all() if k.kind == step["kind"])
        namespace = "default" if kind.namespaced else ""
        if step["op"] == "delete":
            self.do(lambda told: self.client.delete(kind.resource, namespace, step["name"], told))
            return
        self.do(
            lambda told: self.client.patch(
                kind.resource,
                namespace,
                step["name"],
                step["patch"],
                told,
                subresource=str(step.get("sub", "")).strip("/"),
            )
        )

    def get(self, resource: str, name: str, namespace: str = "default") -> Object:
        return self.do(lambda told: self.client.get(resource, namespace, name, told))

    def list_(self, resource: str) -> list[Object]:
        replies: list[Reply] = []
        self.client.list_(resource, replies.append)
        self.simulation.run_while(lambda: not replies, 10_000)
        assert replies[0].ok, decode(replies[0])
        return [object_of(data) for data in replies[0].objects]

    def pod(self, name: str) -> Object:
        return self.get("pods", name)

    def node_of(self, name: str) -> str | None:
        node: str | None = self.pod(name)["spec"].get("nodeName")
        return node

    def delete(self, resource: str, name: str, options: Object | None = None) -> None:
        self.do(lambda told: self.client.delete(resource, "default", name, told, options))

    def patch(self, resource: str, namespace: str, name: str, body: Object, sub: str = "") -> None:
        self.do(
            lambda told: self.client.patch(resource, namespace, name, body, told, subresource=sub)
        )

    def _only_listed_taints(self, obj: Object, made: Object) -> None:
        listed = (obj.get("spec") or {}).get("taints") or []
        name = made["metadata"]["name"]
        if any(t["key"] == NOT_READY for t in made["spec"].get("taints") or ()):
            body = {"spec": {"taints": listed or None}}
            self.do(lambda told: self.client.patch("nodes", "", name, body, told))

    def do(self, send: Callable[[OnReply], None]) -> Object:
        replies: list[Reply] = []
        send(replies.append)
        self.simulation.run_while(lambda: not replies, 10_000)
        assert replies[0].ok, decode(replies[0])
        return decode(replies[0])
