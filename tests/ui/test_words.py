"""What is said of objects and of the cluster: pure functions, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.ui.custom import kinds_of
from tuik8s.ui.describe import describe, shown, yaml_of
from tuik8s.ui.problems import problems
from tuik8s.ui.rows import node, pod, workload
from tuik8s.ui.screens.changes import delete_commands
from tuik8s.ui.screens.overview import bar

NOW_MS = 60_000


def a_node(ready: str = "True", *, cordoned: bool = False, **pressure: str) -> Any:
    conditions = [{"type": "Ready", "status": ready, "message": "silent"}]
    conditions += [{"type": kind, "status": status} for kind, status in pressure.items()]
    spec = {"unschedulable": True} if cordoned else {}
    return {"metadata": {"name": "n"}, "spec": spec, "status": {"conditions": conditions}}


def a_pod(name: str = "p", *, owner: str = "", **status: Any) -> Any:
    meta: dict[str, Any] = {"name": name, "namespace": "ns"}
    if owner:
        meta["ownerReferences"] = [{"kind": "ReplicaSet", "name": owner}]
    return {"metadata": meta, "spec": {}, "status": status}


def waiting(reason: str) -> Any:
    return {"containerStatuses": [{"name": "c", "state": {"waiting": {"reason": reason}}}]}


UNSCHEDULED: Any = {
    "conditions": [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes fit"}]
}
SERVICE = {"metadata": {"name": "s", "namespace": "ns"}, "spec": {"selector": {"app": "a"}}}


def piece(*, ready: bool) -> Any:
    labels = {"kubernetes.io/service-name": "s"}
    meta = {"name": "s-1", "namespace": "ns", "labels": labels}
    return {"metadata": meta, "endpoints": [{"conditions": {"ready": ready}}]}


def fault(phase: str) -> Any:
    spec = {"action": "node-crash", "target": "node/n"}
    return {"metadata": {"name": "f"}, "spec": spec, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (problems([a_node()], [], [], [], []), []),
        (problems([a_node("Unknown")], [], [], [], []), ["node n is not ready (Unknown): silent"]),
        (problems([a_node(cordoned=True)], [], [], [], []), ["node n is cordoned"]),
        (problems([a_node(DiskPressure="True")], [], [], [], []), ["node n has DiskPressure"]),
        (problems([], [a_pod(**waiting("ContainerCreating"))], [], [], []), []),
        (
            problems([], [a_pod(**waiting("CrashLoopBackOff"))], [], [], []),
            ["pod ns/p: c CrashLoopBackOff"],
        ),
        (
            problems([], [a_pod(n, owner="web", **UNSCHEDULED) for n in "ab"], [], [], []),
            ["2 pods of ns/web: 0/3 nodes fit"],
        ),
        (
            problems([], [a_pod(phase="Failed", reason="Evicted")], [], [], []),
            ["pod ns/p: failed Evicted"],
        ),
        (problems([], [], [SERVICE], [piece(ready=True)], []), []),
        (
            problems([], [], [SERVICE], [piece(ready=False)], []),
            ["service ns/s has no ready endpoints"],
        ),
        (problems([], [], [], [], [fault("Active")]), ["fault f: node-crash node/n"]),
        (problems([], [], [], [], [fault("Healed")]), []),
    ],
)
def test_problems(found: list[Any], expected: list[str]) -> None:
    assert [problem.text for problem in found] == expected


def test_the_worst_problem_is_first() -> None:
    found = problems([a_node("False"), a_node(cordoned=True)], [], [SERVICE], [], [])
    assert [problem.severity for problem in found] == [2, 1, 1]


READY: Any = {"conditions": [{"type": "Ready", "status": "True"}]}


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (pod.health(a_pod(phase="Running", **READY)), "ok"),
        (pod.health(a_pod(phase="Pending")), "warn"),
        (pod.health(a_pod(phase="Succeeded")), ""),
        (pod.health(a_pod(phase="Failed")), "bad"),
        (pod.health(a_pod(phase="Running", **waiting("CrashLoopBackOff"))), "bad"),
        (node.health(a_node()), "ok"),
        (node.health(a_node(cordoned=True)), "warn"),
        (node.health(a_node("Unknown")), "bad"),
        (node.health({"metadata": {"name": "new"}, "spec": {}}), "bad"),
        (workload.health({"spec": {"replicas": 2}, "status": {"readyReplicas": 2}}), "ok"),
        (workload.health({"spec": {"replicas": 2}, "status": {"readyReplicas": 1}}), "warn"),
        (workload.health({"spec": {"replicas": 2}}), "bad"),
        (workload.health({"spec": {"replicas": 0}}), ""),
    ],
)
def test_health(health: str, expected: str) -> None:
    assert health == expected


def test_control_characters_are_shown_not_sent() -> None:
    assert shown("a\x1b[31mb\nc") == "a\\x1b[31mb\nc"
    evil = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"k": "\x1b]0;own\x07"}}
    assert "\x1b" not in describe(evil, [], NOW_MS)
    assert "\x1b" not in yaml_of(evil)


def test_a_secret_is_described_by_its_sizes() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "aHVudGVyMg=="}}
    text = describe(secret, [], NOW_MS)
    assert "password:  7 bytes" in text
    assert "aHVudGVyMg" not in text


def test_a_description_ends_with_events() -> None:
    event = {
        "type": "Warning",
        "reason": "BackOff",
        "lastTimestamp": "1970-01-01T00:00:30Z",
        "source": {"component": "kubelet"},
        "message": "again\nand again",
    }
    last = describe(a_pod(), [event], NOW_MS).splitlines()[-1]
    assert last.split() == ["Warning", "BackOff", "30s", "kubelet", "again", "and", "again"]
    assert describe(a_pod(), [], NOW_MS).endswith("Events:       <none>")


def test_yaml_leaves_managed_fields_out() -> None:
    obj = {"kind": "Pod", "metadata": {"name": "p", "managedFields": [{"manager": "me"}]}}
    assert "manager" not in yaml_of(obj)


def test_a_custom_kind_brings_its_columns() -> None:
    column = {"name": "Size", "type": "integer", "jsonPath": ".spec.size"}
    unreadable = {"name": "Odd", "type": "string", "jsonPath": ".spec["}
    columns = [column, unreadable]
    versions = [
        {"name": "v1alpha1", "served": True, "storage": False},
        {"name": "v1", "served": True, "storage": True, "additionalPrinterColumns": columns},
    ]
    names = {"kind": "Widget", "plural": "widgets", "shortNames": ["wi"]}
    spec = {"group": "x.io", "scope": "Cluster", "names": names, "versions": versions}
    [kind] = kinds_of({"spec": spec})
    assert (kind.resource, kind.version, kind.singular) == ("widgets.x.io", "v1", "widget")
    assert not kind.namespaced
    obj = {"metadata": {"name": "w"}, "spec": {"size": 3}}
    values = [str(c.value(obj, NOW_MS)) for c in kind.rules.columns or ()]
    assert values == ["w", "3"]


@pytest.mark.parametrize(
    ("used", "room", "expected"),
    [(0, 0, "           0%"), (1, 2, "██        50%"), (9, 4, "████     225%")],
)
def test_bar(used: int, room: int, expected: str) -> None:
    assert bar(used, room, 4).split() == expected.split()


def test_delete_says_one_command_per_namespace() -> None:
    targets = [{"metadata": {"name": n, "namespace": ns}} for n, ns in ("ax", "bx", "cy")]
    expected = "kubectl delete pods a b -n x; kubectl delete pods c -n y"
    assert delete_commands("pods", targets) == expected
