"""Managed fields and apply: the rules that no recorded case shows on its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuik8s.api.errors import ApiError
from tuik8s.api.patch import apply, fieldset, managed, typed
from tuik8s.api.schema import load_kind

CONFIG_MAP = load_kind("", "v1", "ConfigMap")
POD = load_kind("", "v1", "Pod")


def _config(data: dict[str, str], **metadata: Any) -> dict[str, Any]:
    meta = {"name": "a", **metadata}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def _applied(live: Any, patch: Any, manager: str = "m", force: bool = False, now: int = 0) -> Any:
    return apply.apply(live, patch, CONFIG_MAP, manager, force, "v1", "", now)


def _updated(old: Any, data: dict[str, str], manager: str, now: int, **metadata: Any) -> Any:
    new = _config(data, **metadata)
    managed.track_update(old, new, CONFIG_MAP, manager, "v1", "", now)
    return new


def test_a_write_that_changes_nothing_keeps_entries_and_times() -> None:
    old = _updated(None, {"k": "1"}, "m", 0)
    new = _updated(old, {"k": "1"}, "n", 5000)
    assert new["metadata"]["managedFields"] == old["metadata"]["managedFields"]


def test_an_object_without_entries_is_not_tracked_until_applied() -> None:
    old = {"metadata": {"name": "a"}}
    managed.track_update(None, old, CONFIG_MAP, "m", "v1", "", 0)
    new = _updated(old, {"k": "1"}, "m", 0)
    assert "managedFields" not in new["metadata"]
    with pytest.raises(ApiError, match=r'conflict with "before-first-apply" using v1: \.data\.k'):
        _applied(new, _config({"k": "2"}))


def test_an_empty_entry_clears() -> None:
    old = _updated(None, {"k": "1"}, "m", 0)
    new = _updated(old, {"k": "1"}, "m", 0, managedFields=[{}])
    assert "managedFields" not in new["metadata"]


def test_unreadable_entries_are_ignored() -> None:
    old = _updated(None, {"k": "1"}, "m", 0)
    sent = [{"manager": "x", "operation": "Bad", "fieldsV1": {}}]
    new = _updated(old, {"k": "1"}, "m", 0, managedFields=sent)
    assert new["metadata"]["managedFields"] == old["metadata"]["managedFields"]


def test_the_oldest_of_many_updaters_are_put_together() -> None:
    obj = _updated(None, {"k0": "1"}, "m0", 0)
    for number in range(1, 12):
        data = {**obj["data"], f"k{number}": "1"}
        obj = _updated(obj, data, f"m{number}", number * 1000)
    managers = [entry["manager"] for entry in obj["metadata"]["managedFields"]]
    assert len(managers) == managed.UPDATE_ENTRIES_MAX
    assert "ancient-changes" in managers
    assert "m11" in managers


def test_kubectl_may_take_what_it_applied_client_side() -> None:
    config = _config({"k": "1"})
    annotations = {apply.LAST_APPLIED: json.dumps(config)}
    live = _updated(None, {"k": "1"}, "kubectl-client-side-apply", 0, annotations=annotations)
    with pytest.raises(ApiError):
        _applied(live, _config({"k": "2"}), manager="other")
    result = _applied(live, _config({"k": "2"}), manager="kubectl")
    assert result["data"] == {"k": "2"}
    assert json.loads(result["metadata"]["annotations"][apply.LAST_APPLIED])["data"] == {"k": "2"}


@pytest.mark.parametrize(
    ("patch", "want"),
    [
        ({"nofield": 1}, "/a; /v1, Kind=Pod): .nofield: field not declared in schema"),
        ({"spec": {"containers": [{"name": "c"}, {"name": "c"}]}},
         '/a; /v1, Kind=Pod): .spec.containers: duplicate entries for key [name="c"]'),
        ({"spec": {"containers": [{"name": {}}]}},
         "/a; /v1, Kind=Pod): .spec.containers[name={}].name: expected string, got "
         "&value.valueUnstructured{Value:map[string]interface {}{}}"),
        ({"spec": {"nodeName": 5}}, "/a; /v1, Kind=Pod): .spec.nodeName: expected string, got "
         "&value.valueUnstructured{Value:5}"),
    ],
)  # fmt: skip
def test_schema_errors(patch: dict[str, Any], want: str) -> None:
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, **patch}
    with pytest.raises(ApiError) as caught:
        apply.apply(None, body, POD, "m", False, "v1", "", 0)
    assert caught.value.code == 500
    assert caught.value.message == f"failed to create typed patch object ({want}"


def test_managed_fields_in_an_applied_object_are_refused() -> None:
    with pytest.raises(ApiError, match=r"metadata\.managedFields must be nil"):
        _applied(None, _config({}, managedFields=[]))


def test_another_kind_is_refused() -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}}
    with pytest.raises(ApiError, match="invalid object type: /v1, Kind=Secret"):
        apply.apply(None, body, CONFIG_MAP, "m", False, "v1", "", 0, kind="ConfigMap")


def test_keyed_lists_keep_the_live_order_around_the_applied_items() -> None:
    node = POD.fields["spec"].fields["containers"]
    live = [{"name": n} for n in "abcd"]
    merged = typed.merge(live, [{"name": "d"}, {"name": "x"}, {"name": "b"}], node)
    assert [item["name"] for item in merged] == ["a", "c", "d", "x", "b"]


DATA = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("12"), max_size=4)


@given(DATA, DATA, st.booleans())
def test_apply_is_idempotent(first: dict[str, str], second: dict[str, str], other: bool) -> None:
    live = _updated(None, first, "other", 0) if other else _applied(None, _config(first))
    once = _applied(live, _config(second), force=True, now=1000)
    assert _applied(once, _config(second), now=2000) == once


@given(DATA, DATA)
def test_apply_removes_what_it_no_longer_names(a: dict[str, str], b: dict[str, str]) -> None:
    live = _applied(None, _config(a, labels={"x": "y"}))
    live["metadata"]["uid"] = "u"
    result = _applied(live, _config(b))
    result["metadata"].pop("managedFields", None)
    assert result["metadata"] == {"name": "a", "uid": "u"}
    assert result.get("data", {}) == b


PATHS = st.sets(
    st.lists(st.sampled_from(["f:a", "f:b", 'k:{"n":1}', 'v:"x"']), min_size=1, max_size=3).map(
        tuple
    )
)


def _set_of(members: set[tuple[str, ...]]) -> fieldset.FieldSet:
    result: fieldset.FieldSet = {}
    for path in sorted(members):
        below: fieldset.FieldSet = {}
        for element in reversed(path):
            below = {element: below}
        result = fieldset.union(result, below)
    return result


def _members(fields: fieldset.FieldSet, prefix: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for element, below in fields.items():
        if element != fieldset.MEMBER:
            if fieldset.is_member(below):
                found.add((*prefix, element))
            found |= _members(below, (*prefix, element))
    return found


@given(PATHS, PATHS)
def test_field_sets_are_sets(left: set[tuple[str, ...]], right: set[tuple[str, ...]]) -> None:
    one, other = _set_of(left), _set_of(right)
    assert _members(one) == left
    assert _members(fieldset.union(one, other)) == left | right
    assert _members(fieldset.difference(one, other)) == left - right
    assert _members(fieldset.intersection(one, other)) == left & right
    assert fieldset.difference(one, one) == {}
    assert fieldset.ordered(one) == one


def test_paths_are_shown_as_messages_show_them() -> None:
    fields: fieldset.FieldSet = {
        "f:spec": {"f:c": {'k:{"name":"c","port":80}': {".": {}, "f:i": {}}, 'v:"x"': {}}}
    }
    assert list(fieldset.paths(fields)) == [
        '.spec.c[name="c",port=80]',
        '.spec.c[name="c",port=80].i',
        '.spec.c[="x"]',
    ]
