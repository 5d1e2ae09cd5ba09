"""EndpointSlice.

Source: k8s.io/kubernetes pkg/apis/discovery (v1/defaults.go, validation) (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, duplicate, invalid, required, too_many
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, UNSET, field, shortened, text
from tuik8s.api.kinds.strategy import first, first_text
from tuik8s.api.kinds.validation.labels import label_name, label_value
from tuik8s.api.kinds.validation.network import ip, is_ipv6, non_special_ip, parse_ip
from tuik8s.api.kinds.validation.text import check, dns_label, dns_subdomain, qualified_name
from tuik8s.api.kinds.validation.values import (
    PROTOCOLS,
    Errors,
    immutable,
    port_number,
    required_one_of,
)
from tuik8s.api.types import Object

_TYPES: Final = ("FQDN", "IPv4", "IPv6")
_ENDPOINTS_MAX: Final = 1000
_ADDRESSES_MAX: Final = 100
_PORTS_MAX: Final = 20000
_ZONES_MAX: Final = 8


def default(piece: Object) -> None:
    for port in piece.get("ports") or ():
        first(port, "name", "")
        first_text(port, "protocol", "TCP")
    for endpoint in piece.get("endpoints") or ():
        first(endpoint, "conditions", {})


def validate(piece: Object) -> list[FieldError]:
    errors: Errors = []
    kind = piece.get("addressType", "")
    required_one_of(errors, "addressType", kind, _TYPES)
    _endpoints(errors, piece.get("endpoints") or [], kind)
    _ports(errors, piece.get("ports") or [])
    return errors


def _endpoints(errors: Errors, endpoints: list[Object], kind: str) -> None:
    if len(endpoints) > _ENDPOINTS_MAX:
        errors.append(too_many("endpoints", len(endpoints), _ENDPOINTS_MAX))
        return
    for i, endpoint in enumerate(endpoints):
        at = f"endpoints[{i}]"
        addresses = endpoint.get("addresses") or []
        if not addresses:
            errors.append(required(f"{at}.addresses", "must contain at least 1 address"))
        elif len(addresses) > _ADDRESSES_MAX:
            errors.append(too_many(f"{at}.addresses", len(addresses), _ADDRESSES_MAX))
        for j, address in enumerate(addresses):
            _address(errors, f"{at}.addresses[{j}]", address, kind)
        if endpoint.get("nodeName") is not None:
            dns_subdomain(errors, f"{at}.nodeName", endpoint["nodeName"])
        topology = endpoint.get("deprecatedTopology") or {}
        for key, value in topology.items():
            label_name(errors, f"{at}.deprecatedTopology", key)
            label_value(errors, f"{at}.deprecatedTopology[{key}]", value)
        if endpoint.get("hostname") is not None:
            dns_label(errors, f"{at}.hostname", endpoint["hostname"])
        if endpoint.get("hints") is not None:
            _hints(errors, f"{at}.hints", endpoint["hints"])


def _address(errors: Errors, path: str, address: str, kind: str) -> None:
    if kind in ("IPv4", "IPv6"):
        before = len(errors)
        ip(errors, path, address)
        if len(errors) == before and is_ipv6(address) != (kind == "IPv6"):
            errors.append(invalid(path, address, f"must be an {kind} address"))
        if parse_ip(address) is not None:
            non_special_ip(errors, path, address)
    elif kind == "FQDN":
        check(errors, path, address.removesuffix("."), _fqdn)


def _fqdn(value: str) -> list[str]:
    if not value:
        return ["must be non-empty"]
    messages = names.dns1123_subdomain(value)
    if not messages and "." not in value:
        return ["should be a domain with at least two segments separated by dots"]
    return messages


def _hints(errors: Errors, path: str, hints: Object) -> None:
    for group in ("forZones", "forNodes"):
        entries = hints.get(group) or []
        at = f"{path}.{group}"
        if len(entries) > _ZONES_MAX:
            errors.append(too_many(at, len(entries), _ZONES_MAX))
            continue
        seen: set[str] = set()
        for i, entry in enumerate(entries):
            name = entry.get("name", "")
            if name in seen:
                errors.append(duplicate(f"{at}[{i}].name", name))
            seen.add(name)
            if group == "forZones":
                label_value(errors, f"{at}[{i}].name", name)
            else:
                dns_subdomain(errors, f"{at}[{i}].name", name)


def _ports(errors: Errors, ports: list[Object]) -> None:
    if len(ports) > _PORTS_MAX:
        errors.append(too_many("ports", len(ports), _PORTS_MAX))
        return
    seen: set[str] = set()
    for i, port in enumerate(ports):
        at, name = f"ports[{i}]", port.get("name") or ""
        if name:
            dns_label(errors, f"{at}.name", name)
        if name in seen:
            errors.append(duplicate(f"{at}.name", name))
        seen.add(name)
        required_one_of(errors, f"{at}.protocol", port.get("protocol"), PROTOCOLS)
        if port.get("port") is not None:
            port_number(errors, f"{at}.port", port["port"])
        if port.get("appProtocol") is not None:
            qualified_name(errors, f"{at}.appProtocol", port["appProtocol"])


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    immutable(errors, "addressType", new.get("addressType"), old.get("addressType"))
    return errors


def warn(new: Object, old: Object | None) -> list[str]:
    if new.get("addressType") == "FQDN":
        return ["spec.addressType: FQDN endpoints are deprecated"]
    return []


def _port_texts(piece: Object, now_ms: int) -> Any:
    ports = piece.get("ports")
    if not ports:
        return UNSET
    numbers = (port.get("port") for port in ports)
    return shortened(("*" if number is None else str(number) for number in numbers), 3, UNSET)


def _address_texts(piece: Object, now_ms: int) -> Any:
    endpoints = piece.get("endpoints") or ()
    addresses = [address for each in endpoints for address in each.get("addresses") or ()]
    return shortened(addresses, 3, UNSET)


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warn,
    columns=(
        NAME,
        text("AddressType", field("addressType"), "@addressType"),
        text("Ports", _port_texts, "@ports"),
        text("Endpoints", _address_texts, "@endpoints"),
        AGE,
    ),
)
