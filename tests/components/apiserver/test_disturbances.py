"""Rules of faults at the API server's other door: what an HTTP client sees of them."""

from __future__ import annotations

from tests.components.apiserver.plant import MAPS, Api
from tuik8s.world.rules import ApiRule, Rule, StaleRule


def disturb(api: Api, *rules: Rule) -> None:
    api.simulation.set_rules(rules)
    api.simulation.run_ms(1)


def test_an_error_says_when_to_come_back(api: Api) -> None:
    disturb(api, ApiRule(code=429))
    refused = api.call("GET", MAPS)
    assert (refused.code, refused.body["reason"]) == (429, "TooManyRequests")
    assert ("Retry-After", "1") in refused.answer.headers
    disturb(api)
    assert api.call("GET", MAPS).code == 200


def test_discovery_and_faults_get_through(api: Api) -> None:
    disturb(api, ApiRule(code=500), ApiRule(delay_ms=60_000))
    assert api.call("GET", "/api/v1").code == 200
    assert api.call("GET", "/readyz").code == 200
    assert api.call("GET", "/apis/chaos.tuik8s.dev/v1/faults").code == 404  # none are defined here


def test_a_delayed_watch_begins_late_and_misses_nothing(api: Api) -> None:
    first = api.config_map("a")["metadata"]["resourceVersion"]
    disturb(api, ApiRule(delay_ms=2_000, verbs=("watch",)))
    before_ms = api.simulation.now_ms
    events = api.watch(f"{MAPS}?resourceVersion={first}")
    assert api.simulation.now_ms - before_ms >= 2_000
    api.config_map("b")
    assert events.names() == [("ADDED", "b")]


def test_stale_watches_and_their_bookmarks(api: Api) -> None:
    first = api.config_map("a")["metadata"]["resourceVersion"]
    events = api.watch(f"{MAPS}?allowWatchBookmarks=true&resourceVersion={first}")
    disturb(api, StaleRule(delay_ms=70_000))
    held = api.config_map("b")["metadata"]["resourceVersion"]
    (bookmark,) = events.read(65_000)
    assert bookmark[0] == "BOOKMARK"
    assert int(bookmark[1]["metadata"]["resourceVersion"]) < int(held)
    assert events.names(6_000) == [("ADDED", "b")]
    disturb(api)
    api.config_map("c")
    assert events.names() == [("ADDED", "c")]


def test_all_that_was_held_is_told_in_order_when_it_is_over(api: Api) -> None:
    events = api.watch(f"{MAPS}?resourceVersion={api.server.store.revision}")
    disturb(api, StaleRule(delay_ms=70_000))
    for name in ("a", "b"):
        api.config_map(name)
        api.simulation.run_ms(1_000)
    assert events.names() == []
    disturb(api, StaleRule(delay_ms=10))
    api.config_map("c")
    assert events.names(100) == [("ADDED", "a"), ("ADDED", "b"), ("ADDED", "c")]
    api.simulation.run_ms(100_000)
    assert events.names() == []
