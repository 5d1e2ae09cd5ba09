"""JSON, merge and strategic merge patches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tuik8s.api.errors import ApiError
from tuik8s.api.patch import json_patch, merge, strategic
from tuik8s.api.schema import load_kind

GOLDEN = Path(__file__).parents[2] / "golden" / "machinery"
DEPLOYMENT = load_kind("apps", "v1", "Deployment")
DOC = {"data": {"k": "1"}, "list": ["a", "b", "c"], "n": 1}


def _op(kind: str, path: str, **rest: Any) -> dict[str, Any]:
    return {"op": kind, "path": path, **rest}


@pytest.mark.parametrize(
    ("operation", "want"),
    [
        (_op("add", "/list/-", value="d"), {"list": ["a", "b", "c", "d"]}),
        (_op("add", "/list/0", value="z"), {"list": ["z", "a", "b", "c"]}),
        (_op("add", "/list/3", value="z"), {"list": ["a", "b", "c", "z"]}),
        (_op("remove", "/list/-1"), {"list": ["a", "b"]}),
        (_op("replace", "/list/1", value="x"), {"list": ["a", "x", "c"]}),
        (_op("replace", "/data/none", value="x"), {"data": {"k": "1", "none": "x"}}),
        (_op("replace", "/data/k"), {"data": {"k": None}}),
        (_op("replace", "odd/data/k", value="2"), {"data": {"k": "2"}}),
        (_op("add", "/data/a~1b~0", value="x"), {"data": {"k": "1", "a/b~": "x"}}),
        (_op("copy", "/data/x", **{"from": "/data/none"}), {"data": {"k": "1", "x": None}}),
        (_op("copy", "/data/x", **{"from": "/n"}), {"data": {"k": "1", "x": 1}}),
        (_op("move", "/data/x", **{"from": "/data/k"}), {"data": {"x": "1"}}),
        (_op("test", "/data/none", value=None), {}),
        (_op("test", "/data/k", value="1"), {}),
    ],
)
def test_json_patch(operation: dict[str, Any], want: dict[str, Any]) -> None:
    assert json_patch.apply(DOC, [operation]) == {**DOC, **want}


@pytest.mark.parametrize(
    "operation",
    [
        _op("test", "/data/k", value="2"),
        _op("test", "/n", value=True),
        _op("remove", "/data/none"),
        _op("remove", "/list/9"),
        _op("remove", "/list/" + "9" * 5000),
        _op("add", "/list/9", value="x"),
        _op("add", "/none/x", value="x"),
        _op("add", "/n/x", value="x"),
        _op("replace", "/list/x", value="x"),
        _op("move", "/data/x", **{"from": "/data/none"}),
        _op("frob", "/data/x"),
        {"path": "/data/x"},
        _op("remove", ""),
    ],
)
def test_json_patch_refused(operation: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as caught:
        json_patch.apply(DOC, [operation])
    assert (caught.value.code, caught.value.reason) == (422, "Invalid")
    assert caught.value.details == {}


@pytest.mark.parametrize(
    ("ops", "code", "text"),
    [
        ({}, 400, "error decoding patch: json: cannot unmarshal object into Go value of type "
                  "[]handlers.jsonPatchOp"),
        (["x"], 400, "error decoding patch: json: cannot unmarshal string into Go value of type "
                     "handlers.jsonPatchOp"),
        ([{"op": 1}], 400, "error decoding patch: json: cannot unmarshal number into Go struct "
                           "field jsonPatchOp.op of type string"),
        ([_op("test", "/x", value=None)] * 10_001, 413, "Request entity too large: The allowed "
         "maximum operations in a JSON patch is 10000, got 10001"),
    ],
)  # fmt: skip
def test_json_patch_undecodable(ops: Any, code: int, text: str) -> None:
    with pytest.raises(ApiError) as caught:
        json_patch.apply(DOC, ops)
    assert (caught.value.code, caught.value.message) == (code, text)


@pytest.mark.parametrize(
    ("patch", "want"),
    [
        ({"data": {"k": None}}, {"data": {}}),
        ({"list": ["x", None]}, {"list": ["x", None]}),
        ({"new": {"a": None, "b": {"c": None}}}, {"new": {"b": {}}}),
        ({"data": {"l": "2"}}, {"data": {"k": "1", "l": "2"}}),
    ],
)
def test_merge_patch(patch: dict[str, Any], want: dict[str, Any]) -> None:
    assert merge.apply(DOC, patch) == {**DOC, **want}


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        (None, "Invalid JSON Patch"),
        ([], "error decoding patch: json: cannot unmarshal array into Go value of type "
             "map[string]interface {}"),
    ],
)  # fmt: skip
def test_merge_patch_undecodable(patch: Any, text: str) -> None:
    with pytest.raises(ApiError) as caught:
        merge.apply(DOC, patch)
    assert (caught.value.code, caught.value.message) == (400, text)


VALUES = st.recursive(
    st.booleans() | st.integers(0, 3) | st.text("ab", max_size=1),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@given(OBJECTS, OBJECTS)
@example({"a": [True]}, {"a": [1]})
def test_merge_diff_then_apply_gives_the_new_object(old: Any, new: Any) -> None:
    assert json_patch.same(merge.apply(old, merge.diff(old, new)), new)
    assert merge.diff(new, new) == {}


def _pod(patch: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"template": {"spec": patch}}}


LIVE = _pod(
    {
        "containers": [
            {"name": "a", "image": "a:1", "env": [{"name": "X", "value": "1"}, {"name": "Y"}]},
            {"name": "b", "image": "b:1"},
        ],
        "tolerations": [{"key": "k"}],
    }
) | {"metadata": {"labels": {"app": "d"}, "finalizers": ["x.io/a", "x.io/b"]}}


@pytest.mark.parametrize(
    ("patch", "want"),
    [
        ({"containers": [{"name": "c"}]}, ["c", "a", "b"]),
        ({"containers": [{"name": "b", "image": "x"}]}, ["a", "b"]),
        ({"containers": [{"name": "a", "$patch": "delete"}]}, ["b"]),
        ({"containers": [{"$patch": "replace"}, {"name": "z"}]}, ["z"]),
        ({"containers": [{"name": "z", "$patch": "replace"}]}, []),
        ({"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}, ["b", "a"]),
        ({"$setElementOrder/containers": [{"name": "b"}, {"name": "c"}],
          "containers": [{"name": "c"}, {"name": "a", "$patch": "delete"}]}, ["b", "c"]),
        ({"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}, {"name": "b"}],
          "containers": [{"name": "c"}]}, ["c", "a", "b"]),
    ],
)  # fmt: skip
def test_strategic_order_of_containers(patch: dict[str, Any], want: list[str]) -> None:
    result = strategic.apply(LIVE, _pod(patch), DEPLOYMENT)
    assert [c["name"] for c in result["spec"]["template"]["spec"]["containers"]] == want


@pytest.mark.parametrize(
    ("patch", "want"),
    [
        ({"finalizers": ["x.io/c"]}, {"finalizers": ["x.io/c", "x.io/a", "x.io/b"]}),
        ({"$deleteFromPrimitiveList/finalizers": ["x.io/a"]}, {"finalizers": ["x.io/b"]}),
        ({"$deleteFromPrimitiveList/finalizers": ["x.io/a"],
          "$setElementOrder/finalizers": ["x.io/b"]}, {"finalizers": ["x.io/b"]}),
        ({"labels": {"$patch": "replace", "z": "1"}}, {"labels": {"z": "1"}}),
        ({"labels": {"$patch": "delete"}}, {"labels": {}}),
        ({"labels": None}, {"labels": None}),
        ({"annotations": {"a": "b", "c": None}}, {"annotations": {"a": "b"}}),
    ],
)  # fmt: skip
def test_strategic_metadata(patch: dict[str, Any], want: dict[str, Any]) -> None:
    result = strategic.apply(LIVE, {"metadata": patch}, DEPLOYMENT)["metadata"]
    assert result == {k: v for k, v in {**LIVE["metadata"], **want}.items() if v is not None}


def test_strategic_atomic_list_is_replaced() -> None:
    result = strategic.apply(LIVE, _pod({"tolerations": [{"key": "z"}]}), DEPLOYMENT)
    assert result["spec"]["template"]["spec"]["tolerations"] == [{"key": "z"}]


@pytest.mark.parametrize(
    ("patch", "want"),
    [
        ({"type": "Recreate"}, {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
        ({"$retainKeys": ["type"], "type": "Recreate"}, {"type": "Recreate"}),
        ({"$retainKeys": ["type"], "rollingUpdate": None, "type": "R"}, {"type": "R"}),
    ],
)
def test_strategic_retain_keys(patch: dict[str, Any], want: dict[str, Any]) -> None:
    live = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    result = strategic.apply(live, {"spec": {"strategy": patch}}, DEPLOYMENT)
    assert result["spec"]["strategy"] == want


def test_strategic_retain_keys_must_name_what_is_patched() -> None:
    patch = {"spec": {"strategy": {"$retainKeys": ["type"], "rollingUpdate": {"maxSurge": 3}}}}
    with pytest.raises(ApiError) as caught:
        strategic.apply({"spec": {"strategy": {}}}, patch, DEPLOYMENT)
    assert (caught.value.code, caught.value.message) == (400, "invalid patch format of retainKeys")


@pytest.mark.parametrize("name", [{}, {"a": "b"}, ["a"]])
def test_strategic_leaves_keys_of_a_wrong_type_to_the_schema(name: Any) -> None:
    patch = {"spec": {"template": {"spec": {"containers": [{"name": name}]}}}}
    live = {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}
    patched = strategic.apply(live, patch, DEPLOYMENT)
    assert {"name": name} in patched["spec"]["template"]["spec"]["containers"]


def test_strategic_errors_as_recorded() -> None:
    steps = json.loads((GOLDEN / "smp-patch-bad-directive.json").read_text())["steps"]
    refused = [step for step in steps if step["expect"]["status"] == 500]
    assert len(refused) == 6
    for step in refused:
        with pytest.raises(ApiError) as caught:
            strategic.apply(steps[0]["body"], step["body"], DEPLOYMENT)
        want = step["expect"]["body"]["message"]
        # One message quotes the whole live object, whose defaults the function has not seen.
        start = want.partition("[[map[")[0]
        assert caught.value.message.startswith(start)
        assert caught.value.status()["code"] == 500
