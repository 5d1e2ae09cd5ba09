"""What nodes said last, and when this controller heard it.

A node is alive as long as its Ready condition or its Lease keeps changing. Times are those of
this controller's clock at the moment it saw the change, never the node's own: so neither a skewed
node nor a restarted controller declares healthy nodes dead.

Source: k8s.io/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go
(`tryUpdateNodeHealth`), 1.36.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Object

STARTUP_GRACE_MS = 60_000
_WATCHED = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


@dataclass(slots=True)
class Heard:
    """The last sign of life of one node, and when it was heard."""

    ready: Object | None
    renewed: str
    at_ms: int
    uid: str


class Health:
    """Signs of life of all nodes."""

    def __init__(self, grace_ms: int) -> None:
        self._grace_ms = grace_ms
        self._heard: dict[str, Heard] = {}

    def known(self) -> list[tuple[str, str]]:
        """Names and uids of all nodes seen."""
        return [(name, heard.uid) for name, heard in self._heard.items()]

    def forget(self, name: str) -> None:
        self._heard.pop(name, None)

    def begin_anew(self, now_ms: int) -> None:
        """We were deaf ourselves: nobody is blamed for the time in which we heard nothing."""
        for heard in self._heard.values():
            heard.at_ms = max(heard.at_ms, now_ms)

    def is_new(self, name: str, uid: str) -> bool:
        heard = self._heard.get(name)
        return heard is None or heard.uid != uid

    def observe(
        self, node: Object, ready: Object | None, lease: Object | None, now_ms: int
    ) -> bool:
        """Take note of what the node says now (ready: its Ready condition).

        True when it has been silent too long.
        """
        name, uid = node["metadata"]["name"], node["metadata"].get("uid") or ""
        renewed = ((lease or {}).get("spec") or {}).get("renewTime") or ""
        heard = self._heard.get(name)
        if heard is None or heard.uid != uid:
            at_ms = now_ms if ready else parse_time(node["metadata"]["creationTimestamp"])
            heard = self._heard[name] = Heard(ready, renewed, at_ms, uid)
        elif _beat(ready) != _beat(heard.ready) or renewed > heard.renewed:
            heard.at_ms = now_ms
        heard.ready, heard.renewed = ready, max(renewed, heard.renewed)
        grace_ms = self._grace_ms if ready else max(self._grace_ms, STARTUP_GRACE_MS)
        return now_ms > heard.at_ms + grace_ms


def _beat(ready: Object | None) -> object:
    """What changes in a Ready condition when its node posts a status."""
    return None if ready is None else (ready.get("lastHeartbeatTime"), ready.get("status"))


def silent_conditions(node: Object, now_ms: int) -> list[Object] | None:
    """The node's conditions with those that nobody reports any more Unknown; None: as they are."""
    before = (node.get("status") or {}).get("conditions") or []
    after = [dict(found) for found in before]
    by_type = {found.get("type"): found for found in after}
    now = format_time(now_ms)
    for kind in _WATCHED:
        found = by_type.get(kind)
        if found is None:
            after.append(_never_posted(kind, node["metadata"]["creationTimestamp"], now))
        elif found.get("status") != "Unknown":
            found.update(
                status="Unknown",
                reason="NodeStatusUnknown",
                message="Kubelet stopped posting node status.",
                lastTransitionTime=now,
            )
    return None if after == before else after


def _never_posted(kind: str, created: str, now: str) -> Object:
    return {
        "type": kind,
        "status": "Unknown",
        "lastHeartbeatTime": created,
        "lastTransitionTime": now,
        "reason": "NodeStatusNeverUpdated",
        "message": "Kubelet never posted node status.",
    }
