"""Rules of faults at the proxies: connections lost, late, or cut off from a node."""

from __future__ import annotations

import pytest

from tests.components.proxy.plant import ProxyPlant
from tuik8s.world.network import Refused
from tuik8s.world.rules import Rule, TrafficRule
from tuik8s.world.simulated_network import NoAnswer


def disturb(plant: ProxyPlant, *rules: Rule) -> None:
    plant.simulation.set_rules(rules)
    plant.run_ms(1)


@pytest.fixture
def plant() -> ProxyPlant:
    made = ProxyPlant(nodes=2)
    made.serve("a", "b")
    return made


def answered(plant: ProxyPlant, count: int = 100) -> int:
    found = 0
    for _ in range(count):
        try:
            plant.who()
        except Refused:
            continue
        found += 1
    return found


def test_some_connections_are_lost_and_none_afterwards(plant: ProxyPlant) -> None:
    disturb(plant, TrafficRule(namespace="default", service="web", drop_per_mille=300))
    assert 50 <= answered(plant) <= 85
    disturb(plant)
    assert answered(plant) == 100


def test_all_are_lost_of_that_service_alone(plant: ProxyPlant) -> None:
    disturb(plant, TrafficRule(namespace="default", service="web", drop_per_mille=1000))
    assert answered(plant, 10) == 0
    with pytest.raises(NoAnswer, match="is lost"):  # not refused: the client waits
        plant.who()
    disturb(plant, TrafficRule(namespace="shop", service="web", drop_per_mille=1000))
    assert answered(plant, 10) == 10


def test_connections_take_longer(plant: ProxyPlant) -> None:
    rule = TrafficRule(namespace="default", service="web", delay_ms=200, jitter_ms=50)
    disturb(plant, rule)
    waits = {plant.ask().delay_ms for _ in range(20)}
    assert min(waits) >= 200
    assert max(waits) <= 250
    assert len(waits) > 1
    disturb(plant)
    assert plant.ask().delay_ms == 0


def test_a_node_that_does_not_reach_another_tries_what_it_reaches(plant: ProxyPlant) -> None:
    cut = [
        TrafficRule(from_node=one, to_node=other, drop_per_mille=1000)
        for one, other in (("node-1", "node-2"), ("node-2", "node-1"))
    ]
    disturb(plant, *cut)
    assert {plant.who() for _ in range(40)} == {"a", "b"}  # each node has a pod of its own
    plant.write_slice("b")
    assert 0 < answered(plant) < 100  # where the client enters decides
    disturb(plant)
    assert {plant.who() for _ in range(40)} == {"b"}
