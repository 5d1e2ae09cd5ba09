"""Taints that follow from a node's conditions, and how to swap some for others.

Source: k8s.io/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go
(`doNoScheduleTaintingPass`) and pkg/controller/util/node (`SwapNodeControllerTaint`), 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable

from tuik8s.api.meta import name_of
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Patch
from tuik8s.components.controllers.parts.node_match import taints_of

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
_UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_BY_CONDITION = {
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
}
_OURS = frozenset((*_BY_CONDITION.values(), _UNSCHEDULABLE))

Taint = tuple[str, str]
"""Key and effect."""


def has(node: Object, key: str, effect: str) -> bool:
    return any(t.get("key") == key and t.get("effect") == effect for t in taints_of(node))


def no_schedule(node: Object) -> list[str]:
    """Keys of the NoSchedule taints that the node should have, in the order of its conditions."""
    found = []
    for posted in (node.get("status") or {}).get("conditions") or ():
        key = _BY_CONDITION.get((posted.get("type"), posted.get("status")))
        if key:
            found.append(key)
    if (node.get("spec") or {}).get("unschedulable"):
        found.append(_UNSCHEDULABLE)
    return found


def correct_no_schedule(node: Object, now_ms: int) -> Patch | None:
    """The patch that makes the NoSchedule taints follow the conditions; None when they do."""
    wanted = no_schedule(node)
    have = [
        t["key"] for t in taints_of(node) if t.get("effect") == "NoSchedule" and t["key"] in _OURS
    ]
    add = [(key, "NoSchedule") for key in wanted if key not in have]
    remove = [(key, "NoSchedule") for key in have if key not in wanted]
    return swap(node, add, remove, now_ms) if add or remove else None


def swap(node: Object, add: Iterable[Taint], remove: Iterable[Taint], now_ms: int) -> Patch | None:
    """Taints taken off and put on in one write; None when that changes nothing."""
    gone = set(remove)
    before = list(taints_of(node))
    after = [t for t in before if (t.get("key"), t.get("effect")) not in gone]
    for key, effect in add:
        if not any(t.get("key") == key and t.get("effect") == effect for t in after):
            after.append({"key": key, "effect": effect, "timeAdded": format_time(now_ms)})
    if after == before:
        return None
    metadata = {"resourceVersion": node["metadata"]["resourceVersion"]}
    patch = {"metadata": metadata, "spec": {"taints": after or None}}
    return Patch(resource="nodes", namespace="", name=name_of(node), patch=patch, tolerate=(404,))
