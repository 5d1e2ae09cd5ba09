"""What is lost with pods, and what a fault would do, case by case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ui.test_settings import kind, thing
from tuik8s.api.types import Object
from tuik8s.ui.blast import Blast, blast_of
from tuik8s.ui.catalogue import (
    ACTIONS,
    Action,
    actions_of,
    command_of,
    fault_of,
    narrowed,
    targets_of,
)
from tuik8s.ui.consequences import Consequences
from tuik8s.ui.losses import BUDGETS, ENDPOINTS, losses_of


def a_pod(name: str, node: str = "n1", *, ready: bool = True) -> Object:
    conditions = [{"type": "Ready", "status": str(ready)}]
    pod = thing(name, spec={"nodeName": node}, status={"phase": "Running"})
    pod["metadata"]["labels"] = {"app": name[0]}
    pod["status"]["conditions"] = conditions
    return pod


def ends(service: str, *pods: str, ready: bool = True) -> Object:
    piece = thing(f"{service}-1")
    piece["metadata"]["labels"] = {"kubernetes.io/service-name": service}
    piece["endpoints"] = [
        {"conditions": {"ready": ready}, "targetRef": {"kind": "Pod", "name": pod}} for pod in pods
    ]
    return piece


def budget(app: str, healthy: int, wanted: int) -> Object:
    status = {"currentHealthy": healthy, "desiredHealthy": wanted}
    spec = {"selector": {"matchLabels": {"app": app}}}
    return thing(f"pdb-{app}", spec=spec, status=status)


PODS = [a_pod("a1"), a_pod("a2", "n2"), a_pod("b1"), a_pod("c1", ready=False)]
WORLD: dict[str, list[Any]] = {
    "pods": PODS,
    ENDPOINTS: [ends("a", "a1", "a2"), ends("b", "b1"), ends("dead", "c1", ready=False)],
    BUDGETS: [budget("a", 2, 2), budget("b", 1, 0), budget("c", 0, 1)],
    "services": [thing("a", spec={"selector": {"app": "a"}})],
    "deployments.apps": [thing("b", spec={"selector": {"matchLabels": {"app": "b"}}})],
}


def items(resource: str) -> list[Any]:
    return WORLD.get(resource, [])


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ([], ""),
        (["a1"], "PDB ns/pdb-a (1 < 2) violated"),
        (["b1"], "1 Service loses its last endpoint (ns/b)"),
        (["c1"], ""),
        (["a1", "a2", "b1"], "2 Services lose their last endpoint (ns/a, ns/b) · "
                             "PDB ns/pdb-a (0 < 2) violated"),
    ],
)  # fmt: skip
def test_what_is_lost_with_pods(gone: list[str], words: str) -> None:
    pods = [pod for pod in PODS if pod["metadata"]["name"] in gone]
    assert losses_of(pods, items).words == words


@pytest.mark.parametrize(
    ("resource", "names", "expected"),
    [
        ("pods", ["c1"], Blast(0, "1 pod")),
        ("pods", ["b1"], Blast(1, "1 pod · 1 Service loses its last endpoint (ns/b)")),
        ("nodes", ["n2"], Blast(1, "1 node, 1 pod · PDB ns/pdb-a (1 < 2) violated")),
    ],
)
def test_a_deletion_that_loses_something_is_asked_for(
    resource: str, names: list[str], expected: Blast
) -> None:
    targets = [pod for pod in PODS if pod["metadata"]["name"] in names] or [
        thing(name) for name in names
    ]
    assert blast_of(kind(resource), targets, 9, items) == expected


@pytest.mark.parametrize(
    ("target", "downs", "words"),
    [
        ("node/n2", True, "1 pod · PDB ns/pdb-a (1 < 2) violated"),
        ("node/n2", False, "1 pod run there"),
        ("component/kubelet/n2", True, "1 pod · PDB ns/pdb-a (1 < 2) violated"),
        ("component/kube-proxy/n2", True, "1 pod run there"),
        ("component/scheduler", True, "new pods stay Pending"),
        ("pod/ns/b1", True, "1 pod · 1 Service loses its last endpoint (ns/b)"),
        ("deployment/ns/b", True, "1 pod · 1 Service loses its last endpoint (ns/b)"),
        ("deployment/ns/none", True, "0 pods"),
        ("service/ns/a", False, "2 pods behind it"),
    ],
)
def test_consequences(target: str, downs: bool, words: str) -> None:
    shown = Consequences(items).of(target, downs_pods=downs)
    assert shown.replace("runs", "run") == words


def test_each_list_is_gone_over_once_for_all_targets() -> None:
    read: list[str] = []

    def counting(resource: str) -> list[Any]:
        read.append(resource)
        return items(resource)

    consequences = Consequences(counting)
    for target in ("node/n1", "node/n2", "pod/ns/a1", "service/ns/a", "deployment/ns/b"):
        for downs in (True, False):
            consequences.of(target, downs_pods=downs)
    assert sorted(read) == sorted(WORLD)


@pytest.mark.parametrize(
    ("spec", "command"),
    [
        ({"action": "node-stop", "target": "node/a"}, "tuik8s chaos node-stop node/a"),
        (
            {"action": "pod-kill", "target": "pods", "schedule": "every 30s for 5s", "count": 1},
            "tuik8s chaos pod-kill pods --schedule 'every 30s for 5s' --count 1",
        ),
        (
            {"action": "node-drain", "target": "node/a", "override": True},
            "tuik8s chaos node-drain node/a --override",
        ),
        ({"action": "x", "target": "$(rm)"}, "tuik8s chaos x '$(rm)'"),
    ],
)
def test_what_one_would_type(spec: Object, command: str) -> None:
    assert command_of(spec) == command
    assert fault_of(spec)["metadata"] == {"generateName": f"{spec['action']}-"}
    assert fault_of(spec, "f")["metadata"] == {"name": "f"}


def definition(text: str) -> Object:
    return {"metadata": {"annotations": {ACTIONS: text}}}


STOP = {"group": "node", "words": "a node dies", "targets": ["node"], "symptom": "NotReady"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (json.dumps({"node-stop": STOP}), ["node-stop"]),
        (json.dumps({"node-stop": STOP, "odd": {"words": 3}, "more": [1]}), ["node-stop"]),
        ("no json", []),
        ("[1]", []),
        ("[" * 100_000, []),
        ('{"node-stop": null}', []),
    ],
)
def test_a_catalogue_that_somebody_spoilt_is_read_as_far_as_it_goes(
    text: str, names: list[str]
) -> None:
    assert list(actions_of(definition(text))) == names
    assert actions_of(None) == {}


KNOWN = {
    "node-stop": Action("node", "a node dies", ("node",), symptom="NotReady, then eviction"),
    "link-drop": Action("link", "messages are lost", ("component", "node")),
    "pod-oom": Action("pod", "killed for want of memory", ("pod",)),
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["node-stop", "link-drop", "pod-oom"]),
        ("node", ["node-stop"]),
        ("notready", ["node-stop"]),
        ("memory", ["pod-oom"]),
        ("lkdp", ["link-drop"]),
        ("drop link", ["link-drop"]),
        ("o", ["node-stop", "link-drop", "pod-oom"]),
        ("zzz", []),
    ],
)
def test_narrowing_by_name_and_symptom(text: str, found: list[str]) -> None:
    assert narrowed(KNOWN, text, KNOWN) == found


def test_targets_at_hand() -> None:
    assert targets_of("pod", PODS[1]) == ["pod/ns/a2", "node/n2", "component/kubelet/n2"]
    assert targets_of("node", {"metadata": {"name": "n"}}) == ["node/n", "component/kubelet/n"]
    assert targets_of("deployment", thing("d")) == ["deployment/ns/d"]
    assert targets_of("configmap", thing("c")) == []
    assert KNOWN["pod-oom"].takes("deployment/ns/d")
    assert not KNOWN["node-stop"].takes("pod/ns/a2")
