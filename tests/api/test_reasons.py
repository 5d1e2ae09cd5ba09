"""Changes in words: tables of authors, of changes, and of faults that concern objects or not."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.kinds.registry import builtin
from tuik8s.api.reasons import (
    component_of,
    concerns,
    is_news,
    reason_of,
    shown_author,
    tool_of,
)
from tuik8s.api.types import Key, Object

KINDS = builtin()
POD = Key("pods", "shop", "web-1")


def meta(**fields: Any) -> Object:
    return {"metadata": {"name": "x", **fields}}


@pytest.mark.parametrize(
    ("author", "component", "shown"),
    [
        ("system:node:node-1", "kubelet/node-1", "kubelet/node-1"),
        ("system:kube-scheduler", "scheduler", "scheduler"),
        (
            "system:serviceaccount:kube-system:job-controller",
            "controller-manager/job-controller",
            "job-controller",
        ),
        ("system:chaos", "chaos", "chaos"),
        ("store", "apiserver", "apiserver"),
        ("system:serviceaccount:shop:robot", "", "system:serviceaccount:shop:robot"),
        ("kubernetes-admin", "", "kubernetes-admin"),
        ("system:admin", "", "system:admin"),
        ("", "", "-"),
    ],
)
def test_authors(author: str, component: str, shown: str) -> None:
    assert (component_of(author), shown_author(author)) == (component, shown)


def test_the_tool_is_the_manager_of_this_change() -> None:
    first = {"manager": "kubectl-create", "time": "2026-01-01"}
    second = {"manager": "kubectl-edit", "time": "2026-01-02"}
    beside = {"manager": "kubelet", "time": "2026-01-03"}
    old, new = meta(managedFields=[first, beside]), meta(managedFields=[first, beside, second])
    assert tool_of(None, meta(managedFields=[first])) == "kubectl-create"
    assert tool_of(old, new) == "kubectl-edit"
    assert tool_of(new, None) == tool_of(None, meta()) == ""


WIDGET = Key("widgets.example.com", "shop", "w")
READY = {"type": "Ready", "status": "True", "lastTransitionTime": "a"}


@pytest.mark.parametrize(
    ("key", "old", "new", "reason"),
    [
        (POD, None, meta(), "created"),
        (POD, meta(), None, "deleted"),
        (
            Key("faults.chaos.tuik8s.dev", "", "f"),
            None,
            {"spec": {"action": "node-stop", "target": "node/node-2"}},
            "created: node-stop on node/node-2",
        ),
        (
            Key("events", "shop", "e"),
            None,
            {"reason": "Killing", "message": "Stopping container"},
            "created: Killing: Stopping container",
        ),
        (
            POD,
            meta(),
            meta(deletionTimestamp="t", deletionGracePeriodSeconds=30),
            "asked to go within 30s",
        ),
        (POD, {"spec": {}}, {"spec": {"nodeName": "n"}}, "spec.nodeName: none -> n"),
        (
            POD,
            {"status": {"conditions": [READY], "phase": "Pending", "hostIP": ""}},
            {
                "status": {
                    "conditions": [{**READY, "status": "False", "lastTransitionTime": "b"}],
                    "phase": "Running",
                    "hostIP": "1.2.3.4",
                }
            },
            'status.phase: Pending -> Running, Ready: True -> False, status.hostIP: "" -> 1.2.3.4 '
            "and 1 more",
        ),
        (POD, {"spec": {"tolerations": None}}, {"spec": {"tolerations": [1]}},
         "spec.tolerations set"),
        (
            POD,
            {"status": {}},
            {"status": {"conditions": [{"type": "PodScheduled", "status": "False"}]}},
            "PodScheduled: False",
        ),
        (
            POD,
            {"status": {"conditions": [READY]}},
            {"status": {"conditions": [{"type": "Initialized", "status": "True"}]}},
            "Ready: True -> none, Initialized: True",
        ),
        (POD, {"spec": {"a": {"b": 1}}}, {"spec": {}}, "spec.a gone"),
        (WIDGET, {"status": {}}, {"status": {"conditions": "fine"}},
         "status.conditions: none -> fine"),
        (WIDGET, {"status": {}}, {"status": {"conditions": ["a"]}}, "status.conditions set"),
        (WIDGET, {"status": {}}, {"status": {"conditions": {"a": 1}}}, "status.conditions set"),
        (Key("faults.example.com", "", "f"), None, {"spec": "an action"}, "created"),
        (
            Key("secrets", "shop", "s"),
            {"data": {"password": "b2xk"}},
            {"data": {"password": "bmV3"}},
            "data.password",
        ),
        (POD, meta(resourceVersion="1"), meta(resourceVersion="2"), "nothing that counts"),
    ],
)  # fmt: skip
def test_reasons(key: Key, old: Object | None, new: Object | None, reason: str) -> None:
    kind = KINDS.by_resource(key.resource)
    assert reason_of(key, old, new, kind.schema if kind is not None else None) == reason


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (meta(resourceVersion="1"), meta(resourceVersion="2"), False),
        ({"spec": {"renewTime": "a"}}, {"spec": {"renewTime": "b"}}, False),
        (
            {"status": {"conditions": [{"type": "Ready", "lastHeartbeatTime": "a"}]}},
            {"status": {"conditions": [{"type": "Ready", "lastHeartbeatTime": "b"}]}},
            False,
        ),
        ({"spec": {"renewTime": "a"}}, {"spec": {"renewTime": "b", "holder": "x"}}, True),
        (None, meta(), True),
        (meta(), None, True),
    ],
)
def test_news(old: Object | None, new: Object | None, wanted: bool) -> None:
    assert is_news(old, new) is wanted


RUNNING: Object = {
    "metadata": {"ownerReferences": [{"kind": "ReplicaSet", "name": "web-79578"}]},
    "spec": {"nodeName": "node-2"},
}


@pytest.mark.parametrize(
    ("target", "concerned"),
    [
        ("node/node-2", True),
        ("node/node-1", False),
        ("component/kubelet/node-2", True),
        ("component/kubelet/node-1", False),
        ("component/scheduler", False),
        ("pod/web-1", True),
        ("pod/shop/web-1", True),
        ("pod/web-2", False),
        ("deployment/web", True),
        ("replicaset/web-79578", True),
        ("deployment/other", False),
        ("nodes", False),
    ],
)
def test_faults_concern_what_they_break(target: str, concerned: bool) -> None:
    assert concerns({"spec": {"target": target}}, POD, [RUNNING, None]) is concerned
    found = {"spec": {"target": "pods"}, "status": {"targets": [target]}}
    assert concerns(found, POD, [None, RUNNING]) is concerned


def test_a_nodes_lease_is_the_nodes() -> None:
    fault = {"spec": {"target": "node/node-2"}}
    lease = Key("leases.coordination.k8s.io", "kube-node-lease", "node-2")
    assert concerns(fault, lease, [meta()])
    assert concerns(fault, Key("nodes", "", "node-2"), [meta()])
    assert not concerns(fault, Key("nodes", "", "node-20"), [meta()])


@pytest.mark.parametrize("spec", [None, "text", ["nodeName"], 5])
def test_a_custom_resource_may_have_any_spec(spec: object) -> None:
    obj: Object = {**meta(), "spec": spec}
    assert concerns({"spec": {"target": "widget/w"}}, WIDGET, [None, obj])
    assert not concerns({"spec": {"target": "node/node-1"}}, WIDGET, [None, obj])
