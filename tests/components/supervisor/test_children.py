"""The supervisor's book: who comes back, when, and who stays dead."""

from __future__ import annotations

import pytest

from tuik8s.components.supervisor.children import (
    BACKOFF_MS_MAX,
    BACKOFF_MS_MIN,
    FORGIVEN_AFTER_MS,
    Child,
    Children,
)
from tuik8s.components.supervisor.roles import Role
from tuik8s.world.links import LinkRule, LinkRules
from tuik8s.world.rules import ApiRule, NodeRule, PaceRule, Rule, Rules


def started(pid: int = 10, at_ms: int = 0) -> tuple[Children, Child]:
    children = Children((Role("scheduler"),))
    child = children.by_name["scheduler"]
    children.started(child, pid, at_ms)
    return children, child


def test_everything_is_due_at_first() -> None:
    children = Children((Role("apiserver"), Role("kubelet", ("node-1",))))
    assert [child.role.name for child in children.due(0)] == ["apiserver", "kubelet/node-1"]


def test_what_dies_comes_back_after_a_growing_back_off() -> None:
    children, child = started()
    waits = []
    for _ in range(9):
        children.ended(10, "signal 9", 1000)
        assert child.start_at_ms is not None
        waits.append(child.start_at_ms - 1000)
        children.started(child, 10, 1000)
    assert waits[:3] == [BACKOFF_MS_MIN, 2 * BACKOFF_MS_MIN, 4 * BACKOFF_MS_MIN]
    assert waits[-1] == BACKOFF_MS_MAX


def test_a_long_life_is_forgiven() -> None:
    children, child = started()
    child.backoff_ms = BACKOFF_MS_MAX
    children.ended(10, "exit code 1", FORGIVEN_AFTER_MS)
    assert child.start_at_ms == FORGIVEN_AFTER_MS + BACKOFF_MS_MIN


def test_what_is_held_stays_dead_until_released() -> None:
    children, child = started()
    children.hold(child)
    children.ended(10, "signal 9", 5)
    assert children.due(1_000_000) == []
    assert child.state(LinkRules()) == "stopped by a fault"
    children.release(child, 7)
    assert children.due(7) == [child]


def cluster_of_two() -> Children:
    children = Children(
        (Role("apiserver"), Role("kubelet", ("node-1",)), Role("kubelet", ("node-2",)))
    )
    for pid, child in enumerate(children.by_name.values(), 10):
        children.started(child, pid, 0)
    return children


def awaited(children: Children, *links: LinkRule) -> list[str]:
    found = children.awaited(LinkRules(links), Rules())
    return [child.role.name for child in found]


def test_a_start_waits_for_the_api_server_first_then_for_all() -> None:
    children = cluster_of_two()
    children.by_name["kubelet/node-1"].ready = True
    assert awaited(children) == ["apiserver"]
    children.by_name["apiserver"].ready = True
    assert awaited(children) == ["kubelet/node-2"]
    children.by_name["kubelet/node-2"].ready = True
    assert awaited(children) == []


def test_a_start_does_not_wait_for_what_a_fault_holds_back() -> None:
    children = cluster_of_two()
    api, first, second = children.by_name.values()
    api.ready = True
    children.hold(first)
    assert awaited(children) == ["kubelet/node-2"]
    second.paused = True
    assert awaited(children) == []
    children.release(first, 5)
    assert awaited(children) == ["kubelet/node-1"]


def test_a_start_waits_for_slow_links_but_not_for_cut_ones() -> None:
    children = cluster_of_two()
    children.by_name["apiserver"].ready = True
    slow = LinkRule(sender="kubelet/node-1", receiver="apiserver", delay_ms=200)
    assert awaited(children, slow) == ["kubelet/node-1", "kubelet/node-2"]
    cut = LinkRule(sender="apiserver", receiver="kubelet/node-1", cut=True)
    assert awaited(children, slow, cut) == ["kubelet/node-2"]


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (ApiRule(code=500), []),
        (PaceRule(party="kubelet/node-1", delay_ms=60_000), []),
        (NodeRule(node="node-1"), ["kubelet/node-1", "kubelet/node-2"]),
    ],
)
def test_a_start_does_not_wait_where_a_rule_may_hinder_it(rule: Rule, names: list[str]) -> None:
    children = cluster_of_two()
    children.by_name["apiserver"].ready = True
    assert [c.role.name for c in children.awaited(LinkRules(), Rules([rule]))] == names


def test_what_a_fault_does_to_a_process_is_its_state() -> None:
    child = cluster_of_two().by_name["kubelet/node-1"]
    child.ready = True
    assert child.state(LinkRules()) == "running"
    cut = LinkRule(sender="apiserver", receiver="kubelet/*", cut=True)
    assert child.state(LinkRules([cut])) == "cut off by a fault"
    child.held = True  # its process may not have ended yet
    assert child.state(LinkRules()) == "stopped by a fault"


def test_without_an_api_server_nobody_else_can_become_ready() -> None:
    children = cluster_of_two()
    children.by_name["apiserver"].ready = True
    children.by_name["apiserver"].paused = True
    assert awaited(children) == []


def test_a_stranger_is_not_one_of_ours() -> None:
    children, _ = started()
    assert children.ended(99, "exit code 0", 1) is None


def test_a_hosted_node_is_found_by_its_own_name() -> None:
    children = Children((Role("kubelet", ("node-1", "node-2", "node-3")),))
    found = children.find("kubelet/node-2")
    assert found is not None
    assert found.role.name == "kubelet/node-1..node-3"
    assert children.find("kubelet/node-9") is None
