"""The feed at a moment of the past: what screens read is what there was."""

from __future__ import annotations

from tests.ui.stage import Stage, deployment
from tuik8s.ui.past import Moment, Past


def past_of(stage: Stage, revision: int) -> Past:
    feed = stage.feed
    past = Past(feed.client, Moment(revision, stage.cluster.now_ms), feed.loaded, feed.told)
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
