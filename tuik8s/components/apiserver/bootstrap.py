"""What a fresh cluster has before anybody asks: namespaces, the server's own Service, priorities.

Everything goes through the pipeline as the server itself, so it looks like any other object.

Source: k8s.io/kubernetes pkg/controlplane/{controller,instance.go}, pkg/apis/scheduling (1.36).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tuik8s.api.types import Object, Request
from tuik8s.components.apiserver.allocators import IDENTITY
from tuik8s.components.apiserver.answers import Answer, encode_msgpack
from tuik8s.components.apiserver.authentication.base import Credentials
from tuik8s.components.apiserver.routes import Route

if TYPE_CHECKING:
    from tuik8s.components.apiserver.pipeline import Pipeline

_NAMESPACES: Final = ("kube-system", "kube-public", "kube-node-lease", "default")
_PRIORITIES: Final = (
    (
        "system-node-critical",
        2_000_001_000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another "
        "node if necessary.",
    ),
)


def create_missing(pipeline: Pipeline) -> None:
    """Create what is not there yet."""
    core = pipeline.core
    for group, version, plural, obj in _wanted(pipeline):
        kind = core.kinds.lookup(group, version, plural)
        assert kind is not None, f"{plural} are always served"
        meta = obj["metadata"]
        namespace = meta.get("namespace", "")
        if core.objects.entry(kind, namespace, meta["name"]) is not None:
            continue
        request = Request(
            verb="create",
            group=group,
            version=version,
            resource=plural,
            namespace=namespace,
            body=encode_msgpack(obj),
            content_type="application/msgpack",
            user_agent="kube-apiserver/v1.36.3",
        )
        route = Route(
            verb="create",
            path="",
            group=group,
            version=version,
            resource=plural,
            namespace=namespace,
            kind=kind,
        )
        pipeline.handle(request, route, Credentials(peer=IDENTITY), _expect_created)


def _expect_created(answer: Answer) -> None:
    assert answer.code == 201, f"bootstrap object refused: {answer.objects!r}"


def _wanted(pipeline: Pipeline) -> Iterator[tuple[str, str, str, Object]]:
    for name in _NAMESPACES:
        yield "", "v1", "namespaces", {"metadata": {"name": name}}
    for name, value, description in _PRIORITIES:
        priority: Object = {"metadata": {"name": name}, "value": value, "description": description}
        yield "scheduling.k8s.io", "v1", "priorityclasses", priority
    config = pipeline.core.config
    cidr = {"metadata": {"name": "kubernetes"}, "spec": {"cidrs": [config.service_cidr]}}
    yield "networking.k8s.io", "v1", "servicecidrs", cidr
    yield from _own_service(pipeline)


def _own_service(pipeline: Pipeline) -> Iterator[tuple[str, str, str, Object]]:
    config = pipeline.core.config
    labels = {"component": "apiserver", "provider": "kubernetes"}
    meta: Object = {"name": "kubernetes", "namespace": "default"}
    address = str(ipaddress.ip_network(config.service_cidr).network_address + 1)
    port = config.advertise_port
    service: Object = {
        "metadata": {**meta, "labels": labels},
        "spec": {
            "clusterIP": address,
            "clusterIPs": [address],
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": port}],
            "sessionAffinity": "None",
            "type": "ClusterIP",
        },
    }
    yield "", "v1", "services", service
    mirrored = {"endpointslice.kubernetes.io/skip-mirror": "true"}
    ports = [{"name": "https", "port": port, "protocol": "TCP"}]
    reached = [{"ip": config.advertise_address}]
    endpoints: Object = {
        "metadata": {**meta, "labels": mirrored},
        "subsets": [{"addresses": reached, "ports": ports}],
    }
    yield "", "v1", "endpoints", endpoints
    piece: Object = {
        "metadata": {**meta, "labels": {"kubernetes.io/service-name": "kubernetes"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [config.advertise_address], "conditions": {"ready": True}}],
        "ports": ports,
    }
    yield "discovery.k8s.io", "v1", "endpointslices", piece
