"""Two states, object by object."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tuik8s.api.comparison import State, changed_keys, changed_object, shown_key
from tuik8s.api.kinds.registry import builtin

KINDS = builtin()


def state(revision: int, **objects: Any) -> State:
    values = {f"nodes//{name}": msgspec.msgpack.encode(obj) for name, obj in objects.items()}
    return State("test", revision, 0, values)


def node(version: int, ready: str, beat: str = "1") -> dict[str, Any]:
    condition = {"type": "Ready", "status": ready, "lastHeartbeatTime": beat}
    meta = {"name": "n", "resourceVersion": str(version)}
    return {"metadata": meta, "status": {"conditions": [condition]}}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({}, {}, []),
        ({"n": node(1, "True")}, {"n": node(1, "True")}, []),
        ({}, {"n": node(1, "True")}, [("ADDED", "added")]),
        ({"n": node(1, "True")}, {}, [("DELETED", "gone")]),
        (
            {"n": node(1, "True")},
            {"n": node(2, "Unknown")},
            [("MODIFIED", "Ready: True -> Unknown")],
        ),
        ({"n": node(1, "True", "1")}, {"n": node(2, "True", "2")}, []),
    ],
)
def test_what_differs(
    old: dict[str, Any], new: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    before, after = state(1, **old), state(2, **new)
    objects = [changed_object(k, before, after, KINDS) for k in changed_keys(before, after)]
    assert [(each.type, each.what) for each in objects if each.fields] == found


def test_everything_is_bookkeeping_and_heartbeats_too() -> None:
    before, after = state(1, n=node(1, "True", "1")), state(2, n=node(2, "True", "2"))
    found = changed_object("nodes//n", before, after, KINDS, everything=True)
    assert {field.path for field in found.fields} == {
        "metadata.resourceVersion",
        "status.conditions[type=Ready].lastHeartbeatTime",
    }


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("nodes//n", "node/n"),
        ("deployments.apps/shop/web", "deployment/web -n shop"),
        ("widgets.example.com/a/w", "widgets.example.com/w -n a"),
    ],
)
def test_keys_as_one_types_them(key: str, shown: str) -> None:
    assert shown_key(KINDS, key) == shown
