"""The Events that a kubelet records, with upstream's rate limit per node.

Source: k8s.io/kubernetes pkg/kubelet/events and the kubelet's eventRecordQPS (50 a second, bursts
of 100).
"""

from __future__ import annotations

from tuik8s.api.times import format_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client
from tuik8s.world.base import World

PER_SECOND = 50
BURST = 100


class NodeEvents:
    """Records Events about the pods of one node, or about the node."""

    def __init__(self, world: World, client: Client, node: str) -> None:
        self._world = world
        self._client = client
        self._node = node
        self._rng = world.rng("kubelet/events")
        self._budget_milli = BURST * 1000
        self._filled_at_ms = world.now_ms()
        self.dropped = 0

    def pod(self, pod: Object, kind: str, reason: str, message: str, container: str = "") -> None:
        """Record an Event about a pod, or about one of its containers."""
        meta = pod["metadata"]
        about = {
            "kind": "Pod",
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
            "apiVersion": "v1",
            "resourceVersion": meta.get("resourceVersion", ""),
        }
        if container:
            about["fieldPath"] = f"spec.containers{{{container}}}"
        self._record(about, meta["namespace"], kind, reason, message)

    def node(self, uid: str, kind: str, reason: str, message: str) -> None:
        about = {"kind": "Node", "name": self._node, "uid": uid}
        self._record(about, "default", kind, reason, message)

    def _record(self, about: Object, namespace: str, kind: str, reason: str, message: str) -> None:
        now_ms = self._world.now_ms()
        if not self._spend(now_ms):
            self.dropped += 1
            return
        now = format_time(now_ms)
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": f"{about['name']}.{self._rng.bytes(8).hex()}",
                "namespace": namespace,
            },
            "involvedObject": about,
            "reason": reason,
            "message": message,
            "source": {"component": "kubelet", "host": self._node},
            "reportingComponent": "kubelet",
            "reportingInstance": self._node,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": kind,
        }
        self._client.create("events", event, _ignore)

    def _spend(self, now_ms: int) -> bool:
        gained = (now_ms - self._filled_at_ms) * PER_SECOND
        self._budget_milli = min(BURST * 1000, self._budget_milli + gained)
        self._filled_at_ms = now_ms
        if self._budget_milli < 1000:
            return False
        self._budget_milli -= 1000
        return True


def _ignore(reply: Reply) -> None:
    """A lost Event is not worth a retry, as upstream has it after its own."""
