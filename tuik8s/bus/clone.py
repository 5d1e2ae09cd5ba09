"""A copy of one stream's objects: a snapshot, then the events after it (the Clone pattern).

    subscribe -> list (snapshot at revision R, sequence S of epoch E) -> events S+1, S+2, ...
                  |  events that come meanwhile wait in a buffer
    gap, new epoch, bookmark ahead of us, beats missed  ->  list again, tell the difference

Events up to S are dropped as known, a repeated one is dropped, a missing one means that we list
again: a clone never shows a state merged over a hole. While it lists it shows the last good state.
An object is kept as its msgpack bytes and decoded when somebody looks; the client keeps the most
recently decoded ones.

Source: ZeroMQ guide, chapter 5, "Clone pattern". Differences: sequence numbers per stream, since
subscriptions filter; the snapshot comes through the ordinary list request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from sys import intern
from typing import TYPE_CHECKING, Final

import msgspec

from tuik8s.api.types import Key, Object, Reply, Request
from tuik8s.bus.entries import Entry, Shelf
from tuik8s.bus.frames import ADDED, DELETED, MODIFIED, EventHeader
from tuik8s.bus.topics import bookmark_topic, field_selector, stream_of
from tuik8s.world.base import Timer, World

if TYPE_CHECKING:
    from tuik8s.bus.client import Client

BUFFER_MAX: Final = 20_000
"""Events that wait for a snapshot; with more than that the snapshot is not worth waiting for."""
BACKOFF_FIRST_MS: Final = 200
BACKOFF_LAST_MS: Final = 10_000
LIST_DEADLINE_MS: Final = 30_000

Place = tuple[str, str]
"""Namespace and name."""


class _Meta(msgspec.Struct, gc=False):
    name: str
    namespace: str = ""
    resource_version: str = msgspec.field(name="resourceVersion", default="0")


class _Named(msgspec.Struct, gc=False):
    metadata: _Meta


_named: Final = msgspec.msgpack.Decoder(_Named).decode


class Change:
    """An object came, changed or went; `old` and `new` are decoded when looked at."""

    __slots__ = ("cause", "key", "new_entry", "old_entry", "revision", "type")

    def __init__(
        self, type_: str, key: Key, old: Entry | None, new: Entry | None, revision: int, cause: int
    ) -> None:
        self.type = type_
        self.key = key
        self.old_entry = old
        self.new_entry = new
        self.revision = revision
        self.cause = cause

    @property
    def old(self) -> Object | None:
        return self.old_entry.object if self.old_entry is not None else None

    @property
    def new(self) -> Object | None:
        return self.new_entry.object if self.new_entry is not None else None

    @property
    def object(self) -> Object:
        """What is there now, or what was there last."""
        entry = self.new_entry or self.old_entry
        assert entry is not None, f"change of {self.key} without an object"
        return entry.object

    def __repr__(self) -> str:
        return f"Change({self.type} {self.key} at {self.revision})"


class Follower:
    """What a clone tells: first all indices are brought up to date, then all are notified.

    ready: whether it has been told of what was there when it came, so that changes make sense.
    """

    __slots__ = ("index", "notify", "ready", "synced")

    def __init__(
        self,
        index: Callable[[Change], None],
        notify: Callable[[Change], None],
        synced: Callable[[], None],
    ) -> None:
        self.index = index
        self.notify = notify
        self.synced = synced
        self.ready = True


class Clone:
    """See the module's text. `entries` is the state; never change it."""

    def __init__(self, world: World, client: Client, resource: str, partition: str = "") -> None:
        self.resource = resource
        self.partition = partition
        self.stream = stream_of(resource, partition)
        self.prefix = self.stream.encode()
        self.entries: dict[Place, Entry] = {}
        self.revision = 0
        self.epoch = ""
        self.synced = False
        self.counts = {"events": 0, "repeated": 0, "gaps": 0, "resyncs": 0, "failed_lists": 0}
        self._world = world
        self._client = client
        self._sequence = 0
        self._snapshot_revision = 0
        self._followers: list[Follower] = []
        self._shelf = Shelf(client.lean, client.decoded_max)
        self._started = False
        self._listing = 0  # number of the list that is waited for, 0 for none
        self._lists_count = 0
        self._buffer: list[tuple[bytes, EventHeader, bytes]] = []
        self._backoff_ms = BACKOFF_FIRST_MS
        self._retry: Timer | None = None

    def follow(self, follower: Follower) -> None:
        """Tell follower of everything that is here, then of every change. Starts the clone."""
        self._followers.append(follower)
        if not self._started:
            self._started = True
            self._client.transport.subscribe(self.prefix)
            self._client.transport.subscribe(bookmark_topic(self.stream))
            self._list()
        elif self.synced:
            follower.ready = False
            for change in self.existing():
                follower.index(change)
            self._world.call_soon(lambda: self._replay(follower))

    def existing(self) -> Iterator[Change]:
        """The state, as the changes that make it from nothing."""
        for (namespace, name), entry in self.entries.items():
            key = Key(self.resource, namespace, name)
            yield Change(ADDED, key, None, entry, entry.revision, 0)

    def stop(self) -> None:
        """Follow no more; the state stays as it is."""
        if self._started:
            self._started = False
            self._client.transport.unsubscribe(self.prefix)
            self._client.transport.unsubscribe(bookmark_topic(self.stream))
        self._followers.clear()
        self._listing = 0
        if self._retry is not None:
            self._retry.cancel()

    def receive(self, topic: bytes, header: EventHeader, data: bytes) -> None:
        """Take an event of this stream."""
        if self._listing:
            self._hold(topic, header, data)
        elif header.epoch != self.epoch:
            self._meet(header.epoch)
        else:
            self._take(topic, header, data)

    def receive_bookmark(self, header: EventHeader) -> None:
        """Take the stream's latest sequence number."""
        if self._listing or not self._started:
            return
        if header.epoch != self.epoch:
            self._meet(header.epoch)
        elif header.whole > self._sequence:
            self.counts["gaps"] += 1
            self.resync("bookmark ahead")
        elif header.whole == self._sequence and header.revision > self.revision:
            self.revision = header.revision

    def _meet(self, epoch: str) -> None:
        """A frame came from another publisher: a new one, or one that is gone."""
        feeds = self._client.feeds
        if not feeds.is_past(epoch):
            feeds.hear(epoch)
            self.resync("new epoch")

    def resync(self, why: str) -> None:
        """List again and tell the difference."""
        if self._listing or not self._started:
            return
        self.counts["resyncs"] += 1
        self._world.log.warning("Listing again", stream=self.stream, why=why, at=self.revision)
        self._list()

    # -- the snapshot

    def _list(self) -> None:
        self._lists_count += 1
        number = self._listing = self._lists_count
        query = {"stream": [self.stream]}
        if self.partition:
            query["fieldSelector"] = [field_selector(self.resource, self.partition)]
        plural, _, group = self.resource.partition(".")
        request = Request(verb="list", group=group, version="", resource=plural, query=query)
        heard = self._client.feeds.heard()
        self._client.call(
            request, lambda reply: self._on_list(number, heard, reply), deadline_ms=LIST_DEADLINE_MS
        )

    def _on_list(self, number: int, heard: tuple[str, ...], reply: Reply) -> None:
        if number != self._listing:
            return
        feeds = self._client.feeds
        if not reply.ok or not reply.epoch or feeds.is_past(reply.epoch):
            self._on_failed_list(reply)
            return
        feeds.settle(reply.epoch, heard)
        changes = self._adopt(reply)
        buffered, self._buffer = self._buffer, []
        self._listing = 0
        self._backoff_ms = BACKOFF_FIRST_MS
        was_synced, self.synced = self.synced, True
        self._tell(changes)
        if not was_synced:
            for follower in list(self._followers):
                follower.synced()
        for topic, header, data in buffered:
            if header.epoch == self.epoch or not feeds.is_past(header.epoch):
                self.receive(topic, header, data)

    def _on_failed_list(self, reply: Reply) -> None:
        self.counts["failed_lists"] += 1
        wait_ms = self._backoff_ms + self._world.rng("bus/backoff").below(self._backoff_ms)
        self._backoff_ms = min(2 * self._backoff_ms, BACKOFF_LAST_MS)
        self._world.log.warning("List failed", stream=self.stream, code=reply.code, retry=wait_ms)
        self._buffer.clear()
        self._retry = self._world.call_after(wait_ms, self._list)

    def _adopt(self, reply: Reply) -> list[Change]:
        """Make the snapshot the state; how the states differ, in the snapshot's order."""
        old, new = self.entries, dict[Place, Entry]()
        changes = []
        for data in reply.objects:
            meta = _named(data).metadata
            place = (intern(meta.namespace), meta.name)
            before = old.get(place)
            revision = int(meta.resource_version)
            if before is not None and before.revision == revision:
                new[place] = before
                continue
            entry = new[place] = Entry(data, revision, self._shelf)
            key = Key(self.resource, *place)
            kind = ADDED if before is None else MODIFIED
            changes.append(Change(kind, key, before, entry, revision, 0))
        for place, before in old.items():
            if place not in new:
                key = Key(self.resource, *place)
                changes.append(Change(DELETED, key, before, None, reply.revision, 0))
        self.entries = new
        self.epoch = reply.epoch
        self.revision = self._snapshot_revision = reply.revision
        self._sequence = reply.sequence
        return changes

    # -- the events after it

    def _hold(self, topic: bytes, header: EventHeader, data: bytes) -> None:
        """Wait for the snapshot; when too much has come, what was held is a gap to be found."""
        if len(self._buffer) >= BUFFER_MAX:
            self._buffer.clear()
        self._buffer.append((topic, header, data))

    def _take(self, topic: bytes, header: EventHeader, data: bytes) -> None:
        sequence = header.part if self.partition else header.whole
        if sequence == 0:
            return
        if sequence <= self._sequence:
            self.counts["repeated"] += 1
            return
        if sequence > self._sequence + 1:
            self.counts["gaps"] += 1
            self.resync(f"{sequence - self._sequence - 1} events missing")
            return
        self._sequence = sequence
        self.counts["events"] += 1
        if header.revision > self._snapshot_revision:
            self._apply(topic, header, data)

    def _apply(self, topic: bytes, header: EventHeader, data: bytes) -> None:
        _, _, namespace, name = topic.decode().split("/", 3)
        place = (intern(namespace), name)
        entries = self.entries
        self.revision = header.revision
        key = Key(self.resource, namespace, name)
        if header.type == DELETED:
            old = entries.pop(place, None)
            if old is None:
                return
            gone = Entry(data, header.revision, self._shelf) if data else old
            change = Change(DELETED, key, gone, None, header.revision, header.cause)
        else:
            old = entries.get(place)
            entry = entries[place] = Entry(data, header.revision, self._shelf)
            kind = ADDED if old is None else MODIFIED
            change = Change(kind, key, old, entry, header.revision, header.cause)
        for follower in self._followers:
            follower.index(change)
        for follower in self._followers:
            if follower.ready:
                follower.notify(change)
        if old is not None:  # everybody was told: what is replaced need not stay decoded
            old.forget()
        if change.old_entry is not None and change.old_entry is not old:
            change.old_entry.forget()

    def _tell(self, changes: list[Change]) -> None:
        for follower in self._followers:
            for change in changes:
                follower.index(change)
        for change in changes:
            for follower in self._followers:
                if follower.ready:
                    follower.notify(change)

    def _replay(self, follower: Follower) -> None:
        """Tell a late follower what is there."""
        follower.ready = True
        for change in list(self.existing()):
            follower.notify(change)
        follower.synced()
