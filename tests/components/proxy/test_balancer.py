"""Whose turn it is: round robin, affinity, its timeout and its end."""

from __future__ import annotations

from tuik8s.api.routing.services import Endpoint
from tuik8s.components.proxy.balancer import CLIENTS_MAX, Balancer
from tuik8s.world.rng import seeded

A, B, C = (Endpoint(f"10.0.0.{n}", 80) for n in (1, 2, 3))


def balancer(*endpoints: Endpoint) -> Balancer:
    made = Balancer(seeded(1, "test"))
    made.set_endpoints(endpoints)
    return made


def first(turns: Balancer, client: str = "c", affinity_ms: int = 0, now_ms: int = 0) -> Endpoint:
    return turns.order(client, affinity_ms, now_ms)[0]


def test_everyone_gets_a_turn() -> None:
    turns = balancer(A, B, C)
    chosen = [first(turns) for _ in range(6)]
    assert sorted(chosen[:3]) == [A, B, C]
    assert chosen[3:] == chosen[:3]


def test_the_others_follow_for_a_retry() -> None:
    order = balancer(A, B, C).order("c", 0, 0)
    assert sorted(order) == [A, B, C]


def test_no_endpoints() -> None:
    assert balancer().order("c", 0, 0) == ()


def test_client_stays_with_its_endpoint() -> None:
    turns = balancer(A, B, C)
    held = first(turns, "c", 1_000, 0)
    assert {first(turns, "c", 1_000, now) for now in (500, 1_400, 2_300)} == {held}
    others = {first(turns, f"d{n}", 1_000, 0) for n in range(3)}
    assert others == {A, B, C}


def test_affinity_ends_after_its_timeout_without_use() -> None:
    turns = balancer(A, B)
    held = first(turns, "c", 1_000, 0)
    assert first(turns, "c", 1_000, 1_000) != held


def test_affinity_to_a_gone_endpoint_is_forgotten() -> None:
    turns = balancer(A, B)
    held = first(turns, "c", 1_000, 0)
    rest = tuple(e for e in (A, B, C) if e != held)
    turns.set_endpoints(rest)
    assert first(turns, "c", 1_000, 10) in rest
    assert turns.affinity.keys() == {"c"}


def test_who_answered_instead_is_remembered() -> None:
    turns = balancer(A, B)
    held = first(turns, "c", 1_000, 0)
    other = B if held == A else A
    turns.reached("c", other, 1_000, 0)
    assert first(turns, "c", 1_000, 10) == other


def test_affinity_is_bounded() -> None:
    turns = balancer(A)
    for number in range(CLIENTS_MAX + 5):
        turns.order(f"c{number}", 1_000, number)
    assert len(turns.affinity) == CLIENTS_MAX
    assert "c0" not in turns.affinity
