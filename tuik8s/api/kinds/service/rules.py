"""Defaults, preparation and warnings of services.

Source: k8s.io/kubernetes pkg/apis/core/v1/defaults.go, pkg/registry/core/service (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.service import families, validation
from tuik8s.api.kinds.service.columns import COLUMNS
from tuik8s.api.kinds.strategy import first, first_text, spec_of
from tuik8s.api.names import name_is_label
from tuik8s.api.types import Object

_AFFINITY_SECONDS: Final = 10800
_HINTS: Final = "service.kubernetes.io/topology-aware-hints"


def default(service: Object) -> None:
    spec = spec_of(service)
    first_text(spec, "sessionAffinity", "None")
    _default_affinity(spec)
    first_text(spec, "type", "ClusterIP")
    for port in spec.get("ports") or ():
        first_text(port, "protocol", "TCP")
        if port.get("targetPort") in (None, 0, ""):
            port["targetPort"] = port.get("port", 0)
    if families.is_externally_accessible(spec):
        first_text(spec, "externalTrafficPolicy", "Cluster")
    if families.needs_cluster_ip(spec):
        first(spec, "internalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        first(spec, "allocateLoadBalancerNodePorts", True)
    status = service.get("status")
    if status is None:
        status = service["status"] = {}
    first(status, "loadBalancer", {})
    if spec["type"] == "LoadBalancer":
        for entry in status["loadBalancer"].get("ingress") or ():
            if entry.get("ip"):
                first(entry, "ipMode", "VIP")


def _default_affinity(spec: Object) -> None:
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        client = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
        if client.get("timeoutSeconds") is None:
            spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": _AFFINITY_SECONDS}}


def prepare_for_create(service: Object, now_ms: int) -> None:
    service["status"] = {"loadBalancer": {}}
    spec = service["spec"]
    families.fill_cluster_ips(spec)
    families.fill_families(spec)


def prepare_for_update(new: Object, old: Object, now_ms: int) -> None:
    after, before = new["spec"], old["spec"]
    families.follow_cluster_ip(after, before)
    families.keep_allocated(after, before)
    families.drop_dependent(after, before)
    families.fill_families(after)


_EXTERNAL_IPS: Final = (
    "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
)


def warn(new: Object, old: Object | None) -> list[str]:
    found = []
    spec = new["spec"]
    if _HINTS in (new["metadata"].get("annotations") or {}):
        text = "is deprecated, please use service.kubernetes.io/topology-mode instead"
        found.append(f"annotation {_HINTS} {text}")
    if families.is_headless(spec):
        if spec.get("loadBalancerIP"):
            found.append("spec.loadBalancerIP is ignored for headless services")
        if spec.get("externalIPs"):
            found.append("spec.externalIPs is ignored for headless services")
        if spec.get("sessionAffinity") == "ClientIP":
            found.append("spec.SessionAffinity is ignored for headless services")
    elif spec.get("type") == "ExternalName" and spec.get("externalIPs"):
        found.append('spec.externalIPs is ignored when spec.type is "ExternalName"')
    elif spec.get("externalIPs"):
        found.append(_EXTERNAL_IPS)
    return found


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    prepare_for_update=prepare_for_update,
    validate=validation.validate,
    validate_update=validation.validate_update,
    validate_status=validation.validate_status,
    warnings=warn,
    columns=COLUMNS,
    selectable={
        "metadata.name": "metadata.name",
        "metadata.namespace": "metadata.namespace",
        "spec.clusterIP": "spec.clusterIP",
        "spec.type": "spec.type",
    },
    validate_name=name_is_label,
    generation_ignores=None,
    create_on_update=True,
    delete_returns_object=True,
)
