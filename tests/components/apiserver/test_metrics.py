"""metrics.k8s.io, computed from what kubelets say: lists, tables, selectors, what is missing."""

from __future__ import annotations

import json

import pytest

from tests.components.apiserver.plant import Api
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import encode_msgpack
from tuik8s.components.apiserver.summaries import RESOLUTION_MS
from tuik8s.world.network import Address, Answering, HttpAnswer, HttpRequest

BASE = "/apis/metrics.k8s.io/v1beta1"
PODS = f"{BASE}/namespaces/default/pods"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
TIME = "2026-01-01T00:00:10Z"


def stats(cpu_millis: int, memory_bytes: int) -> Object:
    cpu = {"time": TIME, "usageNanoCores": cpu_millis * 1_000_000}
    return {"cpu": cpu, "memory": {"time": TIME, "workingSetBytes": memory_bytes}}


class Kubelet:
    """Says what it is told to, and counts how often it was asked."""

    def __init__(self, api: Api, node: str, **containers: int) -> None:
        self.asked = 0
        pods = [
            {"podRef": {"uid": f"uid-{pod}"}, "containers": [{"name": "c", **stats(cpu, 8 << 20)}]}
            for pod, cpu in containers.items()
        ]
        self.body = json.dumps({"node": stats(500, 1 << 30), "pods": pods}).encode()
        network = api.simulation.host(node).network
        network.listen(Address(f"kubelet.{node}", 10250), Answering(self.answer))

    def answer(self, request: HttpRequest) -> HttpAnswer:
        self.asked += 1
        known = request.path == "/stats/summary"
        return HttpAnswer(200, self.body) if known else HttpAnswer(404)


def put(api: Api, resource: str, name: str, namespace: str = "", **fields: object) -> None:
    meta = {"name": name, "uid": f"uid-{name}", "labels": {"app": name}}
    if namespace:
        meta["namespace"] = namespace
    obj = {"kind": "X", "apiVersion": "v1", "metadata": meta, **fields}
    api.server.store.put(f"{resource}/{namespace}/{name}", encode_msgpack(obj), author="test")


def put_pod(api: Api, name: str, node: str, phase: str = "Running") -> None:
    put(api, "pods", name, "default", spec={"nodeName": node}, status={"phase": phase})


@pytest.fixture(name="api")
def _api() -> Api:
    api = Api(metrics=True)
    for node in ("n1", "n2"):
        put(api, "nodes", node)
    for name, node, phase in (
        ("a", "n1", "Running"),
        ("b", "n1", "Running"),
        ("young", "n1", "Running"),
        ("done", "n1", "Succeeded"),
        ("cut-off", "n2", "Running"),
    ):
        put_pod(api, name, node, phase)
    api.simulation.run_ms(20)
    return api


def names(found: Object) -> list[str]:
    return [item["metadata"]["name"] for item in found["items"]]


def test_pods_have_metrics_when_their_kubelet_says_so(api: Api) -> None:
    Kubelet(api, "n1", a=250, b=1)
    found = api.get(PODS).body
    assert (found["kind"], found["metadata"]) == ("PodMetricsList", {})
    assert names(found) == ["a", "b"]
    first = found["items"][0]
    assert first["containers"] == [{"name": "c", "usage": {"cpu": "250m", "memory": "8Mi"}}]
    assert (first["timestamp"], first["window"]) == (TIME, "10s")
    assert first["metadata"]["labels"] == {"app": "a"}


@pytest.mark.parametrize(
    ("query", "want"),
    [
        ("?labelSelector=app=b", ["b"]),
        ("?labelSelector=app!=b", ["a"]),
        ("?fieldSelector=metadata.name%3Da", ["a"]),
        ("?limit=500", ["a", "b"]),
    ],
)
def test_selected(api: Api, query: str, want: list[str]) -> None:
    Kubelet(api, "n1", a=250, b=1)
    assert names(api.get(PODS + query).body) == want


def test_nodes_whose_kubelets_do_not_answer_are_left_out(api: Api) -> None:
    Kubelet(api, "n1")
    found = api.get(f"{BASE}/nodes").body
    assert names(found) == ["n1"]
    assert found["items"][0]["usage"] == {"cpu": "500m", "memory": "1Gi"}


def test_a_kubelet_is_asked_once_in_a_window(api: Api) -> None:
    kubelet = Kubelet(api, "n1", a=1)
    for _ in range(3):
        api.get(PODS)
    assert kubelet.asked == 1
    api.simulation.run_ms(RESOLUTION_MS)
    api.get(PODS)
    assert kubelet.asked == 2


def test_a_kubelet_that_speaks_nonsense_is_as_one_that_is_silent(api: Api) -> None:
    Kubelet(api, "n1", a=1).body = b'{"node": 1}'
    assert names(api.get(PODS).body) == []


def test_table(api: Api) -> None:
    Kubelet(api, "n1", a=250, b=1)
    found = api.get(PODS, accept=TABLE).body
    columns = [(c["name"], c["format"]) for c in found["columnDefinitions"]]
    assert columns == [
        ("Name", "name"),
        ("cpu", "quantity"),
        ("memory", "quantity"),
        ("Window", "duration"),
    ]
    assert [row["cells"] for row in found["rows"]] == [
        ["a", "250m", "8Mi", "10s"],
        ["b", "1m", "8Mi", "10s"],
    ]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"{PODS}/nobody", 'pods "nobody" not found'),
        (f"{PODS}/young", 'podmetrics.metrics.k8s.io "default/young" not found'),
        (f"{PODS}/cut-off", 'podmetrics.metrics.k8s.io "default/cut-off" not found'),
        (f"{BASE}/nodes/n9", 'nodemetrics.metrics.k8s.io "n9" not found'),
    ],
)
def test_not_found(api: Api, url: str, message: str) -> None:
    Kubelet(api, "n1", a=250, b=1)
    answer = api.get(url)
    assert (answer.code, answer.body["message"]) == (404, message)


def test_one(api: Api) -> None:
    Kubelet(api, "n1", a=250)
    assert api.get(f"{PODS}/a").body["kind"] == "PodMetrics"
    assert api.get(f"{BASE}/nodes/n1").body["usage"]["cpu"] == "500m"


def test_it_is_read_only_and_says_what_it_has(api: Api) -> None:
    assert api.post(PODS, {"metadata": {"name": "x"}}).code == 405
    assert api.get(f"{PODS}?watch=true").code == 405
    resources = api.get(BASE).body["resources"]
    assert [(r["name"], r["kind"], r["verbs"]) for r in resources] == [
        ("nodes", "NodeMetrics", ["get", "list"]),
        ("pods", "PodMetrics", ["get", "list"]),
    ]


def test_without_it_there_is_no_such_group() -> None:
    assert Api().get(BASE).code == 404


def test_a_node_that_is_gone_is_not_remembered(api: Api) -> None:
    Kubelet(api, "n1", a=250)
    api.get(f"{BASE}/nodes")
    assert api.server.core.summaries.count == 2
    api.server.store.delete("nodes//n2", value=b"", author="test")
    api.simulation.run_ms(RESOLUTION_MS)
    api.get(f"{BASE}/nodes")
    assert api.server.core.summaries.count == 1
