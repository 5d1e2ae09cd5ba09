"""Addresses of pods: in turn, not reused at once, kept, given back, used up."""

from __future__ import annotations

from tuik8s.components.kubelet.pod_addresses import PodAddresses


def test_in_turn_from_the_second_on() -> None:
    addresses = PodAddresses("10.1.2.0/24")
    assert [addresses.give(uid) for uid in "abc"] == ["10.1.2.2", "10.1.2.3", "10.1.2.4"]
    assert addresses.give("a") == "10.1.2.2"


def test_not_reused_at_once() -> None:
    addresses = PodAddresses("10.1.2.0/24")
    addresses.give("a")
    addresses.release("a")
    assert addresses.give("b") == "10.1.2.3"


def test_taken_ones_are_passed_over() -> None:
    addresses = PodAddresses("10.1.2.0/24")
    addresses.take("old", "10.1.2.2")
    assert addresses.give("new") == "10.1.2.3"


def test_used_up_and_free_again() -> None:
    addresses = PodAddresses("10.1.2.0/29")
    given = [addresses.give(str(n)) for n in range(5)]
    assert given == ["10.1.2.2", "10.1.2.3", "10.1.2.4", "10.1.2.5", "10.1.2.6"]
    assert addresses.give("more") == ""
    addresses.release("3")
    assert addresses.give("more") == "10.1.2.5"
