"""What kubectl shows of a service.

Source: k8s.io/kubernetes pkg/printers/internalversion/printers.go (1.36), printService.
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.kinds.base import Column
from tuik8s.api.kinds.printing import (
    AGE,
    NAME,
    NONE,
    UNKNOWN,
    field,
    labels_text,
    load_balancer,
    text,
)
from tuik8s.api.types import Object

_BALANCER_WIDTH: Final = 16


def _cluster_ip(service: Object, now_ms: int) -> Any:
    addresses = (service.get("spec") or {}).get("clusterIPs") or ()
    return addresses[0] if addresses else NONE


def _external_ip(service: Object, now_ms: int) -> Any:
    spec = service.get("spec") or {}
    external = ",".join(spec.get("externalIPs") or ())
    kind = spec.get("type")
    if kind in ("ClusterIP", "NodePort"):
        return external or NONE
    if kind == "LoadBalancer":
        balancer = load_balancer(service.get("status"))
        if len(balancer) > _BALANCER_WIDTH:
            balancer = f"{balancer[: _BALANCER_WIDTH - 3]}..."
        return ",".join(part for part in (balancer, external) if part) or "<pending>"
    return spec.get("externalName", "") if kind == "ExternalName" else UNKNOWN


def _ports(service: Object, now_ms: int) -> Any:
    shown = []
    for port in (service.get("spec") or {}).get("ports") or ():
        node = f":{port['nodePort']}" if port.get("nodePort") else ""
        shown.append(f"{port.get('port', 0)}{node}/{port.get('protocol', '')}")
    return ",".join(shown) or NONE


def _selector(service: Object, now_ms: int) -> Any:
    return labels_text((service.get("spec") or {}).get("selector"))


COLUMNS: Final[tuple[Column, ...]] = (
    NAME,
    text("Type", field("spec.type"), "@spec.type"),
    text("Cluster-IP", _cluster_ip, "@spec.clusterIP"),
    text("External-IP", _external_ip, "@spec.externalIPs"),
    text("Port(s)", _ports, "@spec.ports"),
    AGE,
    text("Selector", _selector, "@spec.selector", 1),
)
