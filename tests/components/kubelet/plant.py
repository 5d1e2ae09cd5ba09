"""An API server and kubelets on one heap; pods are created bound, as a scheduler leaves them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode, object_of
from tuik8s.components.apiserver import ApiServer, ApiServerConfig
from tuik8s.components.apiserver import build as build_apiserver
from tuik8s.components.kubelet import Kubelet, KubeletConfig, KubeletNode
from tuik8s.components.kubelet import build as build_kubelet
from tuik8s.world.network import Address, HttpAnswer, HttpRequest
from tuik8s.world.simulated import Simulation

CLIENT = Address("127.0.0.1", 50_000)


class Plant:
    """nodes: how many, each a process. Every node gets the pod range 127.20.N.0/24."""

    def __init__(self, nodes: int = 1, seed: int = 1, manifests: str = "") -> None:
        self.simulation = Simulation(seed)
        self.manifests = manifests
        config = ApiServerConfig(
            faults_propagate=True, pod_cidr="127.20.0.0/14", service_cidr="127.17.0.0/16"
        )
        self.apiserver: ApiServer = build_apiserver(self.simulation.host("apiserver"), config)
        self.apiserver.start()
        host = self.simulation.host("client")
        self.client = Client(host.world, host.dial("system:admin"))
        self.kubelets: dict[str, Kubelet] = {}
        self.run_ms(20)
        self.must("create", "serviceaccounts", _account())
        for number in range(1, nodes + 1):
            self.start_kubelet(number)
        self.run_ms(200)
        for number in range(1, nodes + 1):
            cidr = f"127.20.{number}.0/24"
            body = {"spec": {"podCIDR": cidr, "podCIDRs": [cidr]}}
            self.must("patch", "nodes", "", f"node-{number}", body)

    def start_kubelet(self, number: int = 1) -> None:
        name = f"node-{number}"
        node = KubeletNode(name=name, address=f"127.16.0.{number}", zone=f"zone-{number}")
        settings = KubeletConfig(nodes=(node,), manifests=self.manifests, manifests_poll_ms=1_000)
        self.kubelets[name] = build_kubelet(self.simulation.host(f"kubelet/{name}"), settings)
        self.kubelets[name].start()

    def crash_kubelet(self, number: int = 1) -> None:
        self.simulation.crash(f"kubelet/node-{number}")

    # --- time ---------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        return self.simulation.now_ms

    def run_ms(self, duration_ms: int) -> None:
        self.simulation.run_ms(duration_ms)

    def run_until(self, holds: Callable[[], bool], limit_ms: int = 30_000) -> None:
        assert self.simulation.run_while(lambda: not holds(), limit_ms), "it did not come to that"

    # --- the API ------------------------------------------------------------------------------

    def call(self, verb: str, *args: Any, **more: Any) -> Reply:
        found: list[Reply] = []
        getattr(self.client, verb)(*args, found.append, **more)
        self.simulation.run_while(lambda: not found, 20_000)
        return found[0]

    def must(self, verb: str, *args: Any, **more: Any) -> Object:
        reply = self.call(verb, *args, **more)
        assert reply.ok, (verb, args, decode(reply))
        return decode(reply)

    def list_(self, resource: str) -> list[Object]:
        return [object_of(data) for data in self.call("list_", resource).objects]

    def create_pod(self, name: str = "a", behaviour: str = "", **spec: Any) -> Object:
        return self.must("create", "pods", pod(name, behaviour, **spec))

    def delete_pod(self, name: str = "a", grace_s: int | None = None) -> Object:
        options = {} if grace_s is None else {"gracePeriodSeconds": grace_s}
        found: list[Reply] = []
        self.client.delete("pods", "default", name, found.append, options)
        self.simulation.run_while(lambda: not found, 20_000)
        assert found[0].ok, decode(found[0])
        return decode(found[0])

    def pod(self, name: str = "a") -> Object | None:
        reply = self.call("get", "pods", "default", name)
        return decode(reply) if reply.ok else None

    def status(self, name: str = "a") -> Object:
        found = self.pod(name)
        assert found is not None, f"no pod {name}"
        status: Object = found["status"]
        return status

    def container(self, name: str = "a", index: int = 0) -> Object:
        entry: Object = self.status(name)["containerStatuses"][index]
        return entry

    def is_ready(self, name: str = "a") -> bool:
        return self.condition("Ready", name) == "True"

    def condition(self, kind: str, name: str = "a") -> str:
        conditions = self.status(name).get("conditions") or ()
        return next((str(c["status"]) for c in conditions if c["type"] == kind), "")

    def events(self, name: str = "a") -> list[tuple[str, str, str]]:
        """(type, reason, message) of a pod's Events, in no promised order."""
        self.run_ms(20)
        return [
            (e["type"], e["reason"], e["message"])
            for e in self.list_("events")
            if e["involvedObject"]["name"] == name
        ]

    def get(self, host: str, port: int, path: str = "/") -> HttpAnswer:
        return self.simulation.connect(CLIENT, Address(host, port), HttpRequest("GET", path))

    def logs(self, query: str = "", name: str = "a", container: str = "c") -> HttpAnswer:
        path = f"/containerLogs/default/{name}/{container}"
        return self.get("kubelet.node-1", 10250, f"{path}?{query}")


def pod(name: str = "a", behaviour: str = "", **spec: Any) -> Object:
    node = spec.pop("node", "node-1")
    image = spec.pop("image", "app:1")
    annotations = {"tuik8s.dev/behaviour": behaviour} if behaviour else {}
    annotations.update(spec.pop("annotations", {}))
    meta = {"name": name, "namespace": "default", "annotations": annotations}
    meta.update(spec.pop("metadata", {}))
    main = {"name": "c", "image": image, **spec.pop("container", {})}
    whole = {
        "nodeName": node,
        "automountServiceAccountToken": False,
        "containers": [main],
        **spec,
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": whole}


def _account() -> Object:
    meta = {"name": "default", "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
