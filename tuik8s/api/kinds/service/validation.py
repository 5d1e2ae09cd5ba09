"""Validation of services.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36), ValidateService.
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from tuik8s.api.kinds.service import families
from tuik8s.api.kinds.validation.labels import label_map
from tuik8s.api.kinds.validation.network import (
    cidr,
    ip,
    is_dual_stack,
    is_ipv6,
    non_special_ip,
    parse_ip,
)
from tuik8s.api.kinds.validation.text import dns_label, dns_subdomain, qualified_name
from tuik8s.api.kinds.validation.values import (
    Errors,
    one_of,
    port_number,
    port_number_or_name,
    protocol,
    required_one_of,
)
from tuik8s.api.types import Object

_TYPES: Final = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_ONLY_BALANCER: Final = "may only be used when `type` is 'LoadBalancer'"
_RANGES: Final = "service.beta.kubernetes.io/load-balancer-source-ranges"
_HINTS: Final = "service.kubernetes.io/topology-aware-hints"
_MODE: Final = "service.kubernetes.io/topology-mode"
_FAMILIES: Final = ("IPv4", "IPv6")
_FAMILY_POLICIES: Final = ("PreferDualStack", "RequireDualStack", "SingleStack")
_TRAFFIC: Final = ("PreferClose", "PreferSameZone", "PreferSameNode")
_MAX_AFFINITY_SECONDS: Final = 86400


def validate(service: Object) -> list[FieldError]:
    errors: Errors = []
    spec = service["spec"]
    families.family_errors(errors, spec)
    if errors:
        return errors
    annotations = service["metadata"].get("annotations") or {}
    _topology_annotations(errors, annotations)
    _by_type(errors, spec)
    _ports(errors, spec)
    label_map(errors, "spec.selector", spec.get("selector"))
    _affinity(errors, spec)
    _cluster_ips(errors, spec)
    for i, address in enumerate(spec.get("externalIPs") or ()):
        before = len(errors)
        ip(errors, f"spec.externalIPs[{i}]", address)
        if len(errors) == before:
            non_special_ip(errors, f"spec.externalIPs[{i}]", address)
    required_one_of(errors, "spec.type", spec.get("type"), _TYPES)
    _node_ports(errors, spec)
    _repeated_ports(errors, spec)
    _source_ranges(errors, spec, annotations)
    _balancer_fields(errors, spec, None)
    _traffic(errors, spec)
    return errors


def _topology_annotations(errors: Errors, annotations: dict[str, str]) -> None:
    hints, mode = annotations.get(_HINTS), annotations.get(_MODE)
    if hints is not None and mode is not None and hints != mode:
        detail = f"must match annotations[{_HINTS}] when both are specified"
        errors.append(invalid(f"metadata.annotations[{_MODE}]", mode, detail))


def _by_type(errors: Errors, spec: Object) -> None:
    kind = spec.get("type")
    if not spec.get("ports") and not families.is_headless(spec) and kind != "ExternalName":
        errors.append(required("spec.ports"))
    if kind in ("LoadBalancer", "NodePort") and families.is_headless(spec):
        detail = f"may not be set to 'None' for {kind} services"
        errors.append(invalid("spec.clusterIPs[0]", "None", detail))
    if kind != "ExternalName":
        return
    detail = "may not be set for ExternalName services"
    for field in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if spec.get(field):
            errors.append(forbidden(f"spec.{field}", detail))
    name = spec.get("externalName", "").removesuffix(".")
    if name:
        dns_subdomain(errors, "spec.externalName", name)
    else:
        errors.append(required("spec.externalName"))


def _ports(errors: Errors, spec: Object) -> None:
    ports = spec.get("ports") or []
    names: set[str] = set()
    for i, port in enumerate(ports):
        at, name = f"spec.ports[{i}]", port.get("name", "")
        if name:
            dns_label(errors, f"{at}.name", name)
            if name in names:
                errors.append(duplicate(f"{at}.name", name))
            names.add(name)
        elif len(ports) > 1:
            errors.append(required(f"{at}.name"))
        port_number(errors, f"{at}.port", port.get("port", 0))
        protocol(errors, f"{at}.protocol", port.get("protocol"))
        port_number_or_name(errors, f"{at}.targetPort", port.get("targetPort", 0))
        if port.get("appProtocol") is not None:
            qualified_name(errors, f"{at}.appProtocol", port["appProtocol"])


def _affinity(errors: Errors, spec: Object) -> None:
    kind, config = spec.get("sessionAffinity", ""), spec.get("sessionAffinityConfig")
    required_one_of(errors, "spec.sessionAffinity", kind, ("ClientIP", "None"))
    at = "spec.sessionAffinityConfig"
    if kind == "None" and config is not None:
        errors.append(forbidden(at, "must not be set when session affinity is None"))
    if kind != "ClientIP":
        return
    detail = "when session affinity type is ClientIP"
    client = (config or {}).get("clientIP")
    if config is None:
        errors.append(required(at, detail))
    elif client is None:
        errors.append(required(f"{at}.clientIP", detail))
    elif client.get("timeoutSeconds") is None:
        errors.append(required(f"{at}.clientIP.timeoutSeconds", detail))
    elif not 0 < client["timeoutSeconds"] <= _MAX_AFFINITY_SECONDS:
        text = f"must be greater than 0 and less than {_MAX_AFFINITY_SECONDS}"
        errors.append(invalid(f"{at}.clientIP.timeoutSeconds", client["timeoutSeconds"], text))


def _cluster_ips(errors: Errors, spec: Object) -> None:
    if spec.get("type") == "ExternalName":
        return
    single, many = spec.get("clusterIP", ""), spec.get("clusterIPs") or []
    at = "spec.clusterIPs"
    if single and not many:
        errors.append(required(at))
    elif single and many[0] != single:
        errors.append(invalid(at, many, "first value must match `clusterIP`"))
    elif not single and many:
        errors.append(invalid(at, many, "must be empty when `clusterIP` is not specified"))
    _families(errors, spec)
    has_bad = False
    for i, address in enumerate(many):
        if i == 0 and address == "None":
            if len(many) > 1:
                has_bad = True
                errors.append(invalid(at, many, "'None' must be the first and only value"))
            continue
        before = len(errors)
        ip(errors, f"{at}[{i}]", address)
        has_bad = has_bad or len(errors) > before
    if len(many) > 2:
        errors.append(invalid(at, many, "may only hold up to 2 values"))
    if has_bad:
        return
    if len(many) > 1 and not is_dual_stack(many):
        detail = "may specify no more than one IP for each IP family"
        errors.append(invalid(at, many, detail))
    if not families.is_headless(spec):
        _addresses_match(errors, many, spec.get("ipFamilies") or [])


def _families(errors: Errors, spec: Object) -> None:
    listed = spec.get("ipFamilies") or []
    for i, family in enumerate(listed):
        one_of(errors, f"spec.ipFamilies[{i}]", family, _FAMILIES)
        if family in listed[:i]:
            errors.append(duplicate(f"spec.ipFamilies[{i}]", family))
    policy = spec.get("ipFamilyPolicy")
    if policy is not None:
        one_of(errors, "spec.ipFamilyPolicy", policy, _FAMILY_POLICIES)


def _addresses_match(errors: Errors, addresses: list[str], listed: list[str]) -> None:
    for i, (address, family) in enumerate(zip(addresses, listed, strict=False)):
        if (family == "IPv6") != is_ipv6(address):
            detail = f"expected an {family} value as indicated by `ipFamilies[{i}]`"
            errors.append(invalid(f"spec.clusterIPs[{i}]", address, detail))


def _node_ports(errors: Errors, spec: Object) -> None:
    seen: set[tuple[str, int]] = set()
    if spec.get("type") == "ClusterIP":
        for i, port in enumerate(spec.get("ports") or ()):
            if port.get("nodePort"):
                detail = "may not be used when `type` is 'ClusterIP'"
                errors.append(forbidden(f"spec.ports[{i}].nodePort", detail))
    for i, port in enumerate(spec.get("ports") or ()):
        if not port.get("nodePort"):
            continue
        key = (port.get("protocol", ""), port["nodePort"])
        if key in seen:
            errors.append(duplicate(f"spec.ports[{i}].nodePort", port["nodePort"]))
        seen.add(key)


def _repeated_ports(errors: Errors, spec: Object) -> None:
    seen: set[tuple[str, int]] = set()
    for i, port in enumerate(spec.get("ports") or ()):
        key = (port.get("protocol", ""), port.get("port", 0))
        if key in seen:
            shown: dict[str, Any] = {
                "Name": "",
                "Protocol": key[0],
                "AppProtocol": None,
                "Port": key[1],
                "TargetPort": 0,
                "NodePort": 0,
            }
            errors.append(duplicate(f"spec.ports[{i}]", shown))
        seen.add(key)


def _source_ranges(errors: Errors, spec: Object, annotations: dict[str, str]) -> None:
    is_balancer = spec.get("type") == "LoadBalancer"
    ranges = spec.get("loadBalancerSourceRanges")
    if ranges:
        at = "spec.LoadBalancerSourceRanges"
        if not is_balancer:
            errors.append(forbidden(at, _ONLY_BALANCER))
        for i, value in enumerate(ranges):
            cidr(errors, f"{at}[{i}]", value.strip())
    elif _RANGES in annotations:
        at = f"metadata.annotations[{_RANGES}]"
        if not is_balancer:
            errors.append(forbidden(at, _ONLY_BALANCER))
        text = annotations[_RANGES].strip()
        for value in text.split(",") if text else ():
            cidr(errors, at, value.strip())


def _balancer_fields(errors: Errors, spec: Object, old: Object | None) -> None:
    is_balancer = spec.get("type") == "LoadBalancer"
    allocates = spec.get("allocateLoadBalancerNodePorts")
    if allocates is not None and not is_balancer:
        errors.append(forbidden("spec.allocateLoadBalancerNodePorts", _ONLY_BALANCER))
    if allocates is None and is_balancer:
        errors.append(required("allocateLoadBalancerNodePorts"))
    _balancer_class(errors, spec, old)


def _balancer_class(errors: Errors, spec: Object, old: Object | None) -> None:
    name, at = spec.get("loadBalancerClass"), "spec.loadBalancerClass"
    is_balancer = spec.get("type") == "LoadBalancer"
    was_balancer = old is not None and old.get("type") == "LoadBalancer"
    if old is not None and is_balancer and was_balancer and name != old.get("loadBalancerClass"):
        errors.append(invalid(at, name, "may not change once set"))
    if name is not None:
        if is_balancer:
            qualified_name(errors, at, name)
        else:
            errors.append(forbidden(at, _ONLY_BALANCER))


def _traffic(errors: Errors, spec: Object) -> None:
    external, at = spec.get("externalTrafficPolicy", ""), "spec.externalTrafficPolicy"
    if families.is_externally_accessible(spec):
        required_one_of(errors, at, external, ("Cluster", "Local"))
    elif external:
        detail = "may only be set for externally-accessible services"
        errors.append(invalid(at, external, detail))
    port, at = spec.get("healthCheckNodePort", 0), "spec.healthCheckNodePort"
    if port and not families.needs_health_check(spec):
        detail = (
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        )
        errors.append(invalid(at, port, detail))
    elif port:
        port_number(errors, at, port)
    internal, at = spec.get("internalTrafficPolicy"), "spec.internalTrafficPolicy"
    if internal is None:
        if families.needs_cluster_ip(spec):
            errors.append(required(at))
    else:
        one_of(errors, at, internal, ("Cluster", "Local"))
    distribution = spec.get("trafficDistribution")
    if distribution is not None:
        one_of(errors, "spec.trafficDistribution", distribution, _TRAFFIC)


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    after, before = new["spec"], old["spec"]
    is_external = "ExternalName" in (after.get("type"), before.get("type"))
    if not is_external:
        _addresses_stay(errors, after, before)
        _families_stay(errors, after, before)
    _balancer_class(errors, after, before)
    checks_health = families.needs_health_check(before) and families.needs_health_check(after)
    field = "healthCheckNodePort"
    if checks_health and after.get(field, 0) != before.get(field, 0):
        errors.append(forbidden(f"spec.{field}", "field is immutable"))
    return errors + validate(new)


def _addresses_stay(errors: Errors, after: Object, before: Object) -> None:
    new, old = after.get("clusterIPs") or [], before.get("clusterIPs") or []
    if families.is_headless(after) and families.is_headless(before):
        return
    at, fixed = "spec.clusterIPs[0]", "may not change once set"
    if len(new) == len(old):
        for i, address in enumerate(old):
            if new[i] != address:
                errors.append(invalid(f"spec.clusterIPs[{i}]", new, fixed))
        return
    if not new:
        errors.append(invalid(at, new, "primary clusterIP can not be unset"))
    elif old and new[0] != old[0]:
        errors.append(invalid(at, new, fixed))
    if len(new) == 1 and len(old) > 1 and after.get("ipFamilyPolicy") != "SingleStack":
        detail = "must be set to 'SingleStack' when releasing the secondary clusterIP"
        errors.append(invalid("spec.ipFamilyPolicy", after.get("ipFamilyPolicy"), detail))


def _families_stay(errors: Errors, after: Object, before: Object) -> None:
    if families.is_headless(after) or families.is_headless(before):
        return
    new, old = after.get("ipFamilies") or [], before.get("ipFamilies") or []
    at = "spec.ipFamilies[0]"
    if len(new) == len(old):
        errors.extend(
            invalid(at, new, "may not change once set")
            for one, other in zip(new, old, strict=True)
            if one != other
        )
        return
    if new and old and new[0] != old[0]:
        errors.append(invalid(at, after.get("clusterIPs"), "may not change once set"))
    if len(new) == 1 and len(old) > 1 and after.get("ipFamilyPolicy") != "SingleStack":
        detail = "must be set to 'SingleStack' when releasing the secondary ipFamily"
        errors.append(invalid("spec.ipFamilyPolicy", after.get("ipFamilyPolicy"), detail))


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    ingress = ((new.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    path = "status.loadBalancer.ingress"
    if ingress and new["spec"].get("type") != "LoadBalancer":
        errors.append(forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'"))
        return errors
    for i, entry in enumerate(ingress):
        at, address, mode = f"{path}[{i}]", entry.get("ip", ""), entry.get("ipMode")
        if address:
            ip(errors, f"{at}.ip", address)
        if mode is None:
            if address:
                errors.append(required(f"{at}.ipMode", "must be specified when `ip` is set"))
        elif not address:
            errors.append(forbidden(f"{at}.ipMode", "may not be specified when `ip` is not set"))
        elif mode not in ("Proxy", "VIP"):
            errors.append(not_supported(f"{at}.ipMode", mode, ("Proxy", "VIP")))
        hostname = entry.get("hostname", "")
        if hostname:
            dns_subdomain(errors, f"{at}.hostname", hostname)
            if parse_ip(hostname) is not None:
                detail = "must be a DNS name, not an IP address"
                errors.append(invalid(f"{at}.hostname", hostname, detail))
    return errors
