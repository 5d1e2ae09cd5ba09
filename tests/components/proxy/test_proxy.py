"""kube-proxy in a simulated world: connections really choose, rules follow at once."""

from __future__ import annotations

import msgspec
import pytest

from tests.components.proxy.plant import ProxyPlant
from tuik8s.api.types import Reply, Request
from tuik8s.components.proxy.modes.registry import MODES
from tuik8s.world.network import Refused

SLICES = "endpointslices.discovery.k8s.io"


@pytest.fixture(params=list(MODES))
def plant(request: pytest.FixtureRequest) -> ProxyPlant:
    return ProxyPlant(mode=request.param)


def test_cluster_address_answers_from_each_pod_in_turn(plant: ProxyPlant) -> None:
    plant.serve("a", "b", "c")
    assert {plant.who() for _ in range(60)} == {"a", "b", "c"}


def test_node_port_answers(plant: ProxyPlant) -> None:
    plant.serve("a", type="NodePort", ports=[{"port": 80, "targetPort": 8080, "nodePort": 30080}])
    assert plant.who(port=30_080, host="127.16.0.1") == "a"


def test_client_affinity_and_its_timeout(plant: ProxyPlant) -> None:
    plant.serve(
        "a",
        "b",
        sessionAffinity="ClientIP",
        sessionAffinityConfig={"clientIP": {"timeoutSeconds": 5}},
    )
    assert len({plant.who() for _ in range(20)}) == 1
    assert {plant.who(client=f"127.0.0.{n}") for n in range(2, 20)} == {"a", "b"}
    seen = set()
    for _ in range(20):
        plant.run_ms(5_000)
        seen.add(plant.who())
    assert seen == {"a", "b"}


def test_readiness_and_removal_take_effect_at_once(plant: ProxyPlant) -> None:
    plant.serve("a", "b")
    plant.write_slice("a")
    assert {plant.who() for _ in range(20)} == {"a"}
    plant.write_slice("a", ready=False, serving=False)
    with pytest.raises(Refused):
        plant.who()
    plant.write_slice("b")
    assert plant.who() == "b"


def test_refused_backend_is_passed_over() -> None:
    plant = ProxyPlant()
    plant.serve("a", "b")
    plant.delete_pod("a", grace_s=0)
    plant.run_ms(20)
    assert {plant.who() for _ in range(10)} == {"b"}


def test_deleted_service_is_closed(plant: ProxyPlant) -> None:
    plant.serve("a")
    plant.must("delete", "services", "default", "web")
    plant.run_ms(50)
    with pytest.raises(Refused):
        plant.who()


def test_killed_proxy_leaves_the_others() -> None:
    plant = ProxyPlant(nodes=2)
    plant.serve("a", "b")
    plant.simulation.crash("kube-proxy/node-1")
    assert {plant.who() for _ in range(20)} == {"a", "b"}
    plant.simulation.crash("kube-proxy/node-2")
    with pytest.raises(Refused):
        plant.who()
    plant.start_proxy(2)
    plant.run_ms(300)
    assert plant.who() in ("a", "b")


def test_routing_table_is_told_on_the_bus_and_kept(plant: ProxyPlant) -> None:
    told: list[tuple[str, bytes]] = []
    plant.client.feeds.tap("telemetry/routes/", lambda topic, body: told.append((topic, body)))
    plant.serve("a", type="NodePort", ports=[{"port": 80, "targetPort": 8080, "nodePort": 30080}])
    for _ in range(3):
        plant.who()
    plant.run_ms(2_500)
    assert told[-1][0] == "telemetry/routes/node-1"
    table = msgspec.msgpack.decode(told[-1][1])
    row = next(r for r in table["services"] if r["id"] == "default/web")
    assert set(row["listens"]) == {"127.17.0.10:80", "127.16.0.1:30080"}
    assert row["endpoints"][0]["tally"]["total"] == 3
    assert any("default/web" in line for line in table["rules"])
    kept: list[Reply] = []
    request = Request(verb="get", path="/telemetry/routes/node-1")
    plant.client.call(request, kept.append)
    plant.run_ms(100)
    assert kept[0].objects[0] == told[-1][1]
