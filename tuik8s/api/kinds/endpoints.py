"""Endpoints.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/endpoint (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, NONE, text
from tuik8s.api.kinds.strategy import first_text
from tuik8s.api.kinds.validation.network import ip, non_special_ip
from tuik8s.api.kinds.validation.text import dns_label, dns_subdomain, qualified_name
from tuik8s.api.kinds.validation.values import Errors, port_number, protocol
from tuik8s.api.types import Object

_SHOWN: Final = 3


def default(endpoints: Object) -> None:
    for subset in endpoints.get("subsets") or ():
        for port in subset.get("ports") or ():
            first_text(port, "protocol", "TCP")


def validate(endpoints: Object) -> list[FieldError]:
    errors: Errors = []
    for i, subset in enumerate(endpoints.get("subsets") or ()):
        at = f"subsets[{i}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            errors.append(required(at, "must specify `addresses` or `notReadyAddresses`"))
        for field in ("addresses", "notReadyAddresses"):
            for j, address in enumerate(subset.get(field) or ()):
                _address(errors, f"{at}.{field}[{j}]", address)
        ports = subset.get("ports") or []
        for j, port in enumerate(ports):
            _port(errors, f"{at}.ports[{j}]", port, len(ports) > 1)
    return errors


def _address(errors: Errors, path: str, address: Object) -> None:
    ip(errors, f"{path}.ip", address.get("ip", ""))
    if address.get("hostname"):
        dns_label(errors, f"{path}.hostname", address["hostname"])
    if address.get("nodeName") is not None:
        dns_subdomain(errors, f"{path}.nodeName", address["nodeName"])
    non_special_ip(errors, f"{path}.ip", address.get("ip", ""))


def _port(errors: Errors, path: str, port: Object, needs_name: bool) -> None:
    name = port.get("name", "")
    if name:
        dns_label(errors, f"{path}.name", name)
    elif needs_name:
        errors.append(required(f"{path}.name"))
    port_number(errors, f"{path}.port", port.get("port", 0))
    protocol(errors, f"{path}.protocol", port.get("protocol"))
    if port.get("appProtocol") is not None:
        qualified_name(errors, f"{path}.appProtocol", port["appProtocol"])


def _endpoints(endpoints: Object, now_ms: int) -> Any:
    subsets = endpoints.get("subsets") or ()
    if not subsets:
        return NONE
    shown: list[str] = []
    count = 0
    for subset in subsets:
        addresses = [address.get("ip", "") for address in subset.get("addresses") or ()]
        ports = subset.get("ports") or ()
        pairs = [f"{ip}:{port.get('port', 0)}" for port in ports for ip in addresses]
        found = pairs if ports else addresses
        shown += found[: max(0, _SHOWN - len(shown))]
        count += len(found)
    more = f" + {count - _SHOWN} more..." if count > _SHOWN else ""
    return ",".join(shown) + more or NONE


RULES = Rules(
    default=default,
    validate=validate,
    columns=(NAME, text("Endpoints", _endpoints, "@subsets"), AGE),
    generation_ignores=None,
    create_on_update=True,
    deprecation="v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
)
