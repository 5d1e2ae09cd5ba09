"""What there was at a revision, through both doors: which objects, and those that are asked for."""

from __future__ import annotations

import msgspec
import pytest

from tests.components.apiserver.plant import MAPS, Api
from tests.components.apiserver.test_bus_door import asked, dialled
from tuik8s.api.types import Request
from tuik8s.components.apiserver.held import KEYS_MAX
from tuik8s.components.apiserver.objects import decode_msgpack

KEY, OTHER = "configmaps/default/a", "configmaps/default/b"


@pytest.fixture(name="past")
def _past(api: Api) -> Api:
    """ConfigMap a with v=1, then 2, then gone; b since between."""
    api.post(MAPS, {"metadata": {"name": "a"}, "data": {"v": "1"}})
    api.put(f"{MAPS}/a", {"metadata": {"name": "a"}, "data": {"v": "2"}})
    api.config_map("b")
    api.delete(f"{MAPS}/a")
    return api


def revisions(api: Api, key: str) -> list[int]:
    return [item["revision"] for item in api.get(f"/changes?key={key}").body["items"]]


def test_what_was_there_and_since_when(past: Api) -> None:
    first, second, gone = revisions(past, KEY)
    (other,) = revisions(past, OTHER)
    for at, wanted in (
        (first - 1, {}),
        (first, {"a": first}),
        (second, {"a": second}),
        (gone - 1, {"a": second, "b": other}),
        (gone, {"b": other}),
    ):
        found = past.get(f"/held?at={at}&resource=configmaps").body.get("default", {})
        assert {name: found[name] for name in ("a", "b") if name in found} == wanted


def test_objects_come_in_the_order_of_their_keys(past: Api) -> None:
    first, second, gone = revisions(past, KEY)
    path = f"key={OTHER}&key=pods/default/none&key={KEY}"
    for at, wanted in ((first, "1"), (second, "2"), (gone - 1, "2"), (gone, None)):
        other, none, one = past.get(f"/held/objects?at={at}&{path}").body["items"]
        assert none is None
        assert (None if one is None else one["data"]["v"]) == wanted
        assert (other is not None) == (at >= gone - 1)


def test_both_doors_tell_the_same(past: Api) -> None:
    client, gone = dialled(past, "ui", "system:admin"), revisions(past, KEY)[-1]
    query = {"at": [str(gone - 1)], "resource": ["configmaps"]}
    reply = asked(past, client, Request(verb="get", path="/held", query=query))
    assert msgspec.msgpack.decode(reply.objects[0]) == past.get(
        f"/held?at={gone - 1}&resource=configmaps"
    ).body  # fmt: skip
    query = {"at": [str(gone)], "key": [KEY, OTHER]}
    reply = asked(past, client, Request(verb="get", path="/held/objects", query=query))
    items = past.get(f"/held/objects?at={gone}&key={KEY}&key={OTHER}").body["items"]
    assert [decode_msgpack(data) for data in reply.objects] == items


def test_what_is_gone_says_what_is_kept(past: Api) -> None:
    store = past.server.store
    store.compact(store.revision - 1)
    past.simulation.run_ms(20)
    for path in ("/held?resource=pods", f"/held/objects?key={KEY}"):
        answer = past.get(f"{path}&at={store.revision - 2}")
        assert (answer.code, answer.body["reason"]) == (410, "Expired")
        assert f"kept are revisions {store.revision - 1} (" in answer.body["message"]
        assert past.get(f"{path}&at={store.revision - 1}").code == 200


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("/held?resource=pods", 400, "at=REVISION"),
        ("/held?resource=pods&at=soon", 400, "invalid syntax"),
        ("/held?at=1", 400, "resource=RESOURCE"),
        ("/held?at=1&resource=pods/default/", 400, "resource=RESOURCE"),
        ("/held/objects?at=1" + (KEYS_MAX + 1) * "&key=pods/a/b", 400, "at most"),
        (f"/held?at={2**60}&resource=pods", 504, "Too large resource version"),
    ],
)
def test_wrong_questions(api: Api, path: str, code: int, message: str) -> None:
    answer = api.get(path)
    assert (answer.code, message in answer.body["message"]) == (code, True)
    assert api.post("/held", {}).code == 405


def test_only_who_may_do_everything_reads_it(api: Api) -> None:
    for path in ("/held?at=1&resource=secrets", "/held/objects?at=1"):
        assert api.get(path, user="alice").code == 403
