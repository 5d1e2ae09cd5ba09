"""The Events that a kubelet records, in upstream's words and with upstream's limits.

What happens again is counted on the Event that is there. A node records 50 a second at most in
bursts of 100; one object gets 25 at once and then one every five minutes.

Source: k8s.io/kubernetes pkg/kubelet/events, kuberuntime and images (1.36); the kubelet's
eventRecordQPS; client-go tools/record/events_cache.go (spam filter, counts).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from sys import intern

import msgspec

from tuik8s.api.times import format_duration, format_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.event_pace import EventPace
from tuik8s.components.kubelet.runtimes.base import ContainerChange
from tuik8s.world.base import World

PER_SECOND = 50
BURST = 100
BURST_PER_OBJECT = 25
REFILL_PER_OBJECT_MS = 300_000
KNOWN_MAX = 4_096
IMAGE_BYTES = 8 << 20
"""Size that a simulated image is said to have."""


@dataclass(slots=True)
class _Bucket:
    """A token bucket, in thousandths of a token."""

    milli: int
    filled_at_ms: int

    def spend(self, now_ms: int, burst: int, milli_per_ms: float) -> bool:
        gained = int((now_ms - self.filled_at_ms) * milli_per_ms)
        if gained:
            self.milli = min(burst * 1000, self.milli + gained)
            self.filled_at_ms = now_ms
        if self.milli < 1000:
            return False
        self.milli -= 1000
        return True


@dataclass(slots=True)
class _Known:
    """An Event that was recorded, so that the same thing again only raises its count."""

    name: str
    count: int


class _About(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """The object that an Event is about, as it is written."""

    kind: str
    namespace: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    resource_version: str = ""
    field_path: str = ""


class _Said(msgspec.Struct, frozen=True, gc=False):
    """An Event before it is sent: thousands may wait for their turn, so it is small."""

    name: str
    namespace: str
    about: _About
    type: str
    reason: str
    message: str
    at_ms: int


class NodeEvents:
    """Records Events about the pods of one node, or about the node."""

    def __init__(self, world: World, client: Client, node: str, pace: EventPace) -> None:
        self._world = world
        self._client = client
        self._pace = pace
        self._node = node
        self._rng = world.rng("kubelet/events")
        self._bucket = _Bucket(BURST * 1000, world.now_ms())
        self._objects: dict[str, _Bucket] = {}
        self._known: dict[tuple[str, ...], _Known] = {}
        self.dropped = 0

    def pod(
        self, pod: Object, kind: str, reason: str, message: str, container: Container | None = None
    ) -> None:
        """Record an Event about a pod, or about one of its containers."""
        meta = pod["metadata"]
        path = ""
        if container is not None:
            field = _FIELDS.get(container.kind, "initContainers")
            path = intern(f"spec.{field}{{{container.name}}}")
        about = _About(
            "Pod",
            intern(meta["namespace"]),
            intern(meta["name"]),
            intern(meta["uid"]),
            "v1",
            meta.get("resourceVersion", ""),
            path,
        )
        self._record(about, about.namespace, kind, reason, intern(message))

    def container(self, pod: Object, container: Container, change: ContainerChange) -> None:
        """The Events of what happened to a container."""
        if container.adopted:
            return
        image = container.spec["image"]
        is_pulled = container.spec.get("imagePullPolicy") == "Always"
        if change.kind == "pulling" and is_pulled:
            self.pod(pod, "Normal", "Pulling", f'Pulling image "{image}"', container)
        elif change.kind == "pulled":
            began_at_ms = container.pull_began_at_ms if is_pulled else None
            self.pod(pod, "Normal", "Pulled", _pulled(image, began_at_ms, change.at_ms), container)
        elif change.kind == "started":
            self.pod(pod, "Normal", "Created", "Container created", container)
            self.pod(pod, "Normal", "Started", "Container started", container)
        elif change.kind == "unready" and container.spec.get("readinessProbe"):
            message = f"Readiness probe failed: {_failure(container.spec['readinessProbe'], pod)}"
            self.pod(pod, "Warning", "Unhealthy", message, container)
        elif change.kind in ("unhealthy", "dead") and container.spec.get("livenessProbe"):
            message = f"Liveness probe failed: {_failure(container.spec['livenessProbe'], pod)}"
            self.pod(pod, "Warning", "Unhealthy", message, container)
        elif change.kind == "pull-failed":
            message = f'Failed to pull image "{image}": {change.message}'
            self.pod(pod, "Warning", "Failed", message, container)
            self.pod(pod, "Warning", "Failed", f"Error: {change.reason}", container)

    def node(self, reason: str) -> None:
        """Record an Event about the node: upstream's say its name where others say a uid."""
        about = _About("Node", "", self._node, self._node)
        message = f"Node {self._node} status is now: {reason}"
        self._record(about, "default", "Normal", reason, message)

    def _record(self, about: _About, namespace: str, kind: str, reason: str, message: str) -> None:
        now_ms = self._world.now_ms()
        uid = about.uid
        of_object = self._objects.get(uid)
        if of_object is None:
            if len(self._objects) >= KNOWN_MAX:
                del self._objects[next(iter(self._objects))]
            of_object = self._objects[uid] = _Bucket(BURST_PER_OBJECT * 1000, now_ms)
        if not of_object.spend(now_ms, BURST_PER_OBJECT, 1000 / REFILL_PER_OBJECT_MS) or (
            not self._bucket.spend(now_ms, BURST, PER_SECOND)
        ):
            self.dropped += 1
            return
        key = (uid, about.field_path, kind, reason, message)
        known = self._known.get(key)
        if known is not None:
            known.count += 1
            body = {"count": known.count, "lastTimestamp": format_time(now_ms)}
            self._pace.send(
                lambda: self._client.patch("events", namespace, known.name, body, _ignore)
            )
            return
        if len(self._known) >= KNOWN_MAX:
            del self._known[next(iter(self._known))]
        name = f"{about.name}.{self._rng.bytes(8).hex()}"
        self._known[key] = _Known(name, 1)
        said = _Said(name, namespace, about, kind, reason, message, now_ms)
        self._pace.send(partial(self._create, said))

    def _create(self, said: _Said) -> None:
        at = format_time(said.at_ms)
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": said.name, "namespace": said.namespace},
            "involvedObject": msgspec.to_builtins(said.about),
            "reason": said.reason,
            "message": said.message,
            "source": {"component": "kubelet", "host": self._node},
            "reportingComponent": "kubelet",
            "reportingInstance": self._node,
            "firstTimestamp": at,
            "lastTimestamp": at,
            "count": 1,
            "type": said.type,
        }
        self._client.create("events", event, _ignore)


_FIELDS = {"main": "containers", "ephemeral": "ephemeralContainers"}


def _pulled(image: str, began_at_ms: int | None, at_ms: int) -> str:
    if began_at_ms is None:
        return (
            f'Container image "{image}" already present on machine and can be accessed by the pod'
        )
    took = format_duration(at_ms - began_at_ms)
    return (
        f'Successfully pulled image "{image}" in {took} ({took} including waiting). '
        f"Image size: {IMAGE_BYTES} bytes."
    )


def _failure(probe: Object, pod: Object) -> str:
    """What a probe says of a container that is not ready, in the prober's words."""
    if probe.get("httpGet"):
        return "HTTP probe failed with statuscode: 503"
    if probe.get("tcpSocket"):
        address = (pod.get("status") or {}).get("podIP", "")
        where = f"{address}:{probe['tcpSocket'].get('port', '')}"
        return f"dial tcp {where}: connect: connection refused"
    if probe.get("grpc"):
        return 'service unhealthy (responded with "NOT_SERVING")'
    return ""


def _ignore(reply: Reply) -> None:
    """A lost Event is not worth a retry, as upstream has it after its own."""
