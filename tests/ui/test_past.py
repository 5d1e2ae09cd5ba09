"""The feed at a moment of the past: what screens read is what there was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage, deployment
from tuik8s.api.types import Request
from tuik8s.bus.client import OnReply
from tuik8s.ui.past import Moment, Past


def past_of(stage: Stage, revision: int) -> Past:
    feed = stage.feed
    past = Past(
        feed.client, Moment(revision, stage.cluster.now_ms), feed.loaded, feed.told, feed.known
    )
    for resource in feed.in_use:
        past.need(resource)
    stage.cluster.run_ms(100)
    assert not past.is_loading
    assert not past.refused
    return past


def names(stage: Stage, resource: str) -> set[str]:
    return {obj["metadata"]["name"] for obj in stage.feed.items(resource)}


def test_lists_are_those_of_the_revision() -> None:
    stage = Stage()
    feed = stage.feed
    feed.informer("deployments.apps")
    feed.informer("pods")
    stage.cluster.run_ms(200)
    revision, then = feed.newest_revision, names(stage, "pods")
    stage.create("deployments.apps", deployment("later"))
    stage.cluster.run_ms(3_000)
    assert names(stage, "deployments.apps") == {"web", "later"}

    feed.show(past_of(stage, revision))
    assert names(stage, "deployments.apps") == {"web"}
    assert names(stage, "pods") == then
    assert feed.get("deployments.apps", "default", "later") is None
    feed.show(None)
    assert names(stage, "deployments.apps") == {"web", "later"}


def test_a_table_shows_the_moment_and_then_now_again() -> None:
    stage = Stage()
    feed = stage.feed
    kind = feed.kind("deployments")
    assert kind is not None
    table = feed.table(kind)
    stage.cluster.run_ms(200)
    feed.flush(kind)
    revision, web = feed.newest_revision, table.store.order[0]
    stage.create("deployments.apps", deployment("later"))
    stage.cluster.run_ms(3_000)
    feed.show(past_of(stage, revision))
    stage.create("deployments.apps", deployment("much-later"))
    feed.flush(kind)
    assert table.store.order == [web], "changes that are heard meanwhile are not shown"
    feed.show(None)
    feed.flush(kind)
    assert len(table.store.order) == 3


def test_a_moment_is_another_version_of_everything() -> None:
    stage = Stage()
    stage.cluster.run_ms(200)
    before = stage.feed.version_of(("pods",))
    stage.feed.show(past_of(stage, stage.feed.newest_revision))
    assert stage.feed.version_of(("pods",)) > before


def asked_of(stage: Stage, revision: int) -> tuple[Past, list[tuple[str, int]]]:
    """The moment, and what was asked for it: path and number of keys."""
    asked: list[tuple[str, int]] = []
    call = stage.feed.client.call

    def heard(request: Request, on_reply: OnReply, **options: Any) -> None:
        asked.append((request.path, len(request.query.get("key", ()))))
        call(request, on_reply, **options)

    stage.feed.client.call = heard  # type: ignore[method-assign]
    past = past_of(stage, revision)
    stage.feed.client.call = call  # type: ignore[method-assign]
    return past, asked


def test_what_is_known_is_not_asked_for() -> None:
    stage = Stage()
    stage.feed.informer("pods")
    stage.cluster.run_ms(200)
    resources = len(stage.feed.in_use)
    past, asked = asked_of(stage, stage.feed.newest_revision)
    assert asked == [("/held", 0)] * resources
    live = stage.feed.informer("pods").entries
    assert all(past.entries("pods")[place] is entry for place, entry in live.items())


def test_what_is_not_known_is_asked_for_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuik8s.ui.past.OBJECTS_AT_ONCE", 2)
    stage = Stage()
    stage.feed.informer("pods")
    stage.cluster.run_ms(200)
    revision, then = stage.feed.newest_revision, dict(stage.feed.informer("pods").entries)
    body = {"metadata": {"labels": {"late": "yes"}}}
    for _, name in then:
        stage.cluster.client.patch("pods", "default", name, body, lambda reply: None)
    stage.cluster.run_ms(200)
    past, asked = asked_of(stage, revision)
    assert [count for path, count in asked if path == "/held/objects"] == [2, 1]
    assert {place: entry.data for place, entry in past.entries("pods").items()} == {
        place: entry.data for place, entry in then.items()
    }
    stage.feed.show(past)
    _, asked = asked_of(stage, revision)
    assert {path for path, _ in asked} == {"/held"}, "what is shown is known, too"


def test_a_list_that_the_moment_left_behind_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuik8s.ui.past.OBJECTS_AT_ONCE", 1)
    stage = Stage()
    stage.feed.informer("pods")
    stage.cluster.run_ms(200)
    feed, newest = stage.feed, stage.feed.newest_revision
    past = Past(feed.client, Moment(newest - 30, 0), lambda resource: None, feed.told)
    past.need("pods")
    while not any(load.under_way for load in past._loads.values()):
        stage.cluster.run_ms(1)
    past.moment = Moment(newest, 0)
    stage.cluster.run_ms(100)
    assert set(past.entries("pods")) == set(feed.informer("pods").entries)
    assert not past.is_loading


def test_a_moment_that_is_not_there_says_so() -> None:
    stage = Stage()
    stage.cluster.run_ms(200)
    past = Past(stage.feed.client, Moment(10**9, 0), lambda resource: None, stage.feed.told)
    past.need("pods")
    stage.cluster.run_ms(100)
    assert "Too large resource version" in past.refused
