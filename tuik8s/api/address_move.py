"""A cluster's addresses moved from one range to another: what a fork beside its parent is. Pure.

    move = AddressMove.between("127.16.0.0/12", "127.32.0.0/12")
    move.text("127.17.0.1")     127.33.0.1         move.text("10.0.0.1")    10.0.0.1
    move.text("127.20.3.0/24")  127.36.3.0/24      move.text("None")        None
    move.moved("pods", pod)     the pod with its status.podIP and the like moved

Only fields whose schema says that they hold addresses are changed, and only those of objects that
the cluster itself gives addresses to: what people wrote into commands, annotations or pod templates
stays as it is.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from tuik8s.api.types import Object

ADDRESSES: Final = "ipaddresses.networking.k8s.io"
"""Objects that are called as the address that they stand for."""

SLICE_PREFIX: Final = 12
"""Clusters of ours live in ranges of this length (see `tuik8s.addresses`)."""

_PEERS: Final = ("ipBlock.cidr", "ipBlock.except[]")
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "nodes": ("spec.podCIDR", "spec.podCIDRs[]", "status.addresses[].address"),
    "pods": ("status.hostIP", "status.hostIPs[].ip", "status.podIP", "status.podIPs[].ip"),
    "services": (
        "spec.clusterIP",
        "spec.clusterIPs[]",
        "spec.externalIPs[]",
        "spec.loadBalancerIP",
        "status.loadBalancer.ingress[].ip",
    ),
    "endpoints": ("subsets[].addresses[].ip", "subsets[].notReadyAddresses[].ip"),
    "endpointslices.discovery.k8s.io": ("endpoints[].addresses[]",),
    "ingresses.networking.k8s.io": ("status.loadBalancer.ingress[].ip",),
    "networkpolicies.networking.k8s.io": (
        *(f"spec.ingress[].from[].{peer}" for peer in _PEERS),
        *(f"spec.egress[].to[].{peer}" for peer in _PEERS),
    ),
    "servicecidrs.networking.k8s.io": ("spec.cidrs[]",),
    ADDRESSES: ("metadata.name",),
}
"""resource id -> where its objects hold addresses; `[]` is every item of a list."""


class AddressMove(NamedTuple):
    """From one range to another of the same size."""

    old: ipaddress.IPv4Network
    new: ipaddress.IPv4Network

    @classmethod
    def between(cls, old: str, new: str) -> AddressMove:
        """From one range to another, as texts."""
        move = cls(ipaddress.IPv4Network(old), ipaddress.IPv4Network(new))
        assert move.old.prefixlen == move.new.prefixlen, f"{old} and {new} differ in size"
        return move

    def text(self, text: str) -> str:
        """An address or a range as it is after the move; what is neither, or elsewhere, stays."""
        address, slash, length = text.partition("/")
        try:
            found = ipaddress.IPv4Address(address)
        except ValueError:
            return text
        if found not in self.old:
            return text
        offset = int(found) - int(self.old.network_address)
        return f"{self.new.network_address + offset}{slash}{length}"

    def key(self, key: str) -> str:
        """The store key of an object after the move."""
        resource, namespace, name = key.split("/", 2)
        return f"{resource}/{namespace}/{self.text(name)}" if resource == ADDRESSES else key

    def moved(self, resource: str, obj: Object) -> Object:
        """An object after the move; the very same when nothing of it moves."""
        for path in FIELDS.get(resource, ()):
            obj = _changed(obj, path.split("."), self.text)
        return obj


def _changed(value: Any, path: list[str], change: Callable[[str], str]) -> Any:
    """A copy of a value with what stands at a path changed; itself when that is nothing."""
    if not path:
        return change(value) if isinstance(value, str) else value
    if not isinstance(value, dict):
        return value
    name = path[0].removesuffix("[]")
    old = value.get(name)
    if path[0].endswith("[]"):
        new = _all_changed(old, path[1:], change)
    else:
        new = _changed(old, path[1:], change)
    return value if new is old or new == old else {**value, name: new}


def _all_changed(items: Any, path: list[str], change: Callable[[str], str]) -> Any:
    if not isinstance(items, list):
        return items
    return [_changed(item, path, change) for item in items]


def range_of(nodes: Iterable[Object]) -> str:
    """The slice that the first node with a loopback address is in, "" when there is no such node.

    >>> node = {"status": {"addresses": [{"type": "InternalIP", "address": "127.33.0.1"}]}}
    >>> range_of([node])
    '127.32.0.0/12'
    """
    for node in nodes:
        for each in (node.get("status") or {}).get("addresses") or ():
            if each.get("type") == "InternalIP":
                found = _slice_of(str(each.get("address", "")))
                if found:
                    return found
    return ""


def _slice_of(text: str) -> str:
    """The slice around an address; "" for what is none of ours: anybody may register a node."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return ""
    if not address.is_loopback:
        return ""
    return str(ipaddress.ip_network(f"{address}/{SLICE_PREFIX}", strict=False))
