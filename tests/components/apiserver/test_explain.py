"""Explanations: the chain of causes in hand-written logs, and the resource as clients see it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import MAPS, PODS, Api, pod
from tuik8s.api.types import Object
from tuik8s.components.apiserver import causes
from tuik8s.components.apiserver.answers import encode_msgpack

BASE = "/apis/explain.tuik8s.dev/v1/namespaces/default/explanations"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
SET = "system:serviceaccount:kube-system:replicaset-controller"


@pytest.fixture(name="api")
def _api() -> Api:
    return Api(explanations=True)


def write(api: Api, key: str, author: str, cause: int = 0, **fields: Any) -> int:
    """A change in the log as a component would make it; its revision."""
    name = key.rpartition("/")[2]
    obj = {"kind": "X", "apiVersion": "v1", "metadata": {"name": name}, **fields}
    entry = api.server.store.put(key, encode_msgpack(obj), author=author, cause=cause)
    api.simulation.run_ms(20)
    return entry.revision


def steps(api: Api, name: str, query: str = "") -> list[tuple[str, str, str]]:
    """(object, reason, because) of each step."""
    found = api.get(f"{BASE}/{name}{query}")
    assert found.code == 200, found.text
    chain: list[Object] = found.body["status"]["chain"]
    return [
        (
            f"{step['object']['resource']}/{step['object']['name']}",
            step["reason"],
            step["because"]["how"],
        )
        for step in chain
    ]


@pytest.fixture(name="story")
def _story(api: Api) -> Api:
    """alice deploys, a controller makes a pod, it is bound, it runs, its kubelet says so again."""
    deployment = write(api, "deployments.apps/default/web", "alice")
    replicas = write(api, "replicasets.apps/default/web-1", SET, deployment)
    write(api, "pods/default/web-1-a", SET, replicas)
    write(api, "pods/default/web-1-a", "system:kube-scheduler", spec={"nodeName": "n"})
    for beat in ("1", "2", "3"):
        status = {"phase": "Running", "conditions": [{"type": "Ready", "lastHeartbeatTime": beat}]}
        write(api, "pods/default/web-1-a", "system:node:n", spec={"nodeName": "n"}, status=status)
    return api


WHOLE = [
    ("pods/web-1-a", "status set", "follows"),
    ("pods/web-1-a", "spec set", "follows"),
    ("pods/web-1-a", "created", "caused"),
    ("replicasets.apps/web-1", "created", "caused"),
    ("deployments.apps/web", "created", "command"),
]


@pytest.mark.parametrize("name", ["pods.web-1-a", "pod.web-1-a", "po.web-1-a"])
def test_back_to_the_command(story: Api, name: str) -> None:
    assert steps(story, name) == WHOLE


def test_of_an_earlier_moment(story: Api) -> None:
    chain = story.get(f"{BASE}/pods.web-1-a").body["status"]["chain"]
    exact = f"?resourceVersionMatch=Exact&resourceVersion={chain[0]['revision'] - 1}"
    assert steps(story, "pods.web-1-a", exact) == WHOLE[1:]
    assert steps(story, "replicasets.apps.web-1") == WHOLE[3:]


def test_an_object_that_is_gone(story: Api) -> None:
    entry = story.server.store.get("pods/default/web-1-a")
    assert entry is not None
    story.server.store.delete(entry.key, value=entry.value, author="bob")
    story.simulation.run_ms(20)
    assert steps(story, "pods.web-1-a") == [("pods/web-1-a", "deleted", "command")]


def test_where_the_log_ends(story: Api) -> None:
    chain = story.get(f"{BASE}/pods.web-1-a").body["status"]["chain"]
    story.server.store.compact(chain[2]["revision"])
    story.simulation.run_ms(20)
    assert steps(story, "pods.web-1-a") == [*WHOLE[:2], ("pods/web-1-a", "created", "gone")]
    exact = f"{BASE}/pods.web-1-a?resourceVersionMatch=Exact&resourceVersion=3"
    answer = story.get(exact)
    assert (answer.code, "kept are revisions" in answer.body["message"]) == (410, True)


def test_what_is_too_far_back_is_not_read(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes, "_PAGES_MAX", 2)
    write(api, "nodes//n", "system:node:n")
    for beat in range(120):
        status = {"conditions": [{"type": "Ready", "lastHeartbeatTime": str(beat)}]}
        write(api, "nodes//n", "system:node:n", status=status)
    assert steps(api, "nodes.n") == [("nodes/n", "nothing that counts", "more")]


def test_a_fault_since_the_last_change(api: Api) -> None:
    nodes = "system:serviceaccount:kube-system:node-controller"
    write(api, "nodes//n", "system:node:n", status={"phase": "a"})
    fault = {"action": "node-stop", "target": "node/n"}
    write(api, "faults.chaos.tuik8s.dev//other", "carol", spec={**fault, "target": "node/m"})
    write(api, "faults.chaos.tuik8s.dev//f", "carol", spec=fault)
    write(api, "faults.chaos.tuik8s.dev//f", "system:chaos", spec=fault, status={"phase": "Active"})
    taint = write(api, "nodes//n", nodes, status={"phase": "b"})
    write(api, "pods/default/p", "system:serviceaccount:kube-system:taint", taint)
    wanted = [
        ("nodes/n", "status.phase: a -> b", "fault"),
        ("faults.chaos.tuik8s.dev/f", "created: node-stop on node/n", "command"),
    ]
    assert steps(api, "nodes.n") == wanted
    assert steps(api, "pods.p") == [("pods/p", "created", "caused"), *wanted]
    write(api, "nodes//n", nodes, status={"phase": "c"})
    later = [("nodes/n", "status.phase: b -> c", "follows"), *wanted]
    assert steps(api, "nodes.n") == later


def test_the_decision_about_a_pod(api: Api) -> None:
    assert api.post(PODS, pod("web")).code == 201
    data = {"node": "", "message": "0/3 nodes are available: 3 Insufficient cpu.", "remedies": []}
    assert api.post("/notes/pods/default/web", {"kind": "decision", "data": data}).code == 202
    api.simulation.run_ms(20)
    status = api.get(f"{BASE}/pods.web").body["status"]
    assert status["decision"]["message"] == data["message"]
    assert status["message"] == "created, by admin"
    assert status["chain"][0]["tool"] == "test"


def test_a_table_has_a_row_for_each_step(story: Api) -> None:
    table = story.get(f"{BASE}/pods.web-1-a", accept=TABLE).body
    assert [column["name"] for column in table["columnDefinitions"] if not column["priority"]] == [
        "Revision", "Time", "Object", "Change", "By", "Because"
    ]  # fmt: skip
    cells = [row["cells"] for row in table["rows"]]
    assert [row[2] for row in cells][-2:] == ["replicaset/web-1", "deployment/web"]
    assert cells[3][4:6] == ["replicaset-controller", f"caused {cells[4][0]}"]
    assert cells[4][4:6] == ["alice", "command"]


def test_it_is_found_by_clients_and_read_only(api: Api) -> None:
    resources = api.get("/apis/explain.tuik8s.dev/v1").body["resources"]
    assert [(r["name"], r["verbs"]) for r in resources] == [("explanations", ["get"])]
    api.config_map("a")
    body = {"apiVersion": "explain.tuik8s.dev/v1", "kind": "Explanation"}
    assert api.post(BASE, {**body, "metadata": {"name": "configmaps.a"}}).code == 405
    assert api.delete(f"{BASE}/configmaps.a").code == 405
    assert api.get(BASE).code == 405
    assert api.get(f"{BASE}/configmaps.a", user="alice").code == 403
    yaml = api.get(f"{BASE}/configmaps.a", accept="application/yaml").text
    assert "kind: Explanation\n" in yaml


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pods", "the name is KIND.NAME, such as pods.web"),
        ("things.a", "the name is KIND.NAME, such as pods.web"),
        ("pods.none", 'pods "none" in namespace default is nowhere in the log'),
        ("nodes.none", 'nodes "none" is nowhere in the log'),
    ],
)
def test_what_is_not_there(api: Api, name: str, message: str) -> None:
    answer = api.get(f"{BASE}/{name}")
    assert answer.code == 404
    assert message in answer.body["message"]


def test_values_of_secrets_are_not_told(api: Api) -> None:
    secrets = "/api/v1/namespaces/default/secrets"
    api.post(secrets, {"metadata": {"name": "s"}, "stringData": {"password": "hunter2"}})
    api.patch(f"{secrets}/s", {"stringData": {"password": "correct horse"}})
    text = api.get(f"{BASE}/secrets.s").text
    assert "data.password" in text
    assert "aHVudGVyMg" not in text


def test_of_a_map_that_somebody_changed(api: Api) -> None:
    api.config_map("a", v="1")
    api.patch(f"{MAPS}/a", {"data": {"v": "2"}})
    assert steps(api, "cm.a") == [("configmaps/a", "data.v: 1 -> 2", "command")]
