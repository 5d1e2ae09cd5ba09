"""The event side of a client: frames in, clones told, and the publisher's heartbeat watched.

The heartbeat (a beat a second) covers idle streams: a stream that changed is bookmarked with each
of the next beats, so who has heard every beat, or missed fewer than that in a row, has missed no
change. Who missed more lists again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from tuik8s.bus.base import Frames
from tuik8s.bus.clone import Clone
from tuik8s.bus.frames import BOOKMARK, TOLD, decode_beat, decode_header
from tuik8s.bus.topics import BEAT
from tuik8s.world.base import World

if TYPE_CHECKING:
    from tuik8s.bus.client import Client

BEAT_MS: Final = 1_000
BOOKMARK_BEATS: Final = 10
"""Beats for which a changed stream is bookmarked; also how many a client may miss in a row."""


PAST_MAX: Final = 64


LAG: Final = "lag_ms"
"""Of the statistics: how old the oldest event of late was when it came."""

Tap = Callable[[str, bytes], None]
"""(topic, msgpack bytes)"""


class _Publisher:
    __slots__ = ("beat", "known_at_ms")

    def __init__(self, known_at_ms: int) -> None:
        self.known_at_ms = known_at_ms
        self.beat = 0  # the latest one heard


class Feeds:
    """All clones of one client, by stream."""

    def __init__(self, world: World, client: Client) -> None:
        self._world = world
        self._client = client
        self._clones: dict[str, Clone] = {}
        self._by_resource: dict[bytes, list[Clone]] = {}
        self._taps: list[tuple[bytes, Tap]] = []
        self._heard: dict[str, _Publisher] = {}
        self._past: dict[str, None] = {}
        self._followed = ""  # the epoch that all clones are of, as far as a beat has shown
        self.beat_at_ms = 0
        """When the publisher was last heard of."""
        self._malformed_count = 0
        self._lag_ms = self._lag_before_ms = 0
        """How old the oldest event was when it came, in this and the last beat."""

    def clone(self, resource: str, partition: str = "") -> Clone:
        clone = Clone(self._world, self._client, resource, partition)
        if clone.stream in self._clones:
            return self._clones[clone.stream]
        if not self._clones:
            self._client.transport.subscribe(BEAT)
        self._clones[clone.stream] = clone
        self._by_resource.setdefault(f"{resource}/".encode(), []).append(clone)
        return clone

    def tap(self, topic: str, call: Tap) -> None:
        """Have call told what components publish of themselves under a prefix (telemetry)."""
        self._taps.append((topic.encode(), call))
        self._client.transport.subscribe(topic.encode())

    def receive(self, frames: Frames) -> None:
        """Take an event, bookmark or beat; what is none of these is counted and dropped."""
        topic = frames[0] if frames else b""
        if topic == BEAT:
            self._on_beat(frames)
            return
        if len(frames) != (2 if topic[:1] == b"!" else 3):
            self._malformed_count += 1
            return
        header = decode_header(frames[1])
        if header is None:
            self._malformed_count += 1
        elif header.type == TOLD:
            for prefix, call in self._taps:
                if topic.startswith(prefix):
                    call(topic.decode(errors="replace"), frames[2])
            self._client.on_news(True)
        elif header.type == BOOKMARK:
            clone = self._clones.get(topic[1:-1].decode(errors="replace"))
            if clone is not None:
                clone.receive_bookmark(header)
        else:
            if header.at_ms:
                self._lag_ms = max(self._lag_ms, self._world.now_ms() - header.at_ms)
            for clone in self._by_resource.get(topic[: topic.find(b"/") + 1], ()):
                if topic.startswith(clone.prefix):
                    clone.receive(topic, header, frames[2])

    def is_past(self, epoch: str) -> bool:
        """Whether frames of that epoch are leftovers of a publisher that is gone."""
        return epoch in self._past

    def hear(self, epoch: str) -> None:
        """A frame told of a publisher."""
        if epoch not in self._heard and epoch not in self._past:
            self._heard[epoch] = _Publisher(self._world.now_ms())

    def heard(self) -> tuple[str, ...]:
        """The publishers that may be the one that lives."""
        return tuple(self._heard)

    def settle(self, epoch: str, heard: tuple[str, ...]) -> None:
        """A request that was sent when these had been heard was answered by epoch.

        So all others of them were gone by then: the dead do not answer, and who starts later was
        not heard earlier. That is the only proof; frames of the dead may arrive at any time.
        """
        self.hear(epoch)
        self._followed = ""
        for other in heard:
            if other != epoch and self._heard.pop(other, None) is not None:
                self._past[other] = None
        while len(self._past) > PAST_MAX:
            del self._past[next(iter(self._past))]

    def close(self) -> None:
        for clone in self._clones.values():
            clone.stop()

    def statistics(self) -> Mapping[str, int]:
        totals = {
            "malformed_events": self._malformed_count,
            "clones": len(self._clones),
            LAG: max(self._lag_ms, self._lag_before_ms),
        }
        for clone in self._clones.values():
            for name, count in clone.counts.items():
                totals[name] = totals.get(name, 0) + count
        return totals

    def _on_beat(self, frames: Frames) -> None:
        beat = decode_beat(frames[1]) if len(frames) == 2 else None
        if beat is None:
            self._malformed_count += 1
            return
        epoch = beat.epoch
        publisher = self._heard.get(epoch)
        if publisher is None:
            self.hear(epoch)
            publisher = self._heard.get(epoch)
        if publisher is None or beat.number <= publisher.beat:
            return
        now_ms = self._world.now_ms()
        if publisher.beat:
            missed = beat.number - publisher.beat - 1
        else:  # The first beat heard of this publisher: how many were there since we know it?
            missed = (now_ms - publisher.known_at_ms) // BEAT_MS
        publisher.beat = beat.number
        self.beat_at_ms = now_ms
        self._lag_before_ms, self._lag_ms = self._lag_ms, 0
        if epoch == self._followed and missed < BOOKMARK_BEATS:
            return
        for clone in self._clones.values():
            if clone.epoch and clone.epoch != epoch:
                clone.resync("new epoch")
            elif missed >= BOOKMARK_BEATS:
                clone.resync("beats missed")
        is_one = all(clone.epoch == epoch for clone in self._clones.values())
        self._followed = epoch if is_one else ""
