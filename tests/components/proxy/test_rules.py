"""From Services and slices to rules: what is forwarded where, as tables."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.proxy.plant import endpoint, port_of, service, slice_of
from tuik8s.api.routing.rules import ProxyNode, Redirect
from tuik8s.api.routing.services import Endpoint, eligible, service_ports
from tuik8s.components.proxy.modes.registry import MODES

NODE = ProxyNode("node-1", "127.16.0.1", "zone-1")
A = Endpoint("127.20.1.2", 8080, "node-1")
B = Endpoint("127.20.2.2", 8080, "node-2")


def ends(*changes: tuple[Endpoint, dict[str, Any]]) -> list[Endpoint]:
    import msgspec

    return [msgspec.structs.replace(e, **change) for e, change in changes]


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        ({}, 1),
        ({"clusterIP": "None"}, 0),
        ({"type": "ExternalName", "clusterIP": ""}, 0),
        ({"clusterIP": ""}, 0),
        ({"ports": [{"name": "a", "port": 80}, {"name": "b", "port": 81}]}, 2),
    ],
)
def test_ports_of_a_service(spec: dict[str, Any], count: int) -> None:
    assert len(service_ports(service(**spec), [])) == count


def test_addresses_affinity_and_policies() -> None:
    found = service_ports(
        service(
            externalIPs=["127.18.0.9"],
            sessionAffinity="ClientIP",
            sessionAffinityConfig={"clientIP": {"timeoutSeconds": 60}},
            internalTrafficPolicy="Local",
            externalTrafficPolicy="Local",
            status={"loadBalancer": {"ingress": [{"ip": "127.18.0.1"}]}},
        ),
        [],
    )[0]
    assert found.addresses == ("127.17.0.10", "127.18.0.9", "127.18.0.1")
    assert found.affinity_ms == 60_000
    assert found.local_internal
    assert found.local_external
    assert found.id == "default/web"


def test_affinity_lasts_three_hours_when_nothing_is_said() -> None:
    assert service_ports(service(sessionAffinity="ClientIP"), [])[0].affinity_ms == 10_800_000


def test_endpoints_of_several_slices_are_one_list() -> None:
    pieces = [
        slice_of(endpoint("127.20.2.2", "node-2")),
        slice_of(endpoint("127.20.1.2"), endpoint("127.20.2.2", "node-2")),
        slice_of(endpoint("::1"), addressType="IPv6"),
        slice_of(endpoint("127.20.9.9"), port="other"),
        slice_of(endpoint("127.20.9.9"), ports=[{"name": "", "protocol": "TCP"}]),
    ]
    assert service_ports(service(), pieces)[0].endpoints == (A, B)


TERMINATING = {"ready": False, "serving": True, "terminating": True}
UNREADY = {"ready": False, "serving": False}
ELIGIBLE: tuple[tuple[str, list[Endpoint], dict[str, bool], list[str]], ...] = (
    ("all ready", ends((A, {}), (B, {})), {}, [str(A), str(B)]),
    ("unready is left out", ends((A, {}), (B, UNREADY)), {}, [str(A)]),
    ("none ready", ends((A, UNREADY), (B, UNREADY)), {}, []),
    ("terminating is left out", ends((A, {}), (B, TERMINATING)), {}, [str(A)]),
    ("terminating when there is no other", ends((A, UNREADY), (B, TERMINATING)), {}, [str(B)]),
    ("local", ends((A, {}), (B, {})), {"local_internal": True}, [str(A)]),
    ("local has none", ends((B, {})), {"local_internal": True}, []),
    (
        "local terminating",
        ends((A, TERMINATING), (B, {})),
        {"local_internal": True},
        [str(A)],
    ),
    (
        "zone hints",
        ends((A, {"zones": ("zone-1",)}), (B, {"zones": ("zone-2",)})),
        {},
        [str(A)],
    ),
    ("hints that not all have", ends((A, {"zones": ("zone-1",)}), (B, {})), {}, [str(A), str(B)]),
    (
        "hints for other zones only",
        ends((A, {"zones": ("zone-3",)}), (B, {"zones": ("zone-2",)})),
        {},
        [str(A), str(B)],
    ),
)


@pytest.mark.parametrize(
    ("endpoints", "more", "expected"),
    [row[1:] for row in ELIGIBLE],
    ids=[row[0] for row in ELIGIBLE],
)
def test_eligible(endpoints: list[Endpoint], more: dict[str, bool], expected: list[str]) -> None:
    port = port_of(*endpoints, **more)
    assert [str(e) for e in eligible(port, "node-1", "zone-1", external=False)] == expected


def test_external_policy_is_its_own() -> None:
    port = port_of(A, B, local_external=True)
    assert eligible(port, "node-1", "", external=True) == (A,)
    assert eligible(port, "node-1", "", external=False) == (A, B)


@pytest.mark.parametrize("mode", list(MODES))
def test_redirects(mode: str) -> None:
    port = port_of(A, B, node_port=30_080, addresses=("127.17.0.10", "127.18.0.1"))
    rules = MODES[mode].compile([port], NODE)
    proxy = rules.proxies["default/web"]
    assert proxy.redirects == (
        Redirect("127.17.0.10", 80, "TCP"),
        Redirect("127.18.0.1", 80, "TCP"),
        Redirect("127.16.0.1", 30_080, "TCP", True),
    )
    assert proxy.internal == (A, B)


@pytest.mark.parametrize("mode", list(MODES))
def test_sctp_is_not_forwarded(mode: str) -> None:
    assert MODES[mode].compile([port_of(A, protocol="SCTP")], NODE).proxies == {}


def test_userspace_explains_itself_as_iptables_rules() -> None:
    mode = MODES["userspace"]
    lines = mode.explain(mode.compile([port_of(A, node_port=30_080)], NODE))
    assert lines == [
        '-A KUBE-PORTALS -d 127.17.0.10/32 -p tcp --dport 80 -m comment --comment "default/web" '
        "-j REDIRECT",
        '-A KUBE-NODEPORT -d 127.16.0.1/32 -p tcp --dport 30080 -m comment --comment "default/web" '
        "-j REDIRECT",
    ]
