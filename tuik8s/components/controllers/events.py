"""Events about objects, as upstream's recorder writes them.

A recorder sits in each controller and thins out what it says: a token bucket per object (25 at
once, one more every 300 s), then ten different messages of one reason within ten minutes are kept
and further ones become one `(combined from similar events)`, then repeated ones raise the count
of the first.

    event --bucket--> drop
          --aggregate--> same text, or "(combined from similar events): text"
          --series--> create, or patch count and lastTimestamp

Source: k8s.io/client-go tools/record/{event,events_cache}.go, 1.36. Events are written without
waiting for the answer and are lost when it is a refusal, as upstream.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

from tuik8s.api.times import format_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, OnReply
from tuik8s.components.controllers.base import Event
from tuik8s.world.base import World

BURST = 25
REFILL_MS = 300_000
SIMILAR_MAX = 10
SIMILAR_WINDOW_MS = 600_000
REMEMBERED_MAX = 4_096
_COMBINED = "(combined from similar events): "
_MESSAGE_MAX = 1_024

Group = tuple[str, ...]
V = TypeVar("V")


@dataclass(slots=True)
class _Bucket:
    tokens: int
    at_ms: int


@dataclass(slots=True)
class _Similar:
    messages: dict[str, None]
    last_ms: int


@dataclass(slots=True)
class _Series:
    name: str
    count: int
    first: str


class EventRecorder:
    """Writes the events of one controller under its own name."""

    def __init__(self, world: World, client: Client, component: str, user: str) -> None:
        self._world = world
        self._client = client
        self._component = component
        self._user = user
        self._rng = world.rng(f"events/{component}")
        self._buckets: OrderedDict[Group, _Bucket] = OrderedDict()
        self._similar: OrderedDict[Group, _Similar] = OrderedDict()
        self._series: OrderedDict[Group, _Series] = OrderedDict()
        self.recorded_count = 0
        self.dropped_count = 0

    def record(self, event: Event, cause: int = 0) -> None:
        """Write an event, or leave it out when there were too many like it."""
        now_ms = self._world.now_ms()
        involved = involved_object(event.about)
        subject = tuple(str(involved.get(k, "")) for k in ("kind", "namespace", "name", "uid"))
        if not self._take_token(subject, now_ms):
            self.dropped_count += 1
            return
        kind = (*subject, event.type, event.reason)
        message = event.message[:_MESSAGE_MAX]
        combined = self._is_too_similar(kind, message, now_ms)
        group = (*kind, "" if combined else message)
        self._write(event, involved, group, _COMBINED + message if combined else message, cause)

    def _take_token(self, subject: Group, now_ms: int) -> bool:
        bucket = self._buckets.get(subject)
        if bucket is None:
            bucket = self._buckets[subject] = _Bucket(BURST, now_ms)
            _bound(self._buckets)
        refill = (now_ms - bucket.at_ms) // REFILL_MS
        if refill:
            bucket.tokens = min(BURST, bucket.tokens + refill)
            bucket.at_ms += refill * REFILL_MS
        if bucket.tokens == 0:
            return False
        bucket.tokens -= 1
        return True

    def _is_too_similar(self, kind: Group, message: str, now_ms: int) -> bool:
        similar = self._similar.get(kind)
        if similar is None or now_ms - similar.last_ms > SIMILAR_WINDOW_MS:
            similar = self._similar[kind] = _Similar({}, now_ms)
            _bound(self._similar)
        similar.messages[message] = None
        similar.last_ms = now_ms
        if len(similar.messages) < SIMILAR_MAX:
            return False
        similar.messages.popitem()
        return True

    def _write(
        self, event: Event, involved: Object, group: Group, message: str, cause: int
    ) -> None:
        now = format_time(self._world.now_ms())
        namespace = involved.get("namespace") or "default"
        series = self._series.get(group)
        self.recorded_count += 1
        if series is not None:
            series.count += 1
            patch = {"count": series.count, "lastTimestamp": now, "message": message}
            self._client.patch(
                "events",
                namespace,
                series.name,
                patch,
                self._patched(group),
                user=self._user,
                cause=cause,
            )
            return
        name = f"{involved['name']}.{self._nanoseconds():x}"
        self._series[group] = _Series(name, 1, now)
        _bound(self._series)
        obj = self._event(event, involved, namespace, name, message, now)
        self._client.create("events", obj, _ignore, user=self._user, cause=cause)

    def _nanoseconds(self) -> int:
        """The time as a name: unique, as two events of one millisecond differ below it."""
        return self._world.now_ms() * 1_000_000 + self._rng.below(1_000_000)

    def _patched(self, group: Group) -> OnReply:
        def on_reply(reply: Reply) -> None:
            if reply.code == 404:  # expired meanwhile: the next one begins a new series
                self._series.pop(group, None)

        return on_reply

    def _event(
        self, event: Event, involved: Object, namespace: str, name: str, message: str, now: str
    ) -> Object:
        obj: Object = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": involved,
            "reason": event.reason,
            "message": message,
            "source": {"component": self._component},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": event.type,
            "eventTime": None,
            "reportingComponent": self._component,
            "reportingInstance": "",
        }
        if event.action:
            obj["action"] = event.action
        if event.related is not None:
            obj["related"] = involved_object(event.related)
        return obj


def involved_object(about: Object) -> Object:
    """A reference to an object; an object without metadata is taken for a reference already."""
    if "metadata" not in about:
        return about
    metadata = about["metadata"]
    reference: Object = {"kind": about.get("kind") or ""}
    for key in ("namespace", "name", "uid"):
        if metadata.get(key):
            reference[key] = metadata[key]
    reference["apiVersion"] = about.get("apiVersion") or ""
    if metadata.get("resourceVersion"):
        reference["resourceVersion"] = metadata["resourceVersion"]
    return reference


def _bound(table: OrderedDict[Group, V]) -> None:
    if len(table) > REMEMBERED_MAX:
        table.popitem(last=False)


def _ignore(reply: Reply) -> None:
    """A refused event is lost."""
