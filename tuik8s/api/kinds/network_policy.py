"""NetworkPolicy.

Source: k8s.io/kubernetes pkg/apis/networking (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, duplicate, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, selector_text, text
from tuik8s.api.kinds.strategy import first, spec_of
from tuik8s.api.kinds.validation.labels import selector
from tuik8s.api.kinds.validation.network import cidr, parse_cidr
from tuik8s.api.kinds.validation.values import (
    PROTOCOLS,
    Errors,
    port_number,
    port_number_or_name,
)
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_TYPES: Final = ("Ingress", "Egress")
_MAX_TYPES: Final = 2


def default(policy: Object) -> None:
    spec = spec_of(policy)
    first(spec, "podSelector", {})
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    for direction in ("ingress", "egress"):
        for rule in spec.get(direction) or ():
            for port in rule.get("ports") or ():
                first(port, "protocol", "TCP")


def validate(policy: Object) -> list[FieldError]:
    errors: Errors = []
    spec = policy["spec"]
    selector(errors, "spec.podSelector", spec.get("podSelector"))
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for i, rule in enumerate(spec.get(direction) or ()):
            at = f"spec.{direction}[{i}]"
            for j, port in enumerate(rule.get("ports") or ()):
                _port(errors, f"{at}.ports[{j}]", port)
            for j, peer in enumerate(rule.get(peers) or ()):
                _peer(errors, f"{at}.{peers}[{j}]", peer)
    types = spec.get("policyTypes") or []
    if len(types) > _MAX_TYPES:
        detail = "may not specify more than two policyTypes"
        errors.append(invalid("spec.policyTypes", types, detail))
        return errors
    for i, kind in enumerate(types):
        if kind not in _TYPES:
            errors.append(not_supported(f"spec.policyTypes[{i}]", kind, sorted(_TYPES)))
    return errors


def _port(errors: Errors, path: str, port: Object) -> None:
    protocol, start, end = port.get("protocol"), port.get("port"), port.get("endPort")
    if protocol is not None and protocol not in PROTOCOLS:
        errors.append(not_supported(f"{path}.protocol", protocol, PROTOCOLS))
    if start is None:
        if end is not None:
            detail = "must be specified when `endPort` is specified"
            errors.append(required(f"{path}.port", detail))
        return
    port_number_or_name(errors, f"{path}.port", start)
    if end is None:
        return
    if isinstance(start, str):
        detail = "may not be specified when `port` is non-numeric"
        errors.append(forbidden(f"{path}.endPort", detail))
        return
    if end < start:
        detail = "must be greater than or equal to `port`"
        errors.append(invalid(f"{path}.endPort", start, detail))
    port_number(errors, f"{path}.endPort", end)


def _peer(errors: Errors, path: str, peer: Object) -> None:
    for name in ("podSelector", "namespaceSelector"):
        if peer.get(name) is not None:
            selector(errors, f"{path}.{name}", peer[name])
    block = peer.get("ipBlock")
    if block is not None:
        _block(errors, f"{path}.ipBlock", block)
    has_selector = any(peer.get(name) is not None for name in ("podSelector", "namespaceSelector"))
    if not has_selector and block is None:
        errors.append(required(path, "must specify a peer"))
    elif has_selector and block is not None:
        detail = "may not specify both ipBlock and another peer"
        errors.append(forbidden(path, detail))


def _block(errors: Errors, path: str, block: Object) -> None:
    value = block.get("cidr", "")
    if not value:
        errors.append(required(f"{path}.cidr"))
        return
    before = len(errors)
    cidr(errors, f"{path}.cidr", value)
    whole = parse_cidr(value)
    if len(errors) > before or whole is None:
        return
    seen: set[str] = set()
    for i, hole in enumerate(block.get("except") or ()):
        at = f"{path}.except[{i}]"
        if hole in seen:
            errors.append(duplicate(at, hole))
        seen.add(hole)
        cidr(errors, at, hole)
        part = parse_cidr(hole)
        if part is None:
            continue
        if part.version != whole.version or not _is_strictly_inside(part, whole):
            detail = "must be a strict subset of `cidr`"
            errors.append(invalid(at, hole, detail))


def _is_strictly_inside(part: Any, whole: Any) -> bool:
    return part.network_address in whole and part.prefixlen > whole.prefixlen


def _pod_selector(policy: Object, now_ms: int) -> Any:
    return selector_text(get_path(policy, "spec.podSelector") or {})


RULES = Rules(
    default=default,
    validate=validate,
    columns=(NAME, text("Pod-Selector", _pod_selector, "@spec.podSelector"), AGE),
)
