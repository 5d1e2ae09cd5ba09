"""Pure parts: Accept, paths, YAML, options, patches' media types."""

from __future__ import annotations

from typing import Any

import pytest

from tuik8s.api.errors import ApiError
from tuik8s.api.kinds.registry import builtin
from tuik8s.components.apiserver.bodies import Malformed, parse_yaml
from tuik8s.components.apiserver.negotiation import OBJECT_FORMS, PACKED, PLAIN
from tuik8s.components.apiserver.options import delete_options_of, list_options, write_options
from tuik8s.components.apiserver.patching import patch_type
from tuik8s.components.apiserver.routes import Routes

TABLE = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,"
    "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)


@pytest.mark.parametrize(
    ("accept", "media", "shape"),
    [
        ("", "json", ""),
        ("*/*", "json", ""),
        ("application/json, */*", "json", ""),
        ("application/vnd.kubernetes.protobuf,application/json", "json", ""),
        ("text/html, */*;q=0.1", "json", ""),
        ("application/yaml", "yaml", ""),
        (TABLE, "json", "Table"),
        ("application/json;as=Table;v=v1;g=meta.k8s.io, application/json", "json", "Table"),
        ("application/json;as=Foo;v=v1;g=meta.k8s.io,application/json", "json", ""),
    ],
)
def test_accept(accept: str, media: str, shape: str) -> None:
    form = OBJECT_FORMS.form(accept)
    assert (form.media, form.shape) == (media, shape)


def test_plain_forms_are_the_same_object() -> None:
    assert OBJECT_FORMS.form("application/json") is PLAIN
    assert OBJECT_FORMS.form("application/msgpack") is PACKED


@pytest.mark.parametrize("accept", ["text/plain", "garbage", "application/cbor"])
def test_nothing_acceptable(accept: str) -> None:
    with pytest.raises(ApiError) as refused:
        OBJECT_FORMS.form(accept)
    assert refused.value.code == 406


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/api/v1/pods", ("list", "pods", "", "", "")),
        ("GET", "/api/v1/namespaces/n/pods/", ("list", "pods", "n", "", "")),
        ("GET", "/api/v1/namespaces/n/pods/p", ("get", "pods", "n", "p", "")),
        ("PUT", "/api/v1/namespaces/n/pods/p/status", ("update", "pods", "n", "p", "status")),
        ("PUT", "/api/v1/namespaces/n/finalize", ("update", "namespaces", "", "n", "finalize")),
        ("DELETE", "/api/v1/namespaces/n", ("delete", "namespaces", "", "n", "")),
        ("DELETE", "/api/v1/namespaces/n/pods", ("deletecollection", "pods", "n", "", "")),
        ("POST", "/apis/apps/v1/namespaces/n/deployments", ("create", "deployments", "n", "", "")),
        ("GET", "/api/v1/nodes/n%2F1", ("get", "nodes", "", "n", "1")),
        ("GET", "/version", ("get", "", "", "", "")),
    ],
)
def test_routes(method: str, path: str, found: tuple[str, ...]) -> None:
    route = Routes(builtin()).parse(method, path)
    parts = (route.verb, route.resource, route.namespace, route.name, route.subresource)
    assert parts == found


def test_route_of_a_namespace_has_itself_as_scope() -> None:
    assert Routes(builtin()).parse("GET", "/api/v1/namespaces/n").scope == "n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: y", {"a": True}),
        ("a: 'y'", {"a": "y"}),
        ("a: off", {"a": False}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: 0x10", {"a": 16}),
        ("a: 010", {"a": 8}),
        ("a: 1.2.3", {"a": "1.2.3"}),
        ("a: 1000000000000000000000", {"a": 1e21}),
        ("a: 0xFFFFFFFFFFFFFFFFFF", {"a": "0xFFFFFFFFFFFFFFFFFF"}),
        ("a: 1e999", {"a": "1e999"}),
        ("a: 2001-01-01", {"a": "2001-01-01"}),
        ("a: ~", {"a": None}),
        ("a: |\n  x\n", {"a": "x\n"}),
        ("1: x", {"1": "x"}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("base: &b {x: 1}\nc: {<<: *b, z: 2}", {"base": {"x": 1}, "c": {"x": 1, "z": 2}}),
        ("y: 2", {"true": 2}),
        ("a: 1\n---\nb: 2", {"a": 1}),
        ("", None),
    ],
)
def test_yaml_is_read_as_go_reads_it(text: str, value: Any) -> None:
    assert parse_yaml(text.encode())[0] == value


@pytest.mark.parametrize(
    "text",
    ["a: &x [*x]", "&x {<<: *x}", "[" * 3_000 + "]" * 3_000],
    ids=["in a list", "merged", "deep"],
)
def test_yaml_without_end_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_yaml(text.encode())


def test_yaml_names_repeated_keys() -> None:
    assert parse_yaml(b"a: 1\na: 2")[1] == ['line 2: key "a" already set in map']


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("banana", True), ("0", False)])
def test_booleans_are_lenient(text: str, flag: bool) -> None:
    assert list_options({"allowWatchBookmarks": [text]}, watch=True).bookmarks is flag


@pytest.mark.parametrize(
    "query",
    [{"force": ["false"]}, {"fieldManager": ["x" * 129]}, {"fieldManager": ["a\nb"]}],
)
def test_bad_patch_options(query: dict[str, list[str]]) -> None:
    with pytest.raises(ApiError) as refused:
        write_options(query, "PatchOptions")
    assert refused.value.code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"gracePeriodSeconds": "5"},
        {"propagationPolicy": "foreground"},
        {"orphanDependents": True, "propagationPolicy": "Orphan"},
        {"dryRun": ["x"]},
    ],
)
def test_bad_delete_options(body: dict[str, Any]) -> None:
    with pytest.raises(ApiError):
        delete_options_of(body)


def test_custom_kinds_have_no_strategic_patch() -> None:
    media = "application/strategic-merge-patch+json"
    assert patch_type(media, custom=False) == "strategic-merge-patch"
    with pytest.raises(ApiError) as refused:
        patch_type(media, custom=True)
    assert refused.value.code == 415
