"""Two states, object by object."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tuik8s.api.comparison import Comparison, State, shown_key
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
    comparison = Comparison(state(1, **old), state(2, **new), KINDS)
    objects = [comparison.of(key) for key in comparison.changed_keys()]
    assert [(each.type, each.what) for each in objects if each.fields] == found


def test_everything_is_bookkeeping_and_heartbeats_too() -> None:
    before, after = state(1, n=node(1, "True", "1")), state(2, n=node(2, "True", "2"))
    found = Comparison(before, after, KINDS, everything=True).of("nodes//n")
    assert {field.path for field in found.fields} == {
        "metadata.resourceVersion",
        "status.conditions[type=Ready].lastHeartbeatTime",
    }


def placed(second: int, labels: dict[str, str]) -> State:
    """A cluster whose addresses are in 127.<second>.0.0/12."""
    addresses = [{"type": "InternalIP", "address": f"127.{second}.0.1"}]
    service = {
        "metadata": {"name": "s", "labels": labels},
        "spec": {"clusterIP": f"127.{second + 1}.0.7"},
    }
    address = f"127.{second + 1}.0.7"
    objects = {
        "nodes//n": {"metadata": {"name": "n"}, "status": {"addresses": addresses}},
        "services/a/s": service,
        f"ipaddresses.networking.k8s.io//{address}": {"metadata": {"name": address}},
    }
    values = {key: msgspec.msgpack.encode(obj) for key, obj in objects.items()}
    return State("test", 1, 0, values)


def test_other_addresses_are_no_difference_between_two_futures() -> None:
    comparison = Comparison(placed(16, {"a": "b"}), placed(32, {"a": "c"}), KINDS)
    found = [one for key in comparison.changed_keys() if (one := comparison.of(key)).fields]
    assert [(one.key, one.what) for one in found] == [("services/a/s", "metadata.labels.a: b -> c")]
    assert comparison.note == "addresses of 127.32.0.0/12 are shown as in 127.16.0.0/12"
    assert Comparison(placed(16, {}), placed(16, {}), KINDS).note == ""


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
