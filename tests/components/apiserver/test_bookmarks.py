"""Bookmarks through both doors, after a restart, in a copy of the log, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import Api
from tests.components.apiserver.test_bus_door import asked, dialled
from tuik8s.api.bookmarks import KEY, bookmarks_of
from tuik8s.api.types import Request
from tuik8s.components.apiserver.objects import decode_msgpack
from tuik8s.components.store import Store, StoreOptions


def names(api: Api) -> list[str]:
    return [item["name"] for item in api.get("/bookmarks").body["items"]]


def test_a_bookmark_is_a_moment_by_name_and_uses_no_revision(api: Api) -> None:
    revision = api.core.store.revision
    assert names(api) == []
    answer = api.put("/bookmarks/calm", None)
    (item,) = answer.body["items"]
    assert (item["name"], item["revision"], item["author"]) == ("calm", revision, "admin")
    api.put("/bookmarks/b1", {"revision": revision - 3})
    assert names(api) == ["b1", "calm"]
    assert api.core.store.revision == revision
    api.put("/bookmarks/calm", {"revision": revision - 4})
    assert names(api) == ["calm", "b1"]
    assert api.delete("/bookmarks/b1").code == 200
    assert names(api) == ["calm"]


def test_the_bus_has_the_same(api: Api) -> None:
    client = dialled(api, "ui", "system:admin")
    written = asked(api, client, Request(verb="put", path="/bookmarks/before the storm"))
    assert written.code == 200
    (item,) = map(decode_msgpack, asked(api, client, _get()).objects)
    assert item["name"] == "before the storm"
    assert item["atMs"] == api.core.store.timeline.time_of(item["revision"])


def _get() -> Request:
    return Request(verb="get", path="/bookmarks")


def test_more_bookmarks_than_a_key_has_notes(api: Api) -> None:
    for number in range(40):
        api.put(f"/bookmarks/n{number:02}", None)
    assert len(names(api)) == 40


def test_they_outlive_the_server_and_a_fork_has_them(api: Api) -> None:
    api.put("/bookmarks/calm", None)
    revision = api.core.store.revision
    api.config_map("later")
    api.put("/bookmarks/later", None)
    host = api.simulation.host("reader")
    source = api.simulation.disk("apiserver", "store")
    again = Store(host.world, source, StoreOptions(read_only=True))
    again.open()
    assert list(bookmarks_of(again.notes(KEY, 1))) == ["calm", "later"]
    again.copy_to(api.simulation.disk("fork", "store"), revision)
    fork = Store(host.world, api.simulation.disk("fork", "store"), StoreOptions(read_only=True))
    fork.open()
    assert list(bookmarks_of(fork.notes(KEY, 1))) == ["calm"]


@pytest.mark.parametrize(
    ("path", "body", "code", "message"),
    [
        ("7up", None, 400, "a bookmark's name is 1 to 100 printable characters without @"),
        ("-10m", None, 400, "bookmark's name"),
        ("a@b", None, 400, "bookmark's name"),
        ("x" * 101, None, 400, "bookmark's name"),
        ("b1", {"revision": 10**6}, 400, "has not happened yet: the newest is"),
        ("b1", {"revision": "x"}, 400, "a bookmark has a revision"),
        ("b1", b"{", 400, "a bookmark has a revision"),
    ],
)
def test_what_is_no_bookmark(api: Api, path: str, body: Any, code: int, message: str) -> None:
    answer = api.put(f"/bookmarks/{path}", body)
    assert (answer.code, message in answer.body["message"]) == (code, True), answer.text
    assert names(api) == []


def test_none_of_that_name_and_methods_that_are_none(api: Api) -> None:
    api.put("/bookmarks/calm", None)
    missing = api.delete("/bookmarks/storm")
    assert (missing.code, missing.body["message"]) == (404, "no bookmark 'storm'; there are: calm")
    assert api.post("/bookmarks", {}).code == 405
    assert api.post("/bookmarks/calm", {}).code == 405
    assert api.get("/bookmarks", user="alice").code == 403


def test_a_revision_that_is_gone(api: Api) -> None:
    for number in range(5):
        api.config_map(f"m{number}")
    api.core.store.compact(api.core.store.revision - 1)
    api.simulation.run_ms(1_000)
    answer = api.put("/bookmarks/b1", {"revision": 3})
    assert answer.code == 410
    assert "revision 3 is gone from the log: kept are revisions" in answer.body["message"]
