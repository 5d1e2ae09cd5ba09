"""Create, update, patch: what is stored, what is refused, what changes nothing."""

from __future__ import annotations

import pytest

from tests.components.apiserver.plant import (
    APPLY,
    JSON_PATCH,
    MAPS,
    PODS,
    STRATEGIC,
    Api,
    pod,
)


def test_created_object_has_identity_and_revision(api: Api) -> None:
    created = api.config_map("a", k="1")
    meta = created["metadata"]
    assert meta["namespace"] == "default"
    assert int(meta["resourceVersion"]) == api.server.store.revision
    assert meta["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert len(meta["uid"]) == 36
    assert meta["managedFields"][0]["manager"] == "test"


def test_same_name_twice_is_a_conflict(api: Api) -> None:
    api.config_map("a")
    again = api.post(MAPS, {"metadata": {"name": "a"}})
    assert (again.code, again.body["reason"]) == (409, "AlreadyExists")


def test_generated_name_is_cut_to_make_room(api: Api) -> None:
    made = api.post(MAPS, {"metadata": {"generateName": "x" * 100}}).body["metadata"]["name"]
    assert len(made) == 63
    assert made.startswith("x" * 58)


def test_missing_namespace_is_not_found(api: Api) -> None:
    answer = api.post("/api/v1/namespaces/none/configmaps", {"metadata": {"name": "a"}})
    assert (answer.code, answer.body["message"]) == (404, 'namespaces "none" not found')


def test_terminating_namespace_takes_nothing_new(api: Api) -> None:
    api.post("/api/v1/namespaces", {"metadata": {"name": "n"}})
    api.delete("/api/v1/namespaces/n")
    answer = api.post("/api/v1/namespaces/n/configmaps", {"metadata": {"name": "a"}})
    assert answer.code == 403
    assert answer.body["details"]["causes"][0]["reason"] == "NamespaceTerminating"


def test_write_that_changes_nothing_keeps_the_revision(api: Api) -> None:
    before = api.config_map("a", k="1")
    for content_type, body in (
        (JSON_PATCH, []),
        (STRATEGIC, {}),
        (STRATEGIC, {"data": {"k": "1"}}),
    ):
        after = api.patch(f"{MAPS}/a", body, content_type)
        assert after.code == 200
        assert after.body["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_stale_revision_is_refused(api: Api) -> None:
    first = api.config_map("a", k="1")
    api.patch(f"{MAPS}/a", {"data": {"k": "2"}})
    answer = api.put(f"{MAPS}/a", first)
    assert (answer.code, answer.body["reason"]) == (409, "Conflict")


@pytest.mark.parametrize(
    ("revision", "code"), [("abc", 500), ("-1", 500), ("0", 200), ("99999", 409)]
)
def test_odd_revisions_of_a_put(api: Api, revision: str, code: int) -> None:
    api.config_map("a")
    body = {"metadata": {"name": "a", "resourceVersion": revision}}
    assert api.put(f"{MAPS}/a", body).code == code


def test_put_of_a_missing_object(api: Api) -> None:
    assert api.put(f"{MAPS}/a", {"metadata": {"name": "a"}}).code == 404
    lease = {"metadata": {"name": "l"}}
    made = api.put("/apis/coordination.k8s.io/v1/namespaces/default/leases/l", lease)
    assert made.code == 201


def test_dry_run_stores_nothing(api: Api) -> None:
    revision = api.server.store.revision
    answer = api.post(f"{MAPS}?dryRun=All", {"metadata": {"name": "a"}})
    assert answer.code == 201
    assert answer.body["metadata"]["uid"]
    assert "resourceVersion" not in answer.body["metadata"]
    assert api.server.store.revision == revision


def test_status_and_spec_are_separate(api: Api) -> None:
    api.post(PODS, pod("p"))
    spoken = api.patch(f"{PODS}/p", {"status": {"phase": "Running"}})
    assert spoken.body["status"]["phase"] == "Pending"
    told = api.patch(f"{PODS}/p/status", {"status": {"phase": "Running"}, "spec": {"x": 1}})
    assert told.body["status"]["phase"] == "Running"


def test_generation_counts_changes_of_the_spec(api: Api) -> None:
    path = "/apis/apps/v1/namespaces/default/deployments"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod("x")["spec"]}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    assert (
        api.post(path, {"metadata": {"name": "d"}, "spec": spec}).body["metadata"]["generation"]
        == 1
    )
    scaled = api.patch(f"{path}/d", {"spec": {"replicas": 3}})
    assert scaled.body["metadata"]["generation"] == 2
    labelled = api.patch(f"{path}/d", {"metadata": {"labels": {"x": "y"}}})
    assert labelled.body["metadata"]["generation"] == 2
    noted = api.patch(f"{path}/d", {"metadata": {"annotations": {"x": "y"}}})
    assert noted.body["metadata"]["generation"] == 3
    told = api.patch(f"{path}/d/status", {"metadata": {"annotations": {"x": "z"}}})
    assert told.body["metadata"]["generation"] == 3


def test_apply_creates_then_merges_and_conflicts(api: Api) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a"},
        "data": {"k": "1"},
    }
    assert api.patch(f"{MAPS}/a?fieldManager=one", config, APPLY).code == 201
    config["data"] = {"k": "2"}
    refused = api.patch(f"{MAPS}/a?fieldManager=two", config, APPLY)
    assert refused.body["details"]["causes"][0]["field"] == ".data.k"
    forced = api.patch(f"{MAPS}/a?fieldManager=two&force=true", config, APPLY)
    assert (forced.code, forced.body["data"]) == (200, {"k": "2"})


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"{MAPS}?fieldValidation=strict", "CreateOptions.meta.k8s.io"),
        (f"{MAPS}?dryRun=true", "dryRun: Unsupported value"),
    ],
)
def test_bad_options_are_refused(api: Api, url: str, message: str) -> None:
    answer = api.post(url, {"metadata": {"name": "a"}})
    assert answer.code == 422
    assert message in answer.body["message"]


def test_unknown_fields_warn_or_refuse(api: Api) -> None:
    body = {"metadata": {"name": "a"}, "zz": 1}
    assert api.post(f"{MAPS}?dryRun=All", body).warnings == ['unknown field "zz"']
    assert api.post(f"{MAPS}?fieldValidation=Strict", body).code == 400
    assert api.post(f"{MAPS}?fieldValidation=Ignore", body).warnings == []


def test_too_large_an_object_is_refused(api: Api) -> None:
    big = {"metadata": {"name": "a"}, "data": {"k": "x" * 1_000_000}, "binaryData": {}}
    assert api.post(MAPS, big).code == 201
    secret = {"metadata": {"name": "s", "annotations": {}}, "stringData": {}}
    assert api.post("/api/v1/namespaces/default/secrets", secret).code == 201
    huge = pod("p")
    huge["spec"]["containers"][0]["env"] = [{"name": "A", "value": "x" * 1_600_000}]
    assert api.post(PODS, huge).body["message"] == "etcdserver: request is too large"
