"""The iptables mode writes the chains that upstream writes."""

from __future__ import annotations

from tests.components.proxy.plant import port_of
from tuik8s.api.routing.iptables import chain
from tuik8s.api.routing.rules import ProxyNode
from tuik8s.api.routing.services import Endpoint
from tuik8s.components.proxy.modes.iptables import IptablesMode

NODE = ProxyNode("node-1", "127.16.0.1", "zone-1")
A = Endpoint("127.20.1.2", 8080, "node-1")
B = Endpoint("127.20.2.2", 8080, "node-2")


def lines(*endpoints: Endpoint, **more: object) -> list[str]:
    mode = IptablesMode()
    return mode.explain(mode.compile([port_of(*endpoints, **more)], NODE))


def test_names_are_upstreams_hashes() -> None:
    # Names that kube-proxy gives the Service `kubernetes` of every cluster, and cluster DNS.
    assert chain("KUBE-SVC-", "default/kubernetes:https", "tcp") == "KUBE-SVC-NPX46M4PTMTKRN6Y"
    assert chain("KUBE-SVC-", "kube-system/kube-dns:dns", "udp") == "KUBE-SVC-TCOU7JCQXEZGVUNU"


def test_shares_are_equal() -> None:
    found = [line for line in lines(A, B) if line.startswith("-A KUBE-SVC-")]
    assert len(found) == 2
    assert "--mode random --probability 0.50000000000" in found[0]
    assert "statistic" not in found[1]


def test_endpoints_are_dnat() -> None:
    found = [line for line in lines(A) if "DNAT" in line]
    assert found[0].endswith("-m tcp -j DNAT --to-destination 127.20.1.2:8080")


def test_no_endpoints_is_a_reject() -> None:
    found = lines()
    assert found[0] == (
        '-A KUBE-SERVICES -d 127.17.0.10/32 -p tcp -m comment --comment "default/web has no '
        'endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable'
    )


def test_node_ports_come_through_the_external_chain() -> None:
    found = lines(A, B, node_port=30_080, local_external=True)
    assert found[0].startswith("-A KUBE-NODEPORTS -p tcp -m comment")
    assert "--dport 30080 -j KUBE-EXT-" in found[0]
    external = next(line for line in found if line.startswith("-A KUBE-EXT-"))
    assert "-j KUBE-SVL-" in external
    assert sum(line.startswith("-A KUBE-SVL-") for line in found) == 1


def test_affinity_is_recent() -> None:
    found = lines(A, B, affinity_ms=60_000)
    assert sum("--rcheck --seconds 60 --reap" in line for line in found) == 2
    assert sum("-m recent --set" in line for line in found) == 2
