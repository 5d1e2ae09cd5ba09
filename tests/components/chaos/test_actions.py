"""What each action asks of the world, and what it refuses: plans are pure."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import Effects
from tuik8s.components.chaos.crd import fault_crd
from tuik8s.components.chaos.planning import plan, read_spec
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.links import LinkRule, both_ways
from tuik8s.world.rules import TrafficRule

SHAPE = Shape(
    (
        "apiserver",
        "kubelet/node-1",
        "kubelet/node-2",
        "scheduler",
        "kube-proxy/node-1",
        "kube-proxy/node-2",
        "chaos",
    )
)
NODE_2 = ("kubelet/node-2", "kube-proxy/node-2")


def planned(action: str, target: str, shape: Shape = SHAPE, **more: Any) -> Effects:
    spec = {"action": action, "target": target, **more}
    return plan(read_spec({"spec": spec}), shape, seed=1).effects


def links(*parties: str, **rule: Any) -> Effects:
    rules = [
        r for p in parties for r in both_ways(LinkRule(sender=p, receiver="apiserver", **rule))
    ]
    return Effects(links=tuple(rules))


def nodes(**fields: Any) -> Effects:
    pairs = (("node-1", "node-2"), ("node-2", "node-1"))
    return Effects(
        rules=tuple(TrafficRule(from_node=one, to_node=to, **fields) for one, to in pairs)
    )


PLANS: tuple[tuple[str, str, dict[str, Any], Effects], ...] = (
    ("component-kill", "component/scheduler", {}, Effects(kill=("scheduler",))),
    ("component-kill", "component/scheduler", {"for": "1m"}, Effects(hold=("scheduler",))),
    ("component-kill", "component/chaos", {}, Effects(kill=("chaos",))),
    ("component-pause", "component/kubelet/node-1", {}, Effects(pause=("kubelet/node-1",))),
    ("component-pause", "component/apiserver", {"for": "5s"}, Effects(pause=("apiserver",))),
    ("node-stop", "node/node-2", {}, Effects(hold=NODE_2)),
    ("node-cut", "node/node-2", {}, links(*NODE_2, cut=True)),
    (
        "link-delay",
        "component/scheduler",
        {"delay": "200ms", "jitter": "50ms"},
        links("scheduler", delay_ms=200, jitter_ms=50),
    ),
    ("link-drop", "node/node-2", {"percent": 20}, links(*NODE_2, drop_per_mille=200)),
    (
        "link-duplicate",
        "component/scheduler",
        {"percent": 5},
        links("scheduler", duplicate_per_mille=50),
    ),
    (
        "link-reorder",
        "node/node-2",
        {"jitter": "1s"},
        links(*NODE_2, jitter_ms=1000, reorder=True),
    ),
    ("link-cut", "component/scheduler", {}, links("scheduler", cut=True)),
    (
        "link-cut",
        "component/apiserver",
        {"peer": "component/scheduler"},
        links("scheduler", cut=True),
    ),
    ("link-cut", "node/node-1", {"peer": "node/node-2"}, nodes(drop_per_mille=1000)),
    (
        "link-delay",
        "node/node-1",
        {"peer": "node/node-2", "delay": "1s"},
        nodes(delay_ms=1000),
    ),
)


@pytest.mark.parametrize(
    ("action", "target", "more", "effects"), PLANS, ids=[f"{a} {t}" for a, t, _, _ in PLANS]
)
def test_plan(action: str, target: str, more: dict[str, Any], effects: Effects) -> None:
    assert planned(action, target, **more) == effects


REFUSED: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("component-kill", "component/etcd", {}, "there are: component/apiserver"),
    ("component-kill", "node/node-1", {}, "is no component"),
    ("component-kill", "component/chaos", {"for": "1m"}, "cannot keep itself dead"),
    ("component-pause", "component/chaos", {}, "cannot pause itself"),
    ("component-pause", "component/apiserver", {}, "give `for`"),
    ("node-stop", "node/node-9", {}, "there are: node-1, node-2"),
    ("node-stop", "component/scheduler", {}, "is no node"),
    ("link-delay", "component/scheduler", {}, "needs delay, such as delay: 200ms"),
    ("link-delay", "component/scheduler", {"delay": "soon"}, "delay is a duration such as 200ms"),
    ("link-drop", "component/scheduler", {}, "needs percent"),
    ("link-drop", "component/scheduler", {"percent": 101}, "from 1 to 100"),
    ("link-duplicate", "component/apiserver", {"percent": 5}, "name the other end"),
    ("link-cut", "component/scheduler", {"peer": "node/node-1"}, "never talk"),
    ("link-cut", "node/node-1", {"peer": "node/node-1"}, "at both ends"),
    ("link-cut", "node/node-1", {"peer": "node/node-9"}, "there are: node-1, node-2"),
    ("link-cut", "component/chaos", {}, "cannot disturb its own link"),
    ("link-delay", "component/apiserver", {"delay": "1h", "peer": "component/chaos"}, "its own"),
    ("link-reorder", "node/node-1", {"jitter": "1s", "peer": "node/node-2"}, "takes no peer"),
    ("node-overload", "node/node-1", {"pressure": "tyre"}, "none of: memory, disk, pid"),
    ("traffic-drop", "pod/a", {}, "there are: service/NAME, services"),
    ("traffic-drop", "service/a", {}, "no service 'a' in namespace default; there are none"),
)


@pytest.mark.parametrize(
    ("action", "target", "more", "words"),
    REFUSED,
    ids=[f"{a} {t} {w}" for a, t, _, w in REFUSED],
)
def test_refused(action: str, target: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        planned(action, target, **more)


def test_nodes_that_share_a_process_cannot_be_broken_one_by_one() -> None:
    shape = Shape(("apiserver", "kubelet/node-1..node-50", "kube-proxy/node-1..node-50"))
    with pytest.raises(Refused, match="--nodes-per-process 1"):
        planned("node-stop", "node/node-7", shape)


@pytest.mark.parametrize("action", list(ACTIONS))
def test_every_action_tells_its_symptom_and_recovery(action: str) -> None:
    words = sys.modules[ACTIONS[action].plan.__module__].__doc__ or ""
    assert words.startswith(action)
    assert "\nSymptom: " in words
    assert "\nRecovery: " in words


def test_every_action_is_in_the_kind() -> None:
    version = fault_crd()["spec"]["versions"][0]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert spec["properties"]["action"]["enum"] == list(ACTIONS)
