"""OpenAPI of the built-in kinds equals a 1.36 server's, prose aside (golden/documents)."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import builtin
from tuik8s.api.openapi import Documents
from tuik8s.api.openapi.descriptions import describe
from tuik8s.api.schema.structural import from_openapi

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "documents"
DOCUMENTS = Documents(builtin())
CUSTOM_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")


@lru_cache(maxsize=1)
def golden() -> dict[str, Any]:
    documents: dict[str, Any] = json.loads(
        gzip.decompress((GOLDEN / "openapi.json.gz").read_bytes())
    )
    # Written here without `allOf` or with it, as the installed prose has or lacks a text beside it.
    rule = documents["apis/networking.k8s.io/v1"]["components"]["schemas"]
    rule = rule["io.k8s.api.networking.v1.IngressRule"]["properties"]
    rule["http"] = {"allOf": [rule["http"]]}
    mapping = documents["apis/resource.k8s.io/v1"]["components"]["schemas"]
    mapping = mapping["io.k8s.api.resource.v1.NodeAllocatableResourceMapping"]["properties"]
    mapping["allocationMultiplier"] = mapping["allocationMultiplier"]["allOf"][0]
    return documents


def without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: without_prose(item)
            for key, item in value.items()
            if not (key == "description" and isinstance(item, str))
        }
    return [without_prose(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", DOCUMENTS.paths())
def test_document(path: str) -> None:
    body = DOCUMENTS.get(path)
    assert body is not None
    assert without_prose(json.loads(body)) == golden()[path]


def test_paths_are_those_of_a_real_server() -> None:
    assert set(DOCUMENTS.paths()) == set(golden())
    assert DOCUMENTS.get("apis/nope.io/v1") is None


def test_index_names_every_document_with_its_hash() -> None:
    paths = json.loads(DOCUMENTS.index())["paths"]
    assert list(paths) == DOCUMENTS.paths()
    url = paths["apis/apps/v1"]["serverRelativeURL"]
    assert url == f"/openapi/v3/apis/apps/v1?hash={DOCUMENTS.etag('apis/apps/v1')}"


def test_prose_comes_from_the_installed_models() -> None:
    text, fields = describe("io.k8s.api.core.v1.EnvVar")
    assert text == "EnvVar represents an environment variable present in a Container."
    assert fields["name"] == (
        "Name of the environment variable. May consist of any printable ASCII characters "
        "except '='."
    )
    assert "continue" in describe("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta")[1]
    assert describe("io.k8s.api.nope.v1.Nope") == ("", {})


def widget() -> Kind:
    spec = {"type": "object", "properties": {"a": {"type": "string", "minLength": 2}}}
    return Kind(
        group="widgets.example.com",
        version="v1",
        kind="Widget",
        plural="widgets",
        singular="widget",
        namespaced=True,
        verbs=CUSTOM_VERBS,
        schema=from_openapi({"type": "object", "properties": {"spec": spec}}),
        list_kind="WidgetList",
        custom=True,
    )


def test_custom_kinds_join_and_leave() -> None:
    kinds = builtin()
    documents = Documents(kinds)
    before = documents.etag("apis/widgets.example.com/v1")
    kinds.add(widget())
    assert "apis/widgets.example.com/v1" in documents.paths()
    assert "apis/widgets.example.com" not in documents.paths()
    assert documents.etag("apis/widgets.example.com/v1") != before
    body = documents.get("apis/widgets.example.com/v1")
    assert body is not None
    want = json.loads((GOLDEN / "openapi-custom.json").read_text())
    # A real server lists every group that has a DeleteOptions, those of alpha versions too.
    options = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"
    got = without_prose(json.loads(body))
    for document in (got, want):
        del document["components"]["schemas"][options]["x-kubernetes-group-version-kind"]
    assert got == want
    assert b"com.example.widgets.v1.Widget" in documents.v2()
    kinds.remove("widgets.example.com", "v1", "widgets")
    assert documents.get("apis/widgets.example.com/v1") is None
