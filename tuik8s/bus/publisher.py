"""The server's side of streams: numbers every event, bookmarks every stream, beats once a second.

A changed stream is bookmarked with each of the next BOOKMARK_BEATS beats, any stream with every
BOOKMARK_EVERY-th beat and at once when somebody subscribes to it; the beat itself vouches for idle
streams (see `bus.feeds`). So an idle cluster of a thousand nodes costs one small frame a second per
client. Streams that nobody follows are numbered, but nothing is encoded or sent.

One object that moves from one partition to another (a pod that is bound) is one event in the
stream of its resource and in that of its new partition, and a second one, DELETED, in that of the
old partition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tuik8s.api.types import Key
from tuik8s.bus.base import ServerTransport
from tuik8s.bus.feeds import BEAT_MS, BOOKMARK_BEATS
from tuik8s.bus.frames import ADDED, BOOKMARK, DELETED, TOLD, Beat, EventHeader, encode
from tuik8s.bus.topics import (
    BEAT,
    PARTITION_FIELDS,
    UNBOUND,
    bookmark_topic,
    event_topic,
    stream_of,
)
from tuik8s.world.base import Timer, World

BOOKMARK_EVERY: Final = 32
GREETING_MS: Final = 5
"""Subscriptions that come together are greeted together."""


class _Stream:
    __slots__ = ("bookmark", "sequence", "until_beat")

    def __init__(self, name: str) -> None:
        self.bookmark = bookmark_topic(name)
        self.sequence = 0
        self.until_beat = 0


class Publisher:
    """See the module's text. Each publisher has its own epoch; sequences begin at 1."""

    def __init__(self, world: World, transport: ServerTransport) -> None:
        self.epoch = world.rng("bus/epoch").bytes(8).hex()
        self.revision = 0
        self.events_count = 0
        self.sent_count = 0
        self._world = world
        self._transport = transport
        self._streams: dict[str, _Stream] = {}
        self._turns: list[list[_Stream]] = [[] for _ in range(BOOKMARK_EVERY)]
        self._active: dict[str, _Stream] = {}
        self._beat_number = 0
        self._greeted: dict[bytes, None] = {}
        self._greeting: Timer | None = None

    def start(self, revision: int = 0) -> None:
        """Begin to beat; revision: that of the store as it was found."""
        self.revision = revision
        self._transport.on_subscribe = self._on_subscribe
        self._beat()

    def statistics(self) -> Mapping[str, int]:
        """Events since the start: all, sent, and of each resource under its name."""
        whole = {n: s.sequence for n, s in self._streams.items() if n.count("/") == 1}
        return {
            "events": self.events_count,
            "sent": self.sent_count,
            **{f"topic.{name[:-1]}": count for name, count in whole.items()},
        }

    def position(self, stream: str) -> tuple[str, int]:
        """Epoch and latest sequence number of a stream, for a list of it at this moment."""
        found = self._streams.get(stream)
        return self.epoch, found.sequence if found is not None else 0

    def publish(
        self,
        key: Key,
        type_: str,
        revision: int,
        data: bytes,
        *,
        partition: str = UNBOUND,
        old_partition: str = "",
        author: str = "",
        cause: int = 0,
        at_ms: int = 0,
    ) -> None:
        """Tell of a durable change; data: the object's msgpack bytes (its last for DELETED).

        partition: `topics.partition_of` the object; old_partition: of the one before it, if any.
        """
        resource, namespace, name = key
        self.events_count += 1
        self.revision = revision
        whole = self._count(f"{resource}/")
        parted = resource in PARTITION_FIELDS
        part = self._count(f"{resource}/{partition}/") if parted else 0
        topic = event_topic(resource, partition, namespace, name)
        transport = self._transport
        if transport.subscribed(topic):
            header = EventHeader(revision, whole, part, type_, self.epoch, author, cause, at_ms)
            self.sent_count += 1
            transport.publish((topic, encode(header), data))
        if parted and old_partition and old_partition != partition and type_ != ADDED:
            part = self._count(stream_of(resource, old_partition))
            topic = event_topic(resource, old_partition, namespace, name)
            if transport.subscribed(topic):
                header = EventHeader(revision, 0, part, DELETED, self.epoch, author, cause, at_ms)
                transport.publish((topic, encode(header), data))

    def tell(self, topic: str, data: bytes, author: str = "") -> None:
        """Publish what is no change of the store: it has no number, and a lost one is lost."""
        name = topic.encode()
        if self._transport.subscribed(name):
            now_ms = self._world.now_ms()
            header = EventHeader(self.revision, 0, 0, TOLD, self.epoch, author, 0, now_ms)
            self._transport.publish((name, encode(header), data))

    def _count(self, name: str) -> int:
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = _Stream(name)
            self._turns[len(self._streams) % BOOKMARK_EVERY].append(stream)
        stream.sequence += 1
        stream.until_beat = self._beat_number + BOOKMARK_BEATS
        self._active[name] = stream
        return stream.sequence

    def _beat(self) -> None:
        self._world.call_after(BEAT_MS, self._beat)
        self._beat_number = number = self._beat_number + 1
        for name in [n for n, s in self._active.items() if s.until_beat < number]:
            del self._active[name]
        for stream in self._active.values():
            self._bookmark(stream)
        for stream in self._turns[number % BOOKMARK_EVERY]:
            if stream.until_beat < number:
                self._bookmark(stream)
        self._send_beat()

    def _send_beat(self) -> None:
        if self._transport.subscribed(BEAT):
            self._transport.publish((BEAT, encode(Beat(self.epoch, self._beat_number))))

    def _bookmark(self, stream: _Stream) -> None:
        if self._transport.subscribed(stream.bookmark):
            header = EventHeader(self.revision, stream.sequence, 0, BOOKMARK, self.epoch)
            self._transport.publish((stream.bookmark, encode(header)))

    def _on_subscribe(self, topic: bytes) -> None:
        """Tell a newcomer soon where its stream is: what it missed while joining shows at once."""
        if topic[:1] == b"!" or topic == BEAT:
            self._greeted[topic] = None
            if self._greeting is None:
                self._greeting = self._world.call_after(GREETING_MS, self._greet)

    def _greet(self) -> None:
        self._greeting = None
        greeted, self._greeted = self._greeted, {}
        for topic in greeted:
            stream = self._streams.get(topic[1:-1].decode(errors="replace"))
            if topic == BEAT:
                self._send_beat()
            elif stream is not None:
                self._bookmark(stream)
