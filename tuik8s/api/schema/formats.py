"""Formats of text in the schemas of custom resources; one that is not listed is not checked.

Source: k8s.io/kube-openapi pkg/validation/strfmt.
"""

from __future__ import annotations

import binascii
import ipaddress
import re
from collections.abc import Callable
from typing import Final

from tuik8s.api import times

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_HEX: Final = "[0-9a-fA-F]"
_UUID: Final = re.compile(rf"{_HEX}{{8}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{12}}")
_HOST: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*|/\S*")
_MAC: Final = re.compile(rf"{_HEX}{{2}}([:-]{_HEX}{{2}}){{5}}")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


def is_valid(name: str, text: str) -> bool:
    """Whether a text is of a format."""
    check = _FORMATS.get(name)
    return check is None or check(text)


def _reads(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return check


def _matches(rule: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: rule.fullmatch(text) is not None


def _date(text: str) -> None:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    times.parse_time(f"{text}T00:00:00Z")


def _base64(text: str) -> bytes:
    return binascii.a2b_base64(text, strict_mode=True)


def _cidr(text: str) -> object:
    if "/" not in text:
        raise ValueError(text)
    return ipaddress.ip_interface(text)


_FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "date-time": _reads(times.parse_time),
    "date": _reads(_date),
    "duration": _reads(times.parse_duration_ns),
    "byte": _reads(_base64),
    "ipv4": _reads(ipaddress.IPv4Address),
    "ipv6": _reads(ipaddress.IPv6Address),
    "cidr": _reads(_cidr),
    "uuid": _matches(_UUID),
    "hostname": _matches(_HOST),
    "email": _matches(_EMAIL),
    "uri": _matches(_URI),
    "mac": _matches(_MAC),
    "k8s-short-name": lambda text: len(text) <= 63 and _LABEL.fullmatch(text) is not None,
    "k8s-long-name": lambda text: (
        len(text) <= 253 and all(_LABEL.fullmatch(part) for part in text.split("."))
    ),
}
