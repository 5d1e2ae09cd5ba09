"""Discovery of the built-in kinds equals what a 1.36 server answers (golden/documents)."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tuik8s.api import discovery
from tuik8s.api.kinds.base import Kind, Subresource
from tuik8s.api.kinds.registry import builtin
from tuik8s.api.schema import load_kind

GOLDEN = Path(__file__).parent.parent / "golden" / "documents" / "discovery.json"
DOCUMENTS: dict[str, Any] = json.loads(GOLDEN.read_text())
KINDS = builtin()


def widget(version: str, plural: str = "widgets", group: str = "example.com") -> Kind:
    return Kind(
        group=group,
        version=version,
        kind="Widget",
        plural=plural,
        singular="widget",
        namespaced=True,
        verbs=("get", "list"),
        schema=load_kind("", "v1", "Pod"),
        subresources=(Subresource("status", group, version, "Widget", ("get",)),),
        custom=True,
    )


def test_api() -> None:
    assert discovery.api_versions("127.0.0.1:6443") == DOCUMENTS["api"]


def test_group_list() -> None:
    assert discovery.group_list(KINDS) == DOCUMENTS["apis"]


@pytest.mark.parametrize(
    "name",
    [n.removeprefix("apis-") for n in DOCUMENTS if n.startswith("apis-") and n[-3:] != "-v1"],
)
def test_group(name: str) -> None:
    if not name.endswith(("-v2", "aggregated")):
        assert discovery.group(KINDS, name) == DOCUMENTS[f"apis-{name}"]


@pytest.mark.parametrize("name", [n for n in DOCUMENTS if n.endswith(("-v1", "-v2"))])
def test_resource_list(name: str) -> None:
    group, version = name.removeprefix("apis-").removeprefix("api-").rpartition("-")[::2]
    assert discovery.resource_list(KINDS, group, version) == DOCUMENTS[name]


def test_aggregated() -> None:
    assert discovery.aggregated(KINDS, core=True) == DOCUMENTS["api-aggregated"]
    assert discovery.aggregated(KINDS, core=False) == DOCUMENTS["apis-aggregated"]


def test_custom_groups_follow_by_name_and_versions_by_maturity() -> None:
    kinds = builtin()
    for version in ("v1alpha1", "v10", "foo", "v2", "v2beta1", "v11beta2"):
        kinds.add(widget(version))
    kinds.add(widget("v1", group="a.example.com"))
    names = [entry["name"] for entry in discovery.group_list(kinds)["groups"]]
    assert names[-2:] == ["a.example.com", "example.com"]
    assert names[:-2] == [entry["name"] for entry in DOCUMENTS["apis"]["groups"]]
    found = discovery.group(kinds, "example.com")
    assert found is not None
    versions = [entry["version"] for entry in found["versions"]]
    assert versions == ["v10", "v2", "v11beta2", "v2beta1", "v1alpha1", "foo"]


def test_what_is_not_served() -> None:
    assert discovery.group(KINDS, "nope.io") is None
    assert discovery.group(KINDS, "") is None
    assert discovery.resource_list(KINDS, "apps", "v9") is None


def test_registry_follows_custom_kinds() -> None:
    kinds = builtin()
    before = kinds.generation
    kinds.add(widget("v1"))
    assert kinds.generation != before
    assert kinds.by_resource("widgets.example.com") is kinds.lookup("example.com", "v1", "widgets")
    kinds.add(dataclasses.replace(widget("v1"), kind="Gadget"))
    assert kinds.by_kind("example.com", "v1", "Widget") is None
    assert len(kinds.versions("widgets.example.com")) == 1
    kinds.remove("example.com", "v1", "widgets")
    assert kinds.by_resource("widgets.example.com") is None
    assert not kinds.has_group("example.com")
    kinds.remove("example.com", "v1", "widgets")
