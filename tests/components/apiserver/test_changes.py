"""The past through both doors: lists and objects at a revision, pages of changes, what is kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.components.apiserver.plant import MAPS, Api
from tests.components.apiserver.test_bus_door import asked, dialled
from tuik8s.api.types import Request
from tuik8s.components.apiserver.objects import decode_msgpack

KEY = "configmaps/default/a"


@pytest.fixture(name="past")
def _past(api: Api) -> Api:
    """ConfigMap a with v=1, then 2, then gone; b all the time; a second between each."""
    for data in ("1", "2"):
        body = {"metadata": {"name": "a"}, "data": {"v": data}}
        (api.post if data == "1" else api.put)(MAPS if data == "1" else f"{MAPS}/a", body)
        api.simulation.run_ms(1_000)
    api.config_map("b")
    api.simulation.run_ms(1_000)
    api.delete(f"{MAPS}/a")
    api.simulation.run_ms(1_000)
    return api


def revisions(api: Api, query: str = "") -> list[int]:
    body = api.get(f"/changes?key={KEY}{query}").body
    return [item["revision"] for item in body["items"]]


def test_an_object_as_it_was(past: Api) -> None:
    first, second, gone = revisions(past)
    shown = [
        past.get(f"{MAPS}/a?resourceVersion={revision}&resourceVersionMatch=Exact")
        for revision in (first - 1, first, second, gone - 1, gone)
    ]
    assert [answer.code for answer in shown] == [404, 200, 200, 200, 404]
    assert [answer.body["data"]["v"] for answer in shown[1:4]] == ["1", "2", "2"]
    assert past.get(f"{MAPS}/a?resourceVersion={first}").code == 404  # as upstream: now


def test_the_bus_lists_and_gets_at_a_revision(past: Api) -> None:
    client = dialled(past, "ui", "system:admin")
    first, _, gone = revisions(past)
    for revision, names in ((first, ["a"]), (gone - 1, ["a", "b"]), (gone, ["b"])):
        query = {"resourceVersion": [str(revision)], "resourceVersionMatch": ["Exact"]}
        reply = asked(past, client, Request(verb="list", resource="configmaps", query=query))
        metas = [decode_msgpack(data)["metadata"] for data in reply.objects]
        found = sorted(m["name"] for m in metas if m["namespace"] == "default")
        assert (reply.revision, found) == (revision, names)
    query = {"resourceVersion": [str(first)], "resourceVersionMatch": ["Exact"]}
    request = Request(verb="get", resource="configmaps", namespace="default", name="a", query=query)
    assert decode_msgpack(asked(past, client, request).objects[0])["data"] == {"v": "1"}


def test_pages_backwards_with_values(past: Api) -> None:
    newest = past.server.store.revision
    (last, change) = past.get(f"/changes?before={newest + 1}&limit=2&key={KEY}&values=1").body[
        "items"
    ]
    assert (last["type"], last["object"], last["oldObject"]["data"]) == (
        "DELETED",
        None,
        {"v": "2"},
    )
    assert (change["object"]["data"], change["oldObject"]["data"]) == ({"v": "2"}, {"v": "1"})
    assert (last["author"], last["cause"], last["key"]) == ("admin", 0, KEY)
    assert last["atMs"] - change["atMs"] >= 2_000
    assert revisions(past, f"&before={newest + 1}") == revisions(past)[::-1]
    added = past.get(f"/changes?key={KEY}&limit=1&values=true").body["items"][0]
    assert (added["type"], added["oldObject"]) == ("ADDED", None)


def test_both_doors_tell_the_same(past: Api) -> None:
    client = dialled(past, "ui", "system:admin")
    for values in ("", "&values=true"):
        items = past.get(f"/changes?key={KEY}{values}").body["items"]
        query = {"key": [KEY], **({"values": ["true"]} if values else {})}
        reply = asked(past, client, Request(verb="get", path="/changes", query=query))
        assert [decode_msgpack(data) for data in reply.objects] == items
    nothing = asked(
        past, client, Request(verb="get", path="/changes", query={"key": ["pods/default/none"]})
    )
    assert (nothing.code, nothing.objects) == (200, ())


def test_a_time_is_a_revision(past: Api) -> None:
    for item in past.get(f"/changes?key={KEY}").body["items"]:
        wanted = {"revision": item["revision"], "atMs": item["atMs"]}
        assert past.get(f"/changes?at={item['atMs'] + 500}").body == wanted
    kept = past.get("/changes/kept").body
    assert kept["oldest"]["revision"] == 1
    assert kept["newest"] == past.get(f"/changes?at={2**60}").body
    client = dialled(past, "ui", "system:admin")
    reply = asked(past, client, Request(verb="get", path="/changes/kept"))
    assert msgspec.msgpack.decode(reply.objects[0]) == kept


def test_what_is_gone_says_what_is_kept(past: Api) -> None:
    store = past.server.store
    store.compact(store.revision - 1)
    past.simulation.run_ms(20)
    kept = f"revisions {store.revision - 1} ("
    exact = f"resourceVersion={store.revision - 2}&resourceVersionMatch=Exact"
    for path in ("/changes?after=1", "/changes?before=1", "/changes?at=5", f"{MAPS}/a?{exact}"):
        answer = past.get(path)
        assert (answer.code, answer.body["reason"]) == (410, "Expired")
        assert f"kept are {kept}" in answer.body["message"]
    listed = past.get(f"{MAPS}?{exact}")
    assert listed.code == 410
    assert kept in listed.body["details"]["causes"][0]["message"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("before=3&after=2", "exclude each other"),
        ("before=x", "invalid syntax"),
        ("at=soon", "invalid syntax"),
    ],
)
def test_wrong_questions(api: Api, query: str, message: str) -> None:
    answer = api.get(f"/changes?{query}")
    assert (answer.code, message in answer.body["message"]) == (400, True)
    assert api.post("/changes", {}).code == 405


def test_only_who_may_do_everything_reads_the_log(api: Api) -> None:
    for path in ("/changes", "/changes/kept"):
        assert api.get(path, user="alice").code == 403
    bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
    body: dict[str, Any] = {
        "metadata": {"name": "alice"},
        "subjects": [{"kind": "User", "name": "alice"}],
        "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
    }
    assert api.post(bindings, body).code == 201
    for path in ("/changes", "/changes/kept"):
        assert api.get(path, user="alice").code == 200
