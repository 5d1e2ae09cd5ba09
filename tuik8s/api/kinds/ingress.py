"""Ingress.

Source: k8s.io/kubernetes pkg/apis/networking/validation, pkg/registry/networking/ingress (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, invalid, not_supported, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, NONE, field, load_balancer, text
from tuik8s.api.kinds.strategy import fresh_status, spec_of
from tuik8s.api.kinds.validation.network import ip, parse_ip
from tuik8s.api.kinds.validation.text import check, required_name
from tuik8s.api.kinds.validation.values import Errors, port_name, port_number
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_CLASS: Final = "kubernetes.io/ingress.class"
_CLASH: Final = "must match `ingressClassName` when both are specified"
_PATH_TYPES: Final = ("Exact", "ImplementationSpecific", "Prefix")
_NOT_INSIDE: Final = ("//", "/./", "/../", "%2f", "%2F")
_NOT_AT_END: Final = ("/..", "/.")
_NOT_IP: Final = "must be a DNS name, not an IP address"
_SHOWN_HOSTS: Final = 3


def default(ingress: Object) -> None:
    spec_of(ingress)
    if ingress.get("status") is None:
        ingress["status"] = {}
    if ingress["status"].get("loadBalancer") is None:
        ingress["status"]["loadBalancer"] = {}


def validate(ingress: Object) -> list[FieldError]:
    errors = _validate(ingress)
    noted = (ingress["metadata"].get("annotations") or {}).get(_CLASS)
    name = ingress["spec"].get("ingressClassName")
    if noted is not None and name is not None and noted != name:
        errors.append(invalid(f"annotations.{_CLASS}", noted, _CLASH))
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    return _validate(new)


def _validate(ingress: Object) -> list[FieldError]:
    errors: Errors = []
    spec = ingress["spec"]
    rules, fallback = spec.get("rules"), spec.get("defaultBackend")
    if not rules and fallback is None:
        detail = "either `defaultBackend` or `rules` must be specified"
        errors.append(invalid("spec", None, detail))
    if fallback is not None:
        _backend(errors, "spec.defaultBackend", fallback)
    for i, rule in enumerate(rules or ()):
        _rule(errors, f"spec.rules[{i}]", rule)
    for i, entry in enumerate(spec.get("tls") or ()):
        for j, host in enumerate(entry.get("hosts") or ()):
            _host_name(errors, f"spec.tls[{i}].hosts[{j}]", host)
        if entry.get("secretName"):
            secret = entry["secretName"]
            check(errors, f"spec.tls[{i}].secretName", secret, names.dns1123_subdomain)
    name = spec.get("ingressClassName")
    if name is not None:
        check(errors, "spec.ingressClassName", name, names.dns1123_subdomain)
    return errors


def _host_name(errors: Errors, path: str, host: str) -> None:
    is_wildcard = "*" in host
    rule = names.wildcard_dns1123_subdomain if is_wildcard else names.dns1123_subdomain
    check(errors, path, host, rule)


def _rule(errors: Errors, path: str, rule: Object) -> None:
    host = rule.get("host", "")
    if host:
        if parse_ip(host) is not None:
            errors.append(invalid(f"{path}.host", host, _NOT_IP))
        _host_name(errors, f"{path}.host", host)
    http = rule.get("http")
    if http is None:
        return
    paths = http.get("paths")
    if not paths:
        errors.append(required(f"{path}.http.paths"))
    for i, entry in enumerate(paths or ()):
        _path(errors, f"{path}.http.paths[{i}]", entry)


def _path(errors: Errors, path: str, entry: Object) -> None:
    kind, value = entry.get("pathType"), entry.get("path", "")
    if kind is None:
        errors.append(required(f"{path}.pathType", "pathType must be specified"))
        return
    at = f"{path}.path"
    if kind not in _PATH_TYPES:
        errors.append(not_supported(f"{path}.pathType", kind, _PATH_TYPES))
    elif kind == "ImplementationSpecific":
        if value and not value.startswith("/"):
            errors.append(invalid(at, value, "must be an absolute path"))
    else:
        if not value.startswith("/"):
            errors.append(invalid(at, value, "must be an absolute path"))
        for part in _NOT_INSIDE:
            if part in value:
                errors.append(invalid(at, value, f"must not contain '{part}'"))
        for part in _NOT_AT_END:
            if value.endswith(part):
                errors.append(invalid(at, value, f"cannot end with '{part}'"))
    _backend(errors, f"{path}.backend", entry.get("backend") or {})


def _backend(errors: Errors, path: str, backend: Object) -> None:
    resource, service = backend.get("resource"), backend.get("service")
    if resource is not None and service is not None:
        detail = "cannot set both resource and service backends"
        errors.append(invalid(path, "", detail))
    elif resource is not None:
        local_object(errors, f"{path}.resource", resource)
    elif service is not None:
        _service(errors, path, service)
    else:
        errors.append(invalid(path, "", "resource or service backend is required"))


def _service(errors: Errors, path: str, service: Object) -> None:
    required_name(errors, f"{path}.service.name", service.get("name"), names.dns1035_label)
    port = service.get("port") or {}
    name, number = port.get("name", ""), port.get("number", 0)
    if name and number:
        errors.append(invalid(path, "", "cannot set both port name & port number"))
    elif name:
        port_name(errors, f"{path}.service.port.name", name)
    elif number:
        port_number(errors, f"{path}.service.port.number", number)
    else:
        errors.append(required(path, "port name or number is required"))


def local_object(errors: Errors, path: str, ref: Object) -> None:
    """A reference to an object of any kind by group, kind and name."""
    if ref.get("apiGroup") is not None:
        check(errors, f"{path}.apiGroup", ref["apiGroup"], names.dns1123_subdomain)
    for name in ("kind", "name"):
        required_name(errors, f"{path}.{name}", ref.get(name), names.path_segment_name)


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    entries = get_path(new, "status.loadBalancer.ingress") or ()
    for i, entry in enumerate(entries):
        at = f"status.loadBalancer.ingress[{i}]"
        if entry.get("ip"):
            ip(errors, f"{at}.ip", entry["ip"])
        host = entry.get("hostname")
        if host:
            check(errors, f"{at}.hostname", host, names.dns1123_subdomain)
            if parse_ip(host) is not None:
                errors.append(invalid(f"{at}.hostname", host, _NOT_IP))
    return errors


def warn(new: Object, old: Object | None) -> list[str]:
    noted = new["metadata"].get("annotations") or {}
    if old is not None or _CLASS not in noted or new["spec"].get("ingressClassName") is not None:
        return []
    return [f"annotation \"{_CLASS}\" is deprecated, please use 'spec.ingressClassName' instead"]


def _hosts(ingress: Object, now_ms: int) -> Any:
    rules = get_path(ingress, "spec.rules") or []
    hosts: list[str] = []
    is_cut = False
    for rule in rules:
        if len(hosts) == _SHOWN_HOSTS:
            is_cut = True
        elif rule.get("host"):
            hosts.append(rule["host"])
    shown = ",".join(hosts) or "*"
    return f"{shown} + {len(rules) - _SHOWN_HOSTS} more..." if is_cut else shown


def _address(ingress: Object, now_ms: int) -> Any:
    return load_balancer(ingress.get("status"))


def _ports(ingress: Object, now_ms: int) -> Any:
    return "80, 443" if get_path(ingress, "spec.tls") else "80"


RULES = Rules(
    default=default,
    prepare_for_create=fresh_status(loadBalancer={}),
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    warnings=warn,
    columns=(
        NAME,
        text(
            "Class",
            field("spec.ingressClassName", NONE),
            "The name of the IngressClass "
            "resource that should be used for additional configuration",
        ),
        text(
            "Hosts",
            _hosts,
            "Hosts that incoming requests are matched against before the ingress rule",
        ),
        text(
            "Address", _address, "Address is a list containing ingress points for the load-balancer"
        ),
        text("Ports", _ports, "Ports of TLS configurations that open"),
        AGE,
    ),
)
