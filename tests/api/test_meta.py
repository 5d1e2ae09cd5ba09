"""Metadata, conditions and paths of plain objects."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuik8s.api import meta

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@given(JSON)
def test_copy_is_equal_and_shares_no_container(value: Any) -> None:
    copied = meta.copy_value(value)
    assert copied == value
    if isinstance(value, dict | list):
        assert copied is not value


def test_set_condition_moves_the_transition_time_only_with_the_status() -> None:
    obj: dict[str, Any] = {}
    assert meta.set_condition(obj, "Ready", "False", now="t1", reason="A", message="m")
    assert not meta.set_condition(obj, "Ready", "False", now="t2", reason="A", message="m")
    assert meta.set_condition(obj, "Ready", "False", now="t3", reason="B")
    ready = {"type": "Ready", "status": "False", "reason": "B", "lastTransitionTime": "t1"}
    assert meta.condition(obj, "Ready") == ready
    assert meta.set_condition(obj, "Ready", "True", now="t4", reason="B")
    assert meta.is_condition_true(obj, "Ready")
    assert meta.get_path(obj, "status.conditions")[0]["lastTransitionTime"] == "t4"


def test_owner_reference_makes_the_owner_the_controller() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "r", "uid": "u"}}
    pod = {"metadata": {"ownerReferences": [meta.owner_reference(owner)]}}
    assert meta.controller_of(pod) == {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": "r",
        "uid": "u",
        "controller": True,
        "blockOwnerDeletion": True,
    }
    assert meta.is_controlled_by(pod, owner)
    pod = {"metadata": {"ownerReferences": [meta.owner_reference(owner, controller=False)]}}
    assert meta.controller_of(pod) is None


def test_finalizers() -> None:
    obj: dict[str, Any] = {}
    assert meta.add_finalizer(obj, "a/b")
    assert not meta.add_finalizer(obj, "a/b")
    assert meta.remove_finalizer(obj, "a/b")
    assert obj == {"metadata": {}}
    assert not meta.remove_finalizer(obj, "a/b")


def test_paths() -> None:
    obj: dict[str, Any] = {}
    meta.set_path(obj, "spec.template.name", "x")
    assert meta.get_path(obj, "spec.template.name") == "x"
    assert meta.get_path(obj, "spec.name.template", 7) == 7
    assert obj == {"spec": {"template": {"name": "x"}}}


@pytest.mark.parametrize(("api_version", "want"), [("v1", ("", "v1")), ("apps/v1", ("apps", "v1"))])
def test_split_api_version(api_version: str, want: tuple[str, str]) -> None:
    assert meta.split_api_version(api_version) == want
