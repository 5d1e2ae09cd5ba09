"""Validation of metadata against recorded refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tuik8s.api import names
from tuik8s.api.errors import invalid_object
from tuik8s.api.object_meta import validate_object_meta, validate_object_meta_update

GOLDEN = Path(__file__).parents[1] / "golden" / "machinery"


def _creations() -> list[Any]:
    found: list[Any] = []
    for name in ("metadata-owner-references", "metadata-finalizer-rules"):
        steps = json.loads((GOLDEN / f"{name}.json").read_text())["steps"]
        posts = [s for s in steps if s["method"] == "POST" and s["path"].endswith("configmaps")]
        found += [pytest.param(step, id=f"{name}-{step['id']}") for step in posts]
    return found


@pytest.mark.parametrize("step", _creations())
def test_creation_as_recorded(step: dict[str, Any]) -> None:
    meta = {**step["body"]["metadata"], "namespace": "ns"}
    errors = validate_object_meta(meta, True, names.name_is_subdomain)
    if step["expect"]["status"] != 422:
        assert errors == []
        return
    status = invalid_object("", "ConfigMap", meta["name"], errors).status()
    assert status == step["expect"]["body"]


@pytest.mark.parametrize(
    ("meta", "want"),
    [
        ({}, ["metadata.name: Required value: name or generateName is required"]),
        ({"name": "a", "namespace": ""}, ["metadata.namespace: Required value"]),
        ({"name": "a", "generation": -1}, ["metadata.generation: Invalid value: -1: must be "
                                           "greater than or equal to 0"]),
        ({"name": "a", "annotations": {"A/b": "x" * (1 << 18)}},
         ["metadata.annotations: Too long: may not be more than 262144 bytes"]),
        ({"name": "a", "managedFields": [{"operation": "x", "fieldsType": "y"}]},
         ["metadata.managedFields[0].operation: Invalid value: \"x\": must be `Apply` or `Update`",
          "metadata.managedFields[0].fieldsType: Invalid value: \"y\": must be `FieldsV1`"]),
    ],
)  # fmt: skip
def test_creation(meta: dict[str, Any], want: list[str]) -> None:
    errors = validate_object_meta({"namespace": "ns", **meta}, True, names.name_is_subdomain)
    assert [e.message for e in errors if e.field != "metadata.name" or not meta] == want


@pytest.mark.parametrize(
    ("new", "old", "want"),
    [
        ({"uid": "b"}, {"uid": "a"}, ['metadata.uid: Invalid value: "b": field is immutable']),
        ({"finalizers": ["x.io/c"]}, {"deletionTimestamp": "t"},
         ["metadata.finalizers: Forbidden: no new finalizers can be added if the object is being "
          'deleted, found new finalizers []string{"x.io/c"}',
          "metadata.deletionTimestamp: Invalid value: null: field is immutable"]),
        ({"finalizers": ["x.io/c"]}, {}, []),
        ({"generation": 1}, {"generation": 2},
         ["metadata.generation: Invalid value: 1: must not be decremented"]),
    ],
)  # fmt: skip
def test_update(new: dict[str, Any], old: dict[str, Any], want: list[str]) -> None:
    assert [e.message for e in validate_object_meta_update(new, old)] == want
