"""Cluster addresses and families of a service: singular and plural, kept and dropped values.

Source: k8s.io/kubernetes pkg/registry/core/service/storage (alloc.go, storage.go), strategy.go
(1.36), for a cluster of one family.
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import invalid
from tuik8s.api.kinds.validation.network import is_ipv6
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

IPV4: Final = "IPv4"
IPV6: Final = "IPv6"


def needs_cluster_ip(spec: Object) -> bool:
    return spec.get("type") in ("ClusterIP", "NodePort", "LoadBalancer")


def needs_node_port(spec: Object) -> bool:
    """Whether each port of the service is open on every node."""
    if spec.get("type") == "NodePort":
        return True
    if spec.get("type") != "LoadBalancer":
        return False
    return spec.get("allocateLoadBalancerNodePorts") is not False


def needs_health_check(spec: Object) -> bool:
    return spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"


def is_externally_accessible(spec: Object) -> bool:
    if spec.get("type") in ("LoadBalancer", "NodePort"):
        return True
    return spec.get("type") == "ClusterIP" and bool(spec.get("externalIPs"))


def is_headless(spec: Object) -> bool:
    return bool(spec.get("clusterIPs") == ["None"])


def fill_cluster_ips(spec: Object) -> None:
    """A new service that gives one address gives the list too."""
    if spec.get("clusterIP") and not spec.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]]


def follow_cluster_ip(new: Object, old: Object) -> None:
    """An update by a client that knows only the singular field."""
    if new.get("clusterIP", "") == old.get("clusterIP", ""):
        return
    if (new.get("clusterIPs") or []) == (old.get("clusterIPs") or []):
        single = new.get("clusterIP")
        new["clusterIPs"] = [single] if single else []
        if not single:
            new.pop("clusterIPs")


def fill_families(spec: Object) -> None:
    """Families and policy that were left out."""
    if not needs_cluster_ip(spec):
        return
    families: list[str] = list(spec.get("ipFamilies") or [])
    if is_headless(spec) and not spec.get("selector"):
        if not spec.get("ipFamilyPolicy"):
            spec["ipFamilyPolicy"] = "RequireDualStack"
        families = families or [IPV4]
        if len(families) == 1 and spec["ipFamilyPolicy"] != "SingleStack":
            families.append(IPV6 if families[0] == IPV4 else IPV4)
        spec["ipFamilies"] = families
        return
    for i, address in enumerate(spec.get("clusterIPs") or ()):
        if address not in ("None", "") and i >= len(families):
            families.append(IPV6 if is_ipv6(address) else IPV4)
    if not spec.get("ipFamilyPolicy") and len(families) < 2:
        spec["ipFamilyPolicy"] = "SingleStack"
    spec["ipFamilies"] = families or [IPV4]


def family_errors(errors: Errors, spec: Object) -> None:
    """What a cluster of one family cannot give; upstream reports it before all else."""
    if not needs_cluster_ip(spec) or (is_headless(spec) and not spec.get("selector")):
        return
    policy, families = spec.get("ipFamilyPolicy"), spec.get("ipFamilies") or []
    addresses = spec.get("clusterIPs") or []
    multiple = [("ipFamilies", families), ("clusterIPs", addresses)]
    for field, values in multiple:
        if len(values) > 1 and policy in (None, "", "SingleStack"):
            detail = (
                f"must be RequireDualStack or PreferDualStack when multiple '{field}' are specified"
            )
            errors.append(invalid("spec.ipFamilyPolicy", policy or None, detail))
            return
    if policy == "RequireDualStack":
        detail = "this cluster is not configured for dual-stack services"
        errors.append(invalid("spec.ipFamilyPolicy", policy, detail))
    for i, family in enumerate(families):
        if family == IPV6:
            detail = "not configured on this cluster"
            errors.append(invalid(f"spec.ipFamilies[{i}]", family, detail))


def keep_allocated(new: Object, old: Object) -> None:
    """An update that leaves out an address or node port means the one it had."""
    if needs_cluster_ip(old) and needs_cluster_ip(new):
        if not new.get("clusterIP") and old.get("clusterIP"):
            new["clusterIP"] = old["clusterIP"]
        if not new.get("clusterIPs") and new.get("clusterIP") == old.get("clusterIP"):
            _copy(new, old, "clusterIPs")
    if needs_node_port(old) and needs_node_port(new):
        _keep_node_ports(new, old)
    if needs_health_check(old) and needs_health_check(new) and not new.get("healthCheckNodePort"):
        _copy(new, old, "healthCheckNodePort")


def _copy(new: Object, old: Object, field: str) -> None:
    if old.get(field):
        new[field] = old[field]


def _node_ports(spec: Object) -> set[int]:
    return {port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")}


def _keep_node_ports(new: Object, old: Object) -> None:
    used = _node_ports(new) & _node_ports(old)
    by_name = {port.get("name", ""): port.get("nodePort") for port in old.get("ports") or ()}
    for port in new.get("ports") or ():
        known = by_name.get(port.get("name", ""))
        if not port.get("nodePort") and known and known not in used:
            port["nodePort"] = known
            used.add(known)


def drop_dependent(new: Object, old: Object) -> None:
    """Fields that the new type has no use for go, unless this very update set them."""
    if needs_cluster_ip(old) and not needs_cluster_ip(new):
        _drop_unchanged(new, old, ("clusterIP", "clusterIPs"))
        _drop_unchanged(new, old, ("ipFamilies", "ipFamilyPolicy"))
        _drop_unchanged(new, old, ("internalTrafficPolicy",))
    lost_ports = needs_node_port(old) and not needs_node_port(new)
    if lost_ports and _node_ports(new) == _node_ports(old):
        for port in new.get("ports") or ():
            port.pop("nodePort", None)
    if needs_health_check(old) and not needs_health_check(new):
        _drop_unchanged(new, old, ("healthCheckNodePort",))
    if old.get("type") == "LoadBalancer" and new.get("type") != "LoadBalancer":
        _drop_unchanged(new, old, ("allocateLoadBalancerNodePorts",))
        _drop_unchanged(new, old, ("loadBalancerClass",))
    if is_externally_accessible(old) and not is_externally_accessible(new):
        _drop_unchanged(new, old, ("externalTrafficPolicy",))


def _drop_unchanged(new: Object, old: Object, fields: tuple[str, ...]) -> None:
    def values(spec: Object) -> list[Any]:
        return [spec.get(field) or None for field in fields]

    if values(new) == values(old):
        for field in fields:
            new.pop(field, None)
