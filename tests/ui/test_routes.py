"""The routing screen's thinking: rules as trees, endpoints, rates of traffic."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.proxy.plant import endpoint, port_of, service, slice_of
from tuik8s.api.routing.iptables import explain
from tuik8s.api.routing.rules import ProxyNode, RuleSet, compile_rules
from tuik8s.api.routing.services import Endpoint
from tuik8s.ui.lines import text_of
from tuik8s.ui.refs import Ref
from tuik8s.ui.routes import COLUMNS, describe_service, endpoint_rows, proxy_node, routes
from tuik8s.ui.rules import tree
from tuik8s.ui.traffic import Counts, Traffic, bars, short

NODE = ProxyNode("node-1", "127.16.0.1")
A = Endpoint("127.20.1.2", 8080, "node-1")
B = Endpoint("127.20.2.2", 8080, "node-2")
WAY = ("default/web", "127.20.1.2:8080")


def rules(*endpoints: Endpoint, **more: Any) -> RuleSet:
    return compile_rules([port_of(*endpoints, **more)], NODE)


def drawn(found: RuleSet, mode: str, **row: Any) -> list[str]:
    told = {"default/web": row} if row else {}
    return [text_of(each) for each in tree(found, mode, lambda end: f"@{end.node}", told, 10_000)]


def test_a_tree_has_the_chains_that_iptables_would_write() -> None:
    found = rules(A, B, node_port=30_080)
    text = "\n".join(drawn(found, "iptables"))
    chains = {word for rule in explain(found) for word in rule.split() if word[:5] == "KUBE-"}
    assert {name for name in chains if name not in text} == {"KUBE-MARK-MASQ"}
    assert "├ p=0.50000 ▸ KUBE-SEP-" in text
    assert "└ p=1.00000 ▸ KUBE-SEP-" in text
    assert "▸ DNAT 127.20.2.2:8080  @node-2" in text


def test_userspace_redirects_to_a_local_port() -> None:
    found = rules(A, node_port=30_080)
    assert drawn(found, "userspace") == [
        "default/web  TCP",
        "  KUBE-PORTALS   127.17.0.10:80  ▸ REDIRECT to a random local port",
        "  KUBE-NODEPORT  127.16.0.1:30080  ▸ REDIRECT to a random local port",
        "  service proxy  1 endpoint, in turn",
        "    └ 127.20.1.2:8080  @node-1",
    ]
    told = drawn(found, "userspace", local_port="127.0.0.1:4711")
    assert told[1].endswith("REDIRECT to 127.0.0.1:4711")


def test_local_traffic_of_a_node_port_has_its_own_endpoints() -> None:
    found = drawn(rules(A, B, node_port=30_080, local_external=True), "iptables")
    assert sum("KUBE-SVL-" in each for each in found) == 2  # from KUBE-EXT, and itself
    assert sum("▸ DNAT" in each for each in found) == 3


@pytest.mark.parametrize(
    ("mode", "said"),
    [("iptables", "▸ REJECT  (no endpoints)"), ("userspace", "no endpoints: connections are re")],
)
def test_a_service_without_endpoints_refuses(mode: str, said: str) -> None:
    assert said in "\n".join(drawn(rules(), mode))


def test_clients_that_stay_and_addresses_that_moved_are_told() -> None:
    affinity = [
        {"client": f"127.0.0.{n}", "endpoint": str(A), "until_ms": 70_000} for n in range(22)
    ]
    listens = {"127.17.0.10:80": "127.17.0.10:8080", "x": "x"}
    found = drawn(rules(A, affinity_ms=60_000), "iptables", affinity=affinity, listens=listens)
    assert found[0] == "default/web  TCP  a client stays for 60s"
    assert "  127.17.0.10:80 is really at 127.17.0.10:8080" in found
    assert "  client 127.0.0.0 stays with 127.20.1.2:8080 for 60s" in found
    assert found[-1] == "  and 2 clients more"


def test_nothing_to_route_says_so() -> None:
    assert drawn(RuleSet("node-1", {}), "iptables") == [
        "nothing to forward: no Service here has an address and a port"
    ]


def table(at_ms: int, **tally: int) -> dict[str, Any]:
    ends = [{"address": WAY[1], "tally": tally}]
    return {"at_ms": at_ms, "services": [{"id": WAY[0], "endpoints": ends}]}


def test_rates_are_of_the_last_seconds_and_nodes_add_up() -> None:
    traffic = Traffic()
    traffic.take("node-1", table(0, total=100))
    traffic.take("node-2", table(0, total=7))
    assert traffic.rates(WAY, ["node-1"], 1_000) == (0, 0)
    traffic.take("node-1", table(59_000, total=120, open=2, bytes_in=500))
    traffic.take("node-2", table(60_000, total=17, open=1))
    both = ["node-1", "node-2"]
    assert traffic.rates(WAY, both, 60_000) == (6.0, 100.0)
    assert traffic.rates(WAY, ["node-2"], 60_000) == (2.0, 0.0)
    assert traffic.counts(WAY, both) == Counts(3, 137, 0, 500, 0)
    assert traffic.trend(WAY, both, 60_000) == "▁" * 11 + "█"
    assert traffic.trend(WAY, both, 90_000) == "▁" * 5 + "█" + "▁" * 6
    assert traffic.rates(WAY, both, 90_000) == (0, 0)
    assert traffic.trend(WAY, both, 200_000) == ""
    traffic.take("node-1", table(61_000, total=5))  # it began anew
    assert traffic.rates(WAY, ["node-1"], 61_000)[0] == 5.0
    assert traffic.in_rules(WAY) == (2, 2)
    assert traffic.in_rules(("default/web", "gone")) == (0, 2)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (0.42, "0.4"), (3, "3"), (12.3, "12"), (3_400, "3.4k"), (1_200_000, "1.2M"),
     (999.7, "1.0k"), (2.5e12, "2500G")],
)  # fmt: skip
def test_numbers_are_short(number: float, text: str) -> None:
    assert short(number) == text


def test_bars_are_as_high_as_the_highest() -> None:
    assert bars([0, 1, 50, 100]) == "▁▂▅█"
    assert bars([0, 0]) == "▁▁"


def a_slice() -> Any:
    ready = {**endpoint("127.20.1.2"), "targetRef": {"kind": "Pod", "name": "web-a"}}
    leaving = endpoint("127.20.2.2", "node-2", ready=False, terminating=True)
    return slice_of(ready, leaving)


def test_endpoints_have_their_pod_and_how_they_are() -> None:
    found = routes([service()], [a_slice()])
    assert found.pods == {"127.20.1.2": Ref("pods", "default", "web-a")}
    traffic = Traffic()
    traffic.take("node-1", table(0, total=9, failed=1))
    first, second = endpoint_rows(found, traffic, ["node-1"], 0)
    names = [column.name for column in COLUMNS]
    shown = dict(zip(names, [cell.text for cell in first.cells], strict=True))
    assert (shown["POD"], shown["NODE"], shown["READY"], shown["TERM"]) == (
        "web-a",
        "node-1",
        "yes",
        "no",
    )
    assert (shown["IN RULES"], shown["TOTAL"], shown["FAILED"]) == ("1/1", "9", "1")
    shown = dict(zip(names, [cell.text for cell in second.cells], strict=True))
    assert (shown["POD"], shown["READY"], shown["SERVING"], shown["TERM"]) == (
        "-",
        "no",
        "yes",
        "yes",
    )
    assert shown["IN RULES"] == "0/1"
    assert second.health == "warn"
    assert [len(row.sort_keys) for row in (first, second)] == [len(COLUMNS)] * 2


def test_in_the_past_nobody_knows_the_connections() -> None:
    [row, _] = endpoint_rows(routes([service()], [a_slice()]), None, [], 0)
    assert [cell.text for cell in row.cells].count("·") == 9
    assert len(row.cells) == len(COLUMNS)
    [row] = endpoint_rows(routes([service()], []), None, [], 0)
    assert row.cells[1].text == "no endpoints"


def test_a_service_in_a_line() -> None:
    ports = [{"name": "http", "port": 80, "targetPort": "web", "nodePort": 30_080}]
    found = service(
        type="LoadBalancer",
        ports=ports,
        externalIPs=["10.0.0.9"],
        sessionAffinity="ClientIP",
        externalTrafficPolicy="Local",
        status={"loadBalancer": {"ingress": [{"ip": "10.0.0.8"}]}},
    )
    assert describe_service(found) == (
        "LoadBalancer  127.17.0.10  external 10.0.0.9  balancer 10.0.0.8  "
        "http 80 ▸ web node port 30080  affinity ClientIP  external traffic stays on the node"
    )


def test_a_node_as_its_proxy_knows_it() -> None:
    addresses = [
        {"type": "Hostname", "address": "n"},
        {"type": "InternalIP", "address": "127.16.0.1"},
    ]
    meta = {"labels": {"topology.kubernetes.io/zone": "zone-b"}}
    node = {"metadata": meta, "status": {"addresses": addresses}}
    assert proxy_node("n", node) == ProxyNode("n", "127.16.0.1", "zone-b")
    assert proxy_node("n", None) == ProxyNode("n", "")
