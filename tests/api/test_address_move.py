"""Addresses moved from one range to another."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.address_move import AddressMove, range_of

MOVE = AddressMove.between("127.16.0.0/12", "127.48.0.0/12")


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("127.16.0.1", "127.48.0.1"),
        ("127.31.255.255", "127.63.255.255"),
        ("127.20.3.0/24", "127.52.3.0/24"),
        ("127.32.0.1", "127.32.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("10.96.0.1", "10.96.0.1"),
        ("None", "None"),
        ("", ""),
        ("127.16.0.1:80", "127.16.0.1:80"),
        ("::1", "::1"),
        ("node-1", "node-1"),
    ],
)
def test_texts(text: str, moved: str) -> None:
    assert MOVE.text(text) == moved


@pytest.mark.parametrize(
    ("resource", "obj", "moved"),
    [
        (
            "nodes",
            {
                "spec": {"podCIDR": "127.20.0.0/24", "podCIDRs": ["127.20.0.0/24"]},
                "status": {"addresses": [{"type": "InternalIP", "address": "127.16.0.1"}]},
            },
            {
                "spec": {"podCIDR": "127.52.0.0/24", "podCIDRs": ["127.52.0.0/24"]},
                "status": {"addresses": [{"type": "InternalIP", "address": "127.48.0.1"}]},
            },
        ),
        (
            "pods",
            {
                "metadata": {"annotations": {"seen": "127.16.0.1"}},
                "spec": {"containers": [{"args": ["127.17.0.1"]}]},
                "status": {"podIP": "127.20.0.2", "podIPs": [{"ip": "127.20.0.2"}]},
            },
            {
                "metadata": {"annotations": {"seen": "127.16.0.1"}},
                "spec": {"containers": [{"args": ["127.17.0.1"]}]},
                "status": {"podIP": "127.52.0.2", "podIPs": [{"ip": "127.52.0.2"}]},
            },
        ),
        (
            "services",
            {"spec": {"clusterIP": "127.17.0.9", "clusterIPs": ["127.17.0.9"]}},
            {"spec": {"clusterIP": "127.49.0.9", "clusterIPs": ["127.49.0.9"]}},
        ),
        (
            "services",
            {"status": {"loadBalancer": {"ingress": [{"ip": "127.18.0.1"}, {"hostname": "a"}]}}},
            {"status": {"loadBalancer": {"ingress": [{"ip": "127.50.0.1"}, {"hostname": "a"}]}}},
        ),
        (
            "endpoints",
            {"subsets": [{"addresses": [{"ip": "127.20.0.2"}], "ports": [{"port": 80}]}]},
            {"subsets": [{"addresses": [{"ip": "127.52.0.2"}], "ports": [{"port": 80}]}]},
        ),
        (
            "endpointslices.discovery.k8s.io",
            {"endpoints": [{"addresses": ["127.20.0.2"]}, {"addresses": ["127.0.0.1"]}]},
            {"endpoints": [{"addresses": ["127.52.0.2"]}, {"addresses": ["127.0.0.1"]}]},
        ),
        (
            "ipaddresses.networking.k8s.io",
            {"metadata": {"name": "127.17.0.9", "uid": "u"}},
            {"metadata": {"name": "127.49.0.9", "uid": "u"}},
        ),
        ("servicecidrs.networking.k8s.io", {"spec": {"cidrs": ["127.17.0.0/16"]}},
         {"spec": {"cidrs": ["127.49.0.0/16"]}}),
        (
            "networkpolicies.networking.k8s.io",
            {"spec": {"egress": [{"to": [{"ipBlock": {"cidr": "127.20.0.0/16"}}]}]}},
            {"spec": {"egress": [{"to": [{"ipBlock": {"cidr": "127.52.0.0/16"}}]}]}},
        ),
    ],
)  # fmt: skip
def test_objects(resource: str, obj: dict[str, Any], moved: dict[str, Any]) -> None:
    assert MOVE.moved(resource, obj) == moved


@pytest.mark.parametrize(
    ("resource", "obj"),
    [
        ("configmaps", {"data": {"host": "127.16.0.1"}}),
        ("services", {"spec": {"clusterIP": "None", "clusterIPs": ["None"]}}),
        ("pods", {"status": {}}),
        ("pods", {}),
        ("nodes", {"spec": None, "status": {"addresses": "odd"}}),
        ("widgets.example.com", {"status": {"podIP": "127.16.0.1"}}),
    ],
)
def test_what_has_no_such_address_is_the_very_same(resource: str, obj: dict[str, Any]) -> None:
    assert MOVE.moved(resource, obj) is obj


def test_keys() -> None:
    key = "ipaddresses.networking.k8s.io//"
    assert MOVE.key(f"{key}127.17.0.9") == f"{key}127.49.0.9"
    assert MOVE.key("services/a/127.17.0.9") == "services/a/127.17.0.9"


@pytest.mark.parametrize(
    ("address", "found"),
    [("127.33.0.1", "127.32.0.0/12"), ("10.0.0.1", ""), ("::1", ""), ("my.machine", "")],
)
def test_the_range_that_nodes_are_in(address: str, found: str) -> None:
    addresses = [
        {"type": "Hostname", "address": "n"},
        {"type": "InternalIP", "address": address},
    ]
    assert range_of([{"status": None}, {"status": {"addresses": addresses}}]) == found
