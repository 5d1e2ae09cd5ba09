"""Services and slices as data, for table tests; a cluster with proxies, for scenarios."""

from __future__ import annotations

from typing import Any

from tests.components.kubelet.plant import Plant
from tuik8s.api.routing.services import Endpoint, ServicePort
from tuik8s.api.types import Object
from tuik8s.components.proxy import KubeProxy, ProxyConfig, ProxyNode
from tuik8s.components.proxy import build as build_proxy
from tuik8s.world.network import Address, HttpAnswer, HttpRequest


def service(name: str = "web", **spec: Any) -> Object:
    whole = {
        "type": "ClusterIP",
        "clusterIP": "127.17.0.10",
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}],
        **spec,
    }
    status = whole.pop("status", {})
    meta = {"name": name, "namespace": "default"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": whole,
        "status": status,
    }


def endpoint(host: str, node: str = "node-1", **conditions: bool) -> Object:
    return {
        "addresses": [host],
        "nodeName": node,
        "conditions": {"ready": True, "serving": True, "terminating": False, **conditions},
    }


def slice_of(*endpoints: Object, name: str = "web", port: str = "", **more: Any) -> Object:
    meta = {
        "name": f"{name}-x1",
        "namespace": "default",
        "labels": {"kubernetes.io/service-name": name},
    }
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": meta,
        "addressType": "IPv4",
        "endpoints": list(endpoints),
        "ports": [{"name": port, "port": 8080, "protocol": "TCP"}],
        **more,
    }


def port_of(*endpoints: Endpoint, **more: Any) -> ServicePort:
    fields = {"addresses": ("127.17.0.10",), "port_name": "", "protocol": "TCP", "port": 80, **more}
    return ServicePort(namespace="default", name="web", endpoints=tuple(endpoints), **fields)


class ProxyPlant(Plant):
    """Plant with one kube-proxy per node; slices are written by hand."""

    def __init__(self, nodes: int = 1, seed: int = 1, mode: str = "userspace") -> None:
        super().__init__(nodes, seed)
        self.proxies: dict[str, KubeProxy] = {}
        for number in range(1, nodes + 1):
            self.start_proxy(number, mode)
        self.run_ms(300)

    def start_proxy(self, number: int = 1, mode: str = "userspace") -> None:
        name = f"node-{number}"
        node = ProxyNode(name, f"127.16.0.{number}", f"zone-{number}")
        host = self.simulation.host(f"kube-proxy/{name}")
        self.proxies[name] = build_proxy(host, ProxyConfig(nodes=(node,), mode=mode))
        self.proxies[name].start()

    def serve(self, *pods: str, **spec: Any) -> None:
        """Pods on node-1 and on, a Service and its slice."""
        nodes = len(self.kubelets)
        for number, name in enumerate(pods):
            node = f"node-{number % nodes + 1}"
            ports = [{"containerPort": 8080}]
            self.create_pod(name, node=node, container={"ports": ports})
        self.run_ms(200)
        self.must("create", "services", service(**spec))
        self.write_slice(*pods)

    def write_slice(self, *pods: str, **conditions: bool) -> None:
        ends = []
        for name in pods:
            found = self.pod(name)
            assert found is not None, f"no pod {name}"
            host = found["status"]["podIP"]
            ends.append(endpoint(host, found["spec"]["nodeName"], **conditions))
        piece = slice_of(*ends)
        resource = "endpointslices.discovery.k8s.io"
        if self.call("get", resource, "default", "web-x1").ok:
            body = {"endpoints": ends}
            self.must("patch", resource, "default", "web-x1", body)
        else:
            self.must("create", resource, piece)
        self.run_ms(50)

    def ask(
        self, port: int = 80, host: str = "127.17.0.10", client: str = "127.0.0.1"
    ) -> HttpAnswer:
        request = HttpRequest("GET", "/")
        return self.simulation.connect(Address(client, 50_000), Address(host, port), request)

    def who(self, **where: Any) -> str:
        return self.ask(**where).body.decode().strip()
