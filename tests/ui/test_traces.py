"""Steps of a trace, the diagram, chains of causes, decisions and what-if forms; pure, by cases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.scheduler.fixtures import decide, node, pod
from tuik8s.ui.causes import Chain, chain_lines
from tuik8s.ui.decision import node_columns, node_rows, placement, told
from tuik8s.ui.history import LogChange
from tuik8s.ui.lines import text_of
from tuik8s.ui.refs import Ref
from tuik8s.ui.sequence import draw, lanes_of
from tuik8s.ui.trace import Step, endpoint_changes, last_life, path_rows, steps_of
from tuik8s.ui.what_if import BadField, changed, fields_of
from tuik8s.ui.what_if import told as difference

POD = Ref("pods", "ns", "p")
SCHEDULER, KUBELET = "system:kube-scheduler", "system:node:n1"
OWNER = "system:serviceaccount:kube-system:replicaset-controller"


def change(
    revision: int, author: str, before: Any, after: Any, ref: Ref = POD, at_ms: int = -1
) -> LogChange:
    what = "ADDED" if before is None else "DELETED" if after is None else "MODIFIED"
    at_ms = revision if at_ms < 0 else at_ms
    return LogChange(revision, at_ms, what, ref, author, 0, before, after)


def a_pod(node_name: str = "", ready: str = "", phase: str = "Pending") -> Any:
    conditions = [{"type": "Ready", "status": ready}] if ready else []
    return {
        "metadata": {"name": "p"},
        "spec": {"nodeName": node_name} if node_name else {},
        "status": {"phase": phase, "conditions": conditions},
    }


def an_event(reason: str, kind: str = "Normal") -> Any:
    return {"metadata": {}, "reason": reason, "message": "words", "type": kind}


SET = change(1, "alice", None, {"metadata": {}}, Ref("replicasets.apps", "ns", "r"))
OWN = [
    change(2, OWNER, None, a_pod()),
    change(4, SCHEDULER, a_pod(), a_pod("n1")),
    change(6, KUBELET, a_pod("n1"), a_pod("n1", "False", "Running")),
    change(9, KUBELET, a_pod("n1", "False", "Running"), a_pod("n1", "True", "Running"), at_ms=109),
    change(12, KUBELET, a_pod("n1", "True", "Running"), a_pod("n1", "False", "Running")),
]
EVENTS = [
    change(5, SCHEDULER, None, an_event("Scheduled")),
    change(7, KUBELET, None, an_event("Pulled")),
    change(8, KUBELET, None, an_event("Failed", "Warning")),
]


def steps() -> list[Step]:
    return steps_of([SET], OWN, EVENTS, [])


def test_steps_are_in_order_and_end_when_the_pod_is_ready() -> None:
    told_steps = [(step.lane, step.text, step.style) for step in steps()]
    assert told_steps == [
        ("alice", "POST replicaset", ""),
        ("replicaset-controller", "POST pod", ""),
        ("scheduler", "bind to n1", ""),
        ("kubelet", "status: Running", ""),
        ("kubelet", "Pulled: words", ""),
        ("kubelet", "Failed: words", "bad"),
        ("kubelet", "status: Ready", "ok"),
    ]


def test_where_the_time_went() -> None:
    assert path_rows(steps())[0] == ("kubelet: Ready", 101)
    assert ("replicaset: POST pod", 1) in path_rows(steps())


def test_a_name_that_was_used_before_begins_anew() -> None:
    again = change(20, OWNER, None, a_pod())
    assert last_life([*OWN, change(15, "alice", a_pod(), None), again]) == [again]
    assert last_life(OWN[1:]) == OWN[1:]


def test_the_first_slice_with_the_pod_ready() -> None:
    def slice_(ready: bool) -> Any:
        endpoint = {"targetRef": {"name": "p"}, "conditions": {"ready": ready}}
        return {"metadata": {}, "endpoints": [endpoint]}

    where = Ref("endpointslices.discovery.k8s.io", "ns", "s")
    waits = change(3, "x", None, slice_(False), where)
    serves = change(4, "x", slice_(False), slice_(True), where)
    assert endpoint_changes([waits, serves], "p") == [serves]
    assert endpoint_changes([waits, serves], "other") == []


def test_the_diagram_has_a_lane_for_each_and_fits() -> None:
    assert lanes_of(steps()) == [
        "alice",
        "apiserver",
        "replicaset-controller",
        "scheduler",
        "kubelet",
    ]
    lines, uids = draw(steps(), 120)
    texts = [text_of(each) for each in lines]
    assert all(len(text) <= 120 for text in texts)
    assert texts[0].split()[:5] == ["alice", "apiserver", "replicaset", "scheduler", "kubelet"]
    assert "├─POST replicaset" in texts[1]
    assert "◂" in texts[2]
    assert texts[2].rstrip().endswith("#2")
    assert any("▒ 101 ms" in text for text in texts)
    assert [uid for uid in uids if uid] == [step.uid for step in steps()]
    assert draw([], 120) == ([], [])
    assert all(
        text.count("│") or "after" in text for text in (text_of(x) for x in draw(steps(), 20)[0])
    )


def chain(*found: dict[str, Any]) -> list[str]:
    made = Chain.__new__(Chain)
    made.steps, made.refused = list(found), ""
    lines, uids = chain_lines(made)
    assert len(lines) == len(uids)
    return [text_of(each).split("  #")[0] for each in lines]


def a_step(
    revision: int, how: str, what: str = "MODIFIED", author: str = KUBELET
) -> dict[str, Any]:
    return {
        "revision": revision,
        "time": "2026-01-01T00:00:00.000000Z",
        "type": what,
        "object": {"resource": "pods", "kind": "Pod", "name": "p", "namespace": "ns"},
        "author": author,
        "reason": "phase" if what == "MODIFIED" else "created",
        "because": {"how": how},
    }


def test_a_chain_is_told_from_the_last_change_to_the_command() -> None:
    assert chain(a_step(9, "caused"), a_step(1, "command", "ADDED", "alice")) == [
        "kubelet/n1 changed pod ns/p",
        "  phase",
        "  because alice created pod ns/p",
        "    nothing before it: that was the command",
    ]


def test_a_fault_is_named_as_the_cause() -> None:
    fault = a_step(1, "command", "ADDED", "alice")
    fault["object"] = {"resource": "faults.chaos.tuik8s.dev", "kind": "Fault", "name": "f"}
    fault["reason"] = "created: node-stop on node/n1"
    assert chain(a_step(9, "fault"), fault)[2:4] == [
        "  because of a fault: alice created fault f",
        "    created: node-stop on node/n1",
    ]


def test_many_changes_by_the_same_author_are_one_line() -> None:
    many = [a_step(revision, "follows") for revision in (9, 8, 7, 6, 5)]
    lines = chain(*many, a_step(1, "start", "ADDED", OWNER))
    assert "  after 3 more changes of it by the same author" in lines
    assert sum("kubelet/n1 changed" in text for text in lines) == 2


def test_a_decision_for_a_pod_that_fits_nowhere() -> None:
    taint = [{"key": "gpu", "effect": "NoSchedule"}]
    _, found = decide(pod("p", cpu="6"), node("a"), node("b", cpu="8", taints=taint))
    text = "\n".join(text_of(each) for each in told(found))
    assert "default/p fits on no node." in text
    assert "NodeResourcesFit" in text
    assert "1. " in text
    rows = node_rows(found)
    assert {name for name, *_ in rows} == {"a", "b"}
    assert all(health == "bad" for *_, health in rows)
    assert len(rows[0][1]) == len(node_columns(found))


def test_a_decision_for_a_placed_pod_ranks_the_nodes() -> None:
    _, found = decide(pod("p", cpu="1"), node("a"), node("b", cpu="8"), node("c", cpu="500m"))
    rows = node_rows(found)
    assert rows[0][0] == found["node"]
    assert rows[-1][0] == "c"
    assert rows[-1][3] == "bad"
    assert all(len(cells) == len(keys) == len(node_columns(found)) for _, cells, keys, _ in rows)


@pytest.mark.parametrize(
    ("spec", "conditions", "expected"),
    [
        ({"nodeName": "n"}, [], ("n", "Scheduled", "ok")),
        ({}, [], ("", "Waiting", "warn")),
        (
            {},
            [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}],
            ("", "Unschedulable", "bad"),
        ),
    ],
)
def test_how_a_pod_is_placed(spec: Any, conditions: Any, expected: Any) -> None:
    meta = {"name": "p", "creationTimestamp": "1970-01-01T00:00:01Z"}
    found = placement({"metadata": meta, "spec": spec, "status": {"conditions": conditions}})
    assert (found.node, found.state, found.style) == expected
    assert found.at_ms == 1_000


WANTED = pod("p", cpu="2", labels={"app": "web"}, tolerations=[
    {"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 300},
])  # fmt: skip


def form(**fields: str) -> dict[str, str]:
    return {**fields_of(WANTED), **{k.replace("_", " "): v for k, v in fields.items()}}


def test_a_form_shows_the_pod_and_leaves_it_alone() -> None:
    assert form() == {
        "cpu": "2",
        "memory": "",
        "node selector": "",
        "tolerations": "gpu=yes:NoSchedule",
        "labels": "app=web",
    }
    assert changed(WANTED, form())["spec"]["tolerations"] == WANTED["spec"]["tolerations"]
    assert difference(WANTED, form()) == "as it is"


def test_a_form_makes_another_pod() -> None:
    fields = form(cpu="500m", memory="1Gi", node_selector="zone=a", tolerations="*, disk:NoExecute")
    found = changed(WANTED, fields)
    requests = found["spec"]["containers"][0]["resources"]["requests"]
    assert requests == {"cpu": "500m", "memory": "1Gi"}
    assert found["spec"]["nodeSelector"] == {"zone": "a"}
    assert found["spec"]["tolerations"][:2] == [
        {"operator": "Exists"},
        {"operator": "Exists", "key": "disk", "effect": "NoExecute"},
    ]
    assert found["spec"]["tolerations"][2]["tolerationSeconds"] == 300
    assert WANTED["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "2"}
    assert difference(WANTED, form(cpu="1", labels="")) == "cpu 1, labels none"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"cpu": "lots"}, "cpu: 'lots' is no quantity"),
        ({"labels": "app"}, "labels: 'app' is not key=value"),
        ({"node_selector": "=x"}, "node selector: '=x' is not key=value"),
        ({"tolerations": "a:Never"}, "tolerations: 'Never' is none of NoSchedule"),
    ],
)
def test_what_a_form_cannot_read(fields: dict[str, str], says: str) -> None:
    with pytest.raises(BadField, match=says):
        changed(WANTED, form(**fields))
