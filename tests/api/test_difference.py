"""Differences of objects: a table of pairs, and properties that hold for any pair."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tuik8s.api.difference import Difference, differences
from tuik8s.api.kinds.registry import builtin

KINDS = builtin()
Row = tuple[str, Any, Any]

TABLE: list[tuple[str, str, Any, Any, list[Row]]] = [
    ("nothing", "pods", {"a": 1}, {"a": 1}, []),
    ("a leaf", "pods", {"spec": {"a": 1}}, {"spec": {"a": 2}}, [("spec.a", 1, 2)]),
    ("came", "pods", {"spec": {}}, {"spec": {"a": {"b": 1}}}, [("spec.a", None, {"b": 1})]),
    ("went", "pods", {"spec": {"a": [1]}}, {"spec": {}}, [("spec.a", [1], None)]),
    ("another type", "pods", {"a": {"b": 1}}, {"a": [1]}, [("a", {"b": 1}, [1])]),
    (
        "names that need quotes",
        "pods",
        {"metadata": {"labels": {"app.kubernetes.io/name": "a", "tier": "x"}}},
        {"metadata": {"labels": {"app.kubernetes.io/name": "b", "tier": "y"}}},
        [
            ('metadata.labels["app.kubernetes.io/name"]', "a", "b"),
            ("metadata.labels.tier", "x", "y"),
        ],
    ),
    (
        "a container that moved, one that changed, one that came",
        "pods",
        {"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]}},
        {
            "spec": {
                "containers": [
                    {"name": "b", "image": "2"}, {"name": "a", "image": "1"}, {"name": "c"}
                ]
            }
        },
        [
            ("spec.containers[name=b].image", "1", "2"),
            ("spec.containers[name=c]", None, {"name": "c"}),
        ],
    ),
    (
        "ports have two keys",
        "services",
        {"spec": {"ports": [{"port": 53, "protocol": "TCP", "targetPort": 1}]}},
        {
            "spec": {
                "ports": [
                    {"port": 53, "protocol": "UDP", "targetPort": 9},
                    {"port": 53, "protocol": "TCP", "targetPort": 2},
                ]
            }
        },
        [
            ("spec.ports[port=53,protocol=TCP].targetPort", 1, 2),
            (
                "spec.ports[port=53,protocol=UDP]",
                None,
                {"port": 53, "protocol": "UDP", "targetPort": 9},
            ),
        ],
    ),
    (
        "a set",
        "pods",
        {"metadata": {"finalizers": ["a", "b"]}},
        {"metadata": {"finalizers": ["c", "b"]}},
        [("metadata.finalizers[a]", "a", None), ("metadata.finalizers[c]", None, "c")],
    ),
    (
        "a list that only places tell apart",
        "pods",
        {"spec": {"containers": [{"name": "a", "command": ["x", "y"]}]}},
        {"spec": {"containers": [{"name": "a", "command": ["x", "z", "w"]}]}},
        [
            ("spec.containers[name=a].command[1]", "y", "z"),
            ("spec.containers[name=a].command[2]", None, "w"),
        ],
    ),
    (
        "no schema, but names",
        "widgets.example.com",
        {"spec": {"parts": [{"name": "a", "n": 1}, {"name": "b", "n": 1}]}},
        {"spec": {"parts": [{"name": "b", "n": 1}, {"name": "a", "n": 2}]}},
        [("spec.parts[name=a].n", 1, 2)],
    ),
    (
        "no schema, and names twice",
        "widgets.example.com",
        {"spec": {"parts": [{"name": "a", "n": 1}, {"name": "a", "n": 2}]}},
        {"spec": {"parts": [{"name": "a", "n": 1}, {"name": "a", "n": 3}]}},
        [("spec.parts[1].n", 2, 3)],
    ),
    (
        "bookkeeping",
        "nodes",
        {
            "metadata": {"resourceVersion": "1", "managedFields": [1]},
            "status": {"conditions": [{"type": "Ready", "lastHeartbeatTime": "a"}]},
        },
        {
            "metadata": {"resourceVersion": "2", "managedFields": [2]},
            "status": {"conditions": [{"type": "Ready", "lastHeartbeatTime": "b"}]},
        },
        [],
    ),
    ("all of it came", "pods", None, {"a": 1}, [("", None, {"a": 1})]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "old", "new", "wanted"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_differences(resource: str, old: Any, new: Any, wanted: list[Row]) -> None:
    kind = KINDS.by_resource(resource)
    schema = kind.schema if kind is not None else None
    assert differences(old, new, schema) == wanted
    back = [Difference(path, was, now) for path, now, was in wanted]
    assert sorted(map(repr, differences(new, old, schema))) == sorted(map(repr, back))


def test_everything() -> None:
    old = {"metadata": {"resourceVersion": "1"}}
    new = {"metadata": {"resourceVersion": "2"}}
    assert differences(old, new, everything=True) == [("metadata.resourceVersion", "1", "2")]


VALUES = st.recursive(
    st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "type", "a", "b.c"]), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(["name", "spec", "b.c"]), VALUES, max_size=3)


def bag(value: Any) -> Any:
    """A value in which the order of lists does not count."""
    if isinstance(value, dict):
        return sorted((name, bag(inner)) for name, inner in value.items())
    return sorted(map(repr, map(bag, value))) if isinstance(value, list) else value


@settings(max_examples=200, deadline=None)
@given(OBJECTS, OBJECTS)
def test_no_difference_means_the_same_but_for_order(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    found = differences(old, new)
    assert all(difference.old != difference.new for difference in found)
    assert len({difference.path for difference in found}) == len(found)
    if not found:
        assert bag(old) == bag(new)
    assert differences(old, old) == []
