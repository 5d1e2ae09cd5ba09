"""Watches: which events, in which form, how they begin and end."""

from __future__ import annotations

import pytest

from tests.components.apiserver.plant import MAPS, Api
from tuik8s.components.apiserver.config import Limits

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def test_changes_come_in_order_after_the_revision(api: Api) -> None:
    first = api.config_map("a")
    events = api.watch(f"{MAPS}?resourceVersion={first['metadata']['resourceVersion']}")
    api.config_map("b")
    api.patch(f"{MAPS}/a", {"data": {"k": "1"}})
    api.delete(f"{MAPS}/a")
    assert events.names() == [("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "a")]


def test_a_watch_from_the_past_misses_nothing(api: Api) -> None:
    first = api.config_map("a")
    for index in range(700):
        api.config_map(f"m-{index}")
    events = api.watch(f"{MAPS}?resourceVersion={first['metadata']['resourceVersion']}")
    api.config_map("last")
    found = [name for _, name in events.names(50)]
    assert found == [*(f"m-{index}" for index in range(700)), "last"]


def test_without_revision_the_state_comes_first(api: Api) -> None:
    api.config_map("a")
    events = api.watch(MAPS)
    assert events.names() == [("ADDED", "a")]


def test_leaving_a_selection_is_a_deletion_of_the_old_state(api: Api) -> None:
    api.post(MAPS, {"metadata": {"name": "a", "labels": {"x": "1"}}})
    events = api.watch(f"{MAPS}?labelSelector=x%3D1")
    api.patch(f"{MAPS}/a", {"metadata": {"labels": {"x": "2"}}})
    api.patch(f"{MAPS}/a", {"metadata": {"labels": {"x": "1"}}})
    added, left, back = events.read()
    assert [added[0], left[0], back[0]] == ["ADDED", "DELETED", "ADDED"]
    assert left[1]["metadata"]["labels"] == {"x": "1"}
    assert int(left[1]["metadata"]["resourceVersion"]) < int(back[1]["metadata"]["resourceVersion"])


def test_initial_events_end_with_a_bookmark(api: Api) -> None:
    api.config_map("a")
    query = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    events = api.watch(f"{MAPS}?{query}").read()
    assert [kind for kind, _ in events] == ["ADDED", "BOOKMARK"]
    meta = events[1][1]["metadata"]
    assert meta["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert meta["resourceVersion"] == str(api.server.store.revision)


def test_bookmarks_come_once_a_minute_when_asked_for(api: Api) -> None:
    asked = api.watch(f"{MAPS}?allowWatchBookmarks=true&resourceVersion=1")
    silent = api.watch(f"{MAPS}?resourceVersion=1")
    assert [kind for kind, _ in asked.read(130_000)] == ["BOOKMARK", "BOOKMARK"]
    assert silent.read() == []


def test_timeout_ends_the_stream(api: Api) -> None:
    events = api.watch(f"{MAPS}?timeoutSeconds=2")
    events.read(1_900)
    before = events.ended
    events.read(200)
    assert (before, events.ended) == (False, True)
    assert api.server.core.hub.count == 0


def test_table_watch_has_one_header(api: Api) -> None:
    events = api.watch(MAPS, accept=TABLE)
    api.config_map("a")
    api.config_map("b")
    (_, first), (_, second) = events.read()
    assert [column["name"] for column in first["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert second["columnDefinitions"] is None
    assert second["rows"][0]["cells"][0] == "b"


def test_an_event_is_encoded_once_for_all_watchers(api: Api) -> None:
    watchers = [api.watch(f"{MAPS}?resourceVersion=1") for _ in range(20)]
    before = api.server.core.objects.encodings.encoded_count
    api.config_map("a")
    assert all(w.names() == [("ADDED", "a")] for w in watchers)
    assert api.server.core.objects.encodings.encoded_count == before + 1


def test_too_many_watches_are_refused() -> None:
    api = Api(limits=Limits(watches_max=3, watches_per_user_max=2))
    for _ in range(2):
        api.watch(MAPS)
    refused = api.get(f"{MAPS}?watch=true")
    assert refused.code == 429
    assert ("Retry-After", "1") in refused.answer.headers


def test_expired_events_are_told_as_deleted() -> None:
    api = Api(event_ttl_ms=1_000)
    path = "/api/v1/namespaces/default/events"
    api.post(path, {"metadata": {"name": "e"}, "involvedObject": {"namespace": "default"}})
    events = api.watch(f"{path}?resourceVersion={api.server.store.revision}")
    (kind, obj) = events.read(3_000)[0]
    assert kind == "DELETED"
    assert obj["metadata"]["resourceVersion"] == str(api.server.store.revision)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("resourceVersion=abc", 500),
        ("resourceVersionMatch=NotOlderThan", 422),
        ("sendInitialEvents=true", 422),
        ("timeoutSeconds=x", 400),
    ],
)
def test_refusals(api: Api, query: str, code: int) -> None:
    assert api.get(f"{MAPS}?watch=true&{query}").code == code


def test_the_past_waits_for_a_slow_door(api: Api) -> None:
    first = api.config_map("a")
    api.config_map("b")
    events = api.watch(f"{MAPS}?resourceVersion={first['metadata']['resourceVersion']}")
    assert events.names() == [("ADDED", "b")]
    late = api.get(f"{MAPS}?watch=true&resourceVersion={first['metadata']['resourceVersion']}")
    sent: list[bytes] = []
    late.stream.send, late.stream.ready = sent.append, lambda: False
    late.stream.start()
    api.simulation.run_ms(100)
    assert sent == []
    late.stream.ready = lambda: True
    api.simulation.run_ms(100)
    assert b'"ADDED"' in sent[0]
