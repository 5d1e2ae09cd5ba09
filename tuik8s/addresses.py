"""The address plan: which loopback addresses a cluster's nodes, pods and Services have.

Linux answers on all of 127.0.0.0/8, so every address is real without root. A cluster takes one of
fifteen slices, 127.16.0.0/12 to 127.240.0.0/12 (127.0.0.0/12 stays the machine's own):

    127.S.0.0/16        nodes       S = 16 * slice, node number n at offset n
    127.(S+1).0.0/16    Services    the API server's own Service is the first address
    127.(S+2).0.0/16    load balancers
    127.(S+4).0.0/14    pods        a /24 per node, 1024 of them

Source: our own; upstream clusters are given such ranges by flags, and so are ours (`--service-
cidr`).
"""

from __future__ import annotations

import ipaddress

import msgspec

from tuik8s.api.address_move import SLICE_PREFIX
from tuik8s.config import ClusterConfig

SLICES = range(1, 16)
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


class AddressPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The ranges of one cluster, as CIDR texts."""

    node_cidr: str
    service_cidr: str
    pod_cidr: str
    load_balancer_cidr: str

    def node_address(self, node_name: str) -> str:
        number = int(node_name.rpartition("-")[2])
        return str(ipaddress.ip_network(self.node_cidr)[number])

    @property
    def kubernetes_service_address(self) -> str:
        return str(ipaddress.ip_network(self.service_cidr)[1])


def range_of_slice(number: int) -> str:
    """All that a slice has.

    >>> range_of_slice(1)
    '127.16.0.0/12'
    """
    assert number in SLICES, f"slice {number} is not one of {SLICES}"
    return f"127.{16 * number}.0.0/{SLICE_PREFIX}"


def why_tied(config: ClusterConfig) -> str:
    """Why a cluster's addresses cannot be moved to another slice, "" when they can."""
    for flag, cidr in (
        ("--service-cidr", config.service_cidr),
        ("--pod-cidr", config.pod_cidr),
    ):
        if cidr and ipaddress.ip_network(cidr).overlaps(LOOPBACK):
            return f"{flag} {cidr} says which loopback addresses it has"
    return ""


def plan_of(config: ClusterConfig) -> AddressPlan:
    """The plan of a cluster whose slice is known; ranges that the user gave replace ours."""
    assert config.slice in SLICES, f"slice {config.slice} is not one of {SLICES}"
    base = 16 * config.slice
    return AddressPlan(
        node_cidr=f"127.{base}.0.0/16",
        service_cidr=config.service_cidr or f"127.{base + 1}.0.0/16",
        load_balancer_cidr=f"127.{base + 2}.0.0/16",
        pod_cidr=config.pod_cidr or f"127.{base + 4}.0.0/14",
    )


def is_bindable(address: str) -> bool:
    """Whether a cluster may listen on this address: loopback only, whatever the plan says."""
    return ipaddress.ip_address(address) in LOOPBACK


def check_cidr(text: str, flag: str) -> str:
    """What is wrong with a range that a user gave, "" if nothing."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError as problem:
        return f"{flag} {text}: {problem}; give a range such as 10.96.0.0/16"
    if network.version != 4:
        return f"{flag} {text}: only IPv4 ranges are served"
    if network.prefixlen > 28:
        return f"{flag} {text}: too small, at least a /28 is needed"
    return ""
