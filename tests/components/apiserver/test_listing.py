"""Lists: snapshots, pages, selectors, and the words of what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import MAPS, PODS, Api, pod
from tuik8s.components.apiserver.listing import decode_token, encode_token


def names(body: Any) -> list[str]:
    return [item["metadata"]["name"] for item in body["items"]]


@pytest.fixture
def filled(api: Api) -> Api:
    for name, app in (("a", "x"), ("b", "y"), ("c", "x")):
        api.post(MAPS, {"metadata": {"name": name, "labels": {"app": app}}})
    return api


def test_items_have_no_kind_and_the_list_has_a_revision(filled: Api) -> None:
    body = filled.get(MAPS).body
    assert body["kind"] == "ConfigMapList"
    assert body["metadata"] == {"resourceVersion": str(filled.server.store.revision)}
    assert "kind" not in body["items"][0]


def test_pages_show_one_snapshot(filled: Api) -> None:
    first = filled.get(f"{MAPS}?limit=2").body
    assert (names(first), first["metadata"]["remainingItemCount"]) == (["a", "b"], 1)
    filled.delete(f"{MAPS}/c")
    rest = filled.get(f"{MAPS}?limit=2&continue={first['metadata']['continue']}").body
    assert names(rest) == ["c"]
    assert rest["metadata"] == {"resourceVersion": first["metadata"]["resourceVersion"]}


def test_selection_comes_before_the_limit(filled: Api) -> None:
    page = filled.get(f"{MAPS}?limit=1&labelSelector=app%3Dx").body
    assert names(page) == ["a"]
    assert "remainingItemCount" not in page["metadata"]
    token = page["metadata"]["continue"]
    assert names(filled.get(f"{MAPS}?limit=1&labelSelector=app%3Dx&continue={token}").body) == ["c"]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("metadata.name%3Db", ["b"]),
        ("metadata.name!%3Db", ["a", "c"]),
        ("metadata.name%3Db,", ["b"]),
        ("metadata.name%3Db,metadata.name%3Db", ["b"]),
        ("metadata.namespace%3Dother", []),
    ],
)
def test_field_selectors(filled: Api, selector: str, found: list[str]) -> None:
    assert names(filled.get(f"{MAPS}?fieldSelector={selector}").body) == found


def test_pods_are_selected_by_node_and_zero_values(api: Api) -> None:
    api.post(PODS, pod("a", nodeName="n1"))
    api.post(PODS, pod("b"))
    assert names(api.get(f"{PODS}?fieldSelector=spec.nodeName%3Dn1").body) == ["a"]
    assert names(api.get(f"{PODS}?fieldSelector=spec.nodeName%3D").body) == ["b"]
    both = api.get(f"{PODS}?fieldSelector=spec.hostNetwork%3Dfalse").body
    assert names(both) == ["a", "b"]


def test_exact_revision_shows_the_past(filled: Api) -> None:
    revision = filled.server.store.revision
    filled.delete(f"{MAPS}/a")
    past = filled.get(f"{MAPS}?resourceVersion={revision}&resourceVersionMatch=Exact").body
    assert names(past) == ["a", "b", "c"]
    assert names(filled.get(f"{MAPS}?resourceVersion={revision}").body) == ["b", "c"]


def test_future_revision_is_waited_for(api: Api) -> None:
    answer = api.get(f"{MAPS}?resourceVersion=999999")
    assert answer.code == 504
    assert answer.body["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"
    began_ms = api.simulation.now_ms
    assert began_ms >= 3_000


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("limit=abc", 400, "strconv.ParseInt"),
        ("continue=abc", 400, "invalid character"),
        ("resourceVersion=abc", 400, "invalid resource version"),
        ("resourceVersionMatch=Exact", 422, "forbidden unless resourceVersion"),
        ("fieldSelector=spec.x%3Dy", 400, "is not a known field selector"),
        ("labelSelector=a%20b", 400, "unable to parse requirement"),
        ("sendInitialEvents=true", 422, "forbidden for list"),
    ],
)
def test_refusals(api: Api, query: str, code: int, message: str) -> None:
    answer = api.get(f"{MAPS}?{query}")
    assert answer.code == code
    assert message in answer.body["message"]


def test_pages_over_all_namespaces(api: Api) -> None:
    for namespace in ("default", "kube-public"):
        path = f"/api/v1/namespaces/{namespace}/configmaps"
        for name in ("a", "b"):
            api.post(path, {"metadata": {"name": name}})
    seen: list[str] = []
    url = base = "/api/v1/configmaps?limit=1&fieldSelector=metadata.namespace!=kube-system"
    while url:
        body = api.get(url).body
        seen += [f"{i['metadata']['namespace']}/{i['metadata']['name']}" for i in body["items"]]
        token = body["metadata"].get("continue")
        url = f"{base}&continue={token}" if token else ""
    assert seen == ["default/a", "default/b", "kube-public/a", "kube-public/b"]


def test_pages_of_a_cluster_scoped_kind(api: Api) -> None:
    first = api.get("/api/v1/namespaces?limit=1").body
    token = first["metadata"]["continue"]
    second = api.get(f"/api/v1/namespaces?limit=1&continue={token}").body
    assert names(first) + names(second) == ["default", "kube-node-lease"]


def test_tokens_round_trip() -> None:
    assert decode_token(encode_token(7, "/b\0")) == (7, "/b\0")
