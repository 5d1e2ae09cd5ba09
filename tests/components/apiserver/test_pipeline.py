"""Who is asked what: authentication, authorization, unknown paths, forms, documents, reviews."""

from __future__ import annotations

import pytest

from tests.components.apiserver.plant import MAPS, Api
from tuik8s.components.apiserver.authentication.base import Impersonation

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
REVIEWS = "/apis/authorization.k8s.io/v1"


@pytest.mark.parametrize(
    ("user", "url", "code"),
    [
        ("", "/version", 200),
        ("", "/healthz", 200),
        ("", "/api", 403),
        ("", MAPS, 403),
        ("nobody", MAPS, 401),
        ("alice", MAPS, 403),
        ("alice", "/metrics", 403),
        ("admin", "/metrics", 200),
    ],
)
def test_who_may(api: Api, user: str, url: str, code: int) -> None:
    assert api.get(url, user=user).code == code


@pytest.mark.parametrize(
    ("url", "code", "line"),
    [
        ("/livez/ping", 200, "ok"),
        ("/livez/shutdown", 404, "404 page not found"),
        ("/readyz/", 404, "404 page not found"),
        ("/readyz?verbose", 200, "[+]shutdown ok"),
        ("/readyz?verbose&exclude=etcd", 200, "[+]etcd excluded: ok"),
        ("/healthz?verbose", 200, "healthz check passed"),
        ("/metrics/slis", 200, 'kubernetes_healthcheck{name="ping",type="livez"} 1'),
    ],
)
def test_health_is_told_check_by_check(api: Api, url: str, code: int, line: str) -> None:
    answer = api.get(url)
    assert answer.code == code
    assert line in answer.text.splitlines()


def test_paths_of_the_index_answer(api: Api) -> None:
    paths = api.get("/").body["paths"]
    assert [path for path in paths if api.get(path).code != 200] == []


def test_refusal_names_user_verb_and_place(api: Api) -> None:
    assert api.get(f"{MAPS}/a", user="alice").body["message"] == (
        'configmaps "a" is forbidden: User "alice" cannot get resource "configmaps" '
        'in API group "" in the namespace "default"'
    )
    assert "at the cluster scope" in api.get("/api/v1/nodes", user="alice").body["message"]


def test_impersonation_needs_permission(api: Api) -> None:
    eve = Impersonation(user="eve", groups=("system:masters",))
    assert api.get(MAPS, impersonation=eve).code == 200
    refused = api.get(MAPS, user="alice", impersonation=eve)
    assert 'User "alice" cannot impersonate resource "users"' in refused.body["message"]


@pytest.mark.parametrize(
    ("method", "url", "code", "is_text"),
    [
        ("GET", "/nope", 404, True),
        ("GET", "/apis/nope/v1/foos", 404, True),
        ("GET", "/apis/apps/v9/deployments", 404, False),
        ("GET", "/api/v1/nopes", 404, False),
        ("GET", "/api/v1/namespaces/default/nodes", 404, False),
        ("PATCH", MAPS, 405, False),
        ("POST", f"{MAPS}/a", 405, False),
        ("DELETE", "/api/v1/configmaps", 405, False),
        ("DELETE", "/api/v1/namespaces", 405, False),
    ],
)
def test_unknown_and_not_allowed(api: Api, method: str, url: str, code: int, is_text: bool) -> None:
    content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
    answer = api.call(method, url, {}, content_type=content_type)
    assert answer.code == code
    assert answer.text.startswith("404 page") == is_text


def test_forms(api: Api) -> None:
    api.config_map("a", k="1")
    table = api.get(f"{MAPS}/a", accept=TABLE).body
    assert table["rows"][0]["cells"][:2] == ["a", 1]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
    assert api.get(f"{MAPS}?includeObject=None", accept=TABLE).body["rows"][0]["object"] is None
    assert api.get(f"{MAPS}?includeObject=x", accept=TABLE).code == 400
    partial = api.get(f"{MAPS}/a", accept=PARTIAL).body
    assert set(partial) == {"kind", "apiVersion", "metadata"}
    assert api.get(MAPS, accept=PARTIAL).code == 406
    assert api.get(MAPS, accept="text/plain").code == 406
    assert "kind: ConfigMap\n" in api.get(f"{MAPS}/a", accept="application/yaml").text


def test_yaml_and_odd_bodies(api: Api) -> None:
    body = b"metadata:\n  name: y1\ndata:\n  a: 'on'\n"
    made = api.post(MAPS, body, content_type="application/yaml")
    assert made.body["data"] == {"a": "on"}
    assert api.post(MAPS, b"{", content_type="application/json").code == 400
    assert api.post(MAPS, b"x", content_type="text/plain").code == 415
    wrong = api.post(MAPS, {"kind": "Secret", "apiVersion": "v1"}).body["message"]
    assert wrong.endswith("converting (v1.Secret) to (core.ConfigMap): unknown conversion")
    deep = b'{"metadata":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001
    assert api.post(MAPS, deep).code == 400


def test_alias_bomb_is_refused(api: Api) -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    answer = api.post(MAPS, "\n".join(lines).encode(), content_type="application/yaml")
    assert "excessive aliasing" in answer.body["message"]


def test_discovery(api: Api) -> None:
    assert api.get("/api").body["versions"] == ["v1"]
    groups = [group["name"] for group in api.get("/apis").body["groups"]]
    assert groups[:2] == ["apiregistration.k8s.io", "apps"]
    listed = api.get("/apis/apps/v1").body["resources"]
    assert {"deployments", "deployments/scale"} <= {resource["name"] for resource in listed}
    aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    answer = api.get("/apis", accept=f"{aggregated},application/json")
    assert answer.body["kind"] == "APIGroupDiscoveryList"
    assert answer.answer.media == aggregated
    assert "/apis/apps/v1" in api.get("/").body["paths"]


def test_openapi(api: Api) -> None:
    paths = api.get("/openapi/v3").body["paths"]
    found = api.get(paths["apis/apps/v1"]["serverRelativeURL"])
    assert found.body["openapi"] == "3.0.0"
    assert ("Cache-Control", "public, immutable") in found.answer.headers
    assert api.get("/openapi/v2").answer.body[:5] == b"\x0a\x032.0"


@pytest.mark.parametrize(("user", "allowed"), [("admin", True), ("alice", False)])
def test_access_reviews(api: Api, user: str, allowed: bool) -> None:
    groups = ["system:masters"] if user == "admin" else ["dev"]
    asked = {"verb": "get", "resource": "pods"}
    spec = {"user": user, "groups": groups, "resourceAttributes": asked}
    answer = api.post(f"{REVIEWS}/subjectaccessreviews", {"spec": spec})
    assert answer.body["status"]["allowed"] is allowed


def test_reviews_of_identity(api: Api) -> None:
    me = api.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {}).body
    assert me["status"]["userInfo"]["username"] == "admin"
    url = "/apis/authentication.k8s.io/v1/tokenreviews"
    known = api.post(url, {"spec": {"token": "alice-token"}}).body["status"]
    assert (known["authenticated"], known["user"]["username"]) == (True, "alice")
    assert api.post(url, {"spec": {"token": "x"}}).body["status"]["error"] == "invalid bearer token"


def test_events_are_one_thing_in_two_groups(api: Api) -> None:
    core = "/api/v1/namespaces/default/events"
    other = "/apis/events.k8s.io/v1/namespaces/default/events"
    involved = {"kind": "Pod", "name": "p", "namespace": "default"}
    api.post(core, {"metadata": {"name": "e"}, "involvedObject": involved, "message": "m"})
    seen = api.get(f"{other}/e").body
    assert (seen["apiVersion"], seen["regarding"]["name"], seen["note"]) == (
        "events.k8s.io/v1",
        "p",
        "m",
    )


def test_a_full_disk_refuses_writes_and_reads_go_on(api: Api) -> None:
    api.config_map("a")
    disk = api.simulation.disk("apiserver", "store")
    disk.limit_bytes = disk.used_bytes()
    assert api.post(MAPS, {"metadata": {"name": "b"}}).code == 507
    assert api.get(f"{MAPS}/a").code == 200
    disk.limit_bytes = None
    api.simulation.run_ms(2_000)
    assert api.post(MAPS, {"metadata": {"name": "c"}}).code == 201
    assert [item["metadata"]["name"] for item in api.get(MAPS).body["items"]] == ["a", "c"]


def test_a_restart_finds_everything(api: Api) -> None:
    made = api.config_map("a", k="1")
    api.simulation.crash("apiserver")
    server = type(api.server)(api.simulation.host("apiserver"), api.server.config)
    server.start()
    api.server = server
    api.simulation.run_ms(20)
    assert api.get(f"{MAPS}/a").body == made


def test_notes_explain_without_a_revision(api: Api) -> None:
    api.config_map("a")
    revision = api.server.store.revision
    note = {"kind": "why", "data": {"because": "asked"}}
    assert api.post("/notes/configmaps/default/a", note).code == 202
    assert api.server.store.revision == revision
    (found,) = api.get("/notes/configmaps/default/a").body["items"]
    assert (found["revision"], found["author"], found["data"]) == (
        revision,
        "admin",
        {"because": "asked"},
    )
    assert api.post("/notes/nothing", note).code == 400
    for path in ("/notes/configmaps/default/a", "/telemetry/test"):
        for body in (b'{"kind":"a","data":' + b"[" * 100_000, b'{"kind":"\xff","data":1}'):
            assert api.post(path, body).code == 400
    assert api.get("/notes/configmaps/default/a", user="alice").code == 403


def test_changes_tell_author_and_cause(api: Api) -> None:
    api.config_map("a")
    (change,) = api.get("/changes?key=configmaps/default/").body["items"]
    assert (change["type"], change["author"], change["cause"]) == ("ADDED", "admin", 0)


def test_a_server_of_a_log_takes_no_writes() -> None:
    api = Api(read_only=True)
    assert api.post(MAPS, {"metadata": {"name": "a"}}).code == 403
    assert api.get(MAPS).code == 200
