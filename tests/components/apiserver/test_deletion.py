"""Deletion: at once, with grace, with finalizers, by policy, of collections and namespaces."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import MAPS, PODS, Api, pod


def test_deletion_answers_a_status_with_the_uid(api: Api) -> None:
    made = api.config_map("a")
    gone = api.delete(f"{MAPS}/a").body
    assert gone["details"] == {"name": "a", "kind": "configmaps", "uid": made["metadata"]["uid"]}
    assert api.get(f"{MAPS}/a").code == 404


def test_finalizers_hold_an_object_until_they_are_gone(api: Api) -> None:
    api.post(MAPS, {"metadata": {"name": "a", "finalizers": ["x.io/a"]}})
    held = api.delete(f"{MAPS}/a").body["metadata"]
    assert (held["deletionGracePeriodSeconds"], held["finalizers"]) == (0, ["x.io/a"])
    assert api.get(f"{MAPS}/a").code == 200
    assert api.patch(f"{MAPS}/a", {"metadata": {"finalizers": None}}).code == 200
    assert api.get(f"{MAPS}/a").code == 404


@pytest.mark.parametrize(
    ("policy", "finalizers"),
    [("Foreground", ["foregroundDeletion"]), ("Orphan", ["orphan"]), ("Background", None)],
)
def test_policy_leaves_its_finalizer(api: Api, policy: str, finalizers: list[str] | None) -> None:
    api.config_map("a")
    api.delete(f"{MAPS}/a", {"propagationPolicy": policy})
    found = api.get(f"{MAPS}/a")
    assert (found.code == 404) == (finalizers is None)
    if finalizers:
        assert found.body["metadata"]["finalizers"] == finalizers


def bound(api: Api, name: str) -> None:
    api.post(PODS, pod(name, nodeName="n1"))


def test_bound_pod_gets_its_grace_and_it_only_shrinks(api: Api) -> None:
    bound(api, "p")
    first = api.delete(f"{PODS}/p").body["metadata"]
    assert first["deletionGracePeriodSeconds"] == 30
    assert first["deletionTimestamp"] == "2026-01-01T00:00:30Z"
    longer = api.delete(f"{PODS}/p", {"gracePeriodSeconds": 60}).body["metadata"]
    assert longer["deletionGracePeriodSeconds"] == 30
    shorter = api.delete(f"{PODS}/p", {"gracePeriodSeconds": 5}).body["metadata"]
    assert shorter["deletionTimestamp"] == "2026-01-01T00:00:05Z"
    api.delete(f"{PODS}/p", {"gracePeriodSeconds": 0})
    assert api.get(f"{PODS}/p").code == 404


def test_unbound_pod_goes_at_once(api: Api) -> None:
    api.post(PODS, pod("p"))
    assert api.delete(f"{PODS}/p").body["kind"] == "Pod"
    assert api.get(f"{PODS}/p").code == 404


@pytest.mark.parametrize("field", ["uid", "resourceVersion"])
def test_preconditions(api: Api, field: str) -> None:
    made = api.config_map("a")
    wrong = api.delete(f"{MAPS}/a", {"preconditions": {field: "1"}})
    assert wrong.code == 409
    right: Any = {"preconditions": {field: made["metadata"][field]}}
    assert api.delete(f"{MAPS}/a", right).code == 200


def test_options_come_from_the_query_only_without_a_body(api: Api) -> None:
    api.config_map("a")
    assert api.delete(f"{MAPS}/a?dryRun=All").code == 200
    assert api.get(f"{MAPS}/a").code == 200
    assert api.delete(f"{MAPS}/a?propagationPolicy=Foo", {}).code == 200


def test_collection_deletes_what_is_selected(api: Api) -> None:
    for name, app in (("a", "x"), ("b", "y"), ("c", "x")):
        api.post(MAPS, {"metadata": {"name": name, "labels": {"app": app}}})
    gone = api.delete(f"{MAPS}?labelSelector=app%3Dx").body
    assert [item["metadata"]["name"] for item in gone["items"]] == ["a", "c"]
    assert [i["metadata"]["name"] for i in api.get(MAPS).body["items"]] == ["b"]


def test_namespace_ends_when_its_finalizers_do(api: Api) -> None:
    api.post("/api/v1/namespaces", {"metadata": {"name": "n"}})
    assert api.delete("/api/v1/namespaces/n").body["status"]["phase"] == "Terminating"
    emptied = {"metadata": {"name": "n"}, "spec": {}}
    assert api.put("/api/v1/namespaces/n/finalize", emptied).code == 200
    assert api.get("/api/v1/namespaces/n").code == 404


def test_default_namespace_stays(api: Api) -> None:
    assert api.delete("/api/v1/namespaces/default").code == 403


def test_new_finalizers_are_refused_while_deleting(api: Api) -> None:
    api.post(MAPS, {"metadata": {"name": "a", "finalizers": ["x.io/a"]}})
    api.delete(f"{MAPS}/a")
    more = api.patch(f"{MAPS}/a", {"metadata": {"finalizers": ["x.io/a", "x.io/b"]}})
    assert "no new finalizers can be added" in more.body["message"]
