"""IP addresses and CIDRs, with the leniency and the words of upstream's legacy fields.

Source: k8s.io/apimachinery pkg/util/validation/ip.go, k8s.io/utils/net (1.36).
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from tuik8s.api.errors import invalid
from tuik8s.api.kinds.validation.values import Errors

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_LEADING_ZERO = re.compile(r"(?:^|[.:])0\d+(?=\.|$|/)")
IP_TEXT: Final = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
CIDR_TEXT: Final = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def parse_ip(text: str) -> IPAddress | None:
    """The address, or None; leading zeros are taken as decimal, zones are refused."""
    try:
        return ipaddress.ip_address(_without_zeros(text)) if "%" not in text else None
    except ValueError:
        return None


def parse_cidr(text: str) -> IPNetwork | None:
    if "/" not in text or not text.rsplit("/", 1)[1].isdigit():
        return None
    try:
        return ipaddress.ip_network(_without_zeros(text), strict=False)
    except ValueError:
        return None


def _without_zeros(text: str) -> str:
    address, slash, bits = text.partition("/")
    if ":" not in address and _LEADING_ZERO.search(address):
        address = ".".join(part.lstrip("0") or "0" for part in address.split("."))
    return address + slash + bits


def is_ipv6(text: str) -> bool:
    address = parse_ip(text)
    return address is not None and address.version == 6


def ip(errors: Errors, path: str, value: str) -> None:
    """An address in a field that is not older than the strict rules."""
    address = parse_ip(value)
    if address is None:
        errors.append(invalid(path, value, IP_TEXT))
    elif _LEADING_ZERO.search(value) and address.version == 4:
        errors.append(invalid(path, value, "must not have leading 0s"))
    elif isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        errors.append(invalid(path, value, "must not be an IPv4-mapped IPv6 address"))


def cidr(errors: Errors, path: str, value: str) -> None:
    network = parse_cidr(value)
    if network is None:
        errors.append(invalid(path, value, CIDR_TEXT))
        return
    if network.version == 4 and _LEADING_ZERO.search(value.partition("/")[0]):
        errors.append(invalid(path, value, "must not have leading 0s in IP"))
    address, _, bits = value.partition("/")
    if len(bits) > 1 and bits.startswith("0"):
        errors.append(invalid(path, value, "must not have leading 0s in prefix length"))
    first = parse_ip(address)
    if first is not None and first != network.network_address:
        text = f"must not have bits set beyond the prefix length (e.g. {network})"
        errors.append(invalid(path, value, text))


def non_special_ip(errors: Errors, path: str, value: str) -> None:
    """No unspecified, loopback or link-local address."""
    address = parse_ip(value)
    if address is None:
        errors.append(invalid(path, value, "must be a valid IP address"))
        return
    if address.is_unspecified:
        errors.append(invalid(path, value, f"may not be unspecified ({value})"))
    if address.is_loopback:
        text = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
        errors.append(invalid(path, value, text))
    if address.is_link_local:
        text = "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
        errors.append(invalid(path, value, text))
    if _is_link_local_multicast(address):
        text = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"
        errors.append(invalid(path, value, text))


def _is_link_local_multicast(address: IPAddress) -> bool:
    if address.version == 4:
        return address in ipaddress.ip_network("224.0.0.0/24")
    return address in ipaddress.ip_network("ff02::/16")


def is_dual_stack(addresses: list[str]) -> bool:
    """Whether there is an address (or CIDR) of each family."""
    families = {":" in address for address in addresses}
    return len(families) == 2
