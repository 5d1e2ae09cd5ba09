"""What the frames of the bus hold: msgpack arrays, decoded strictly.

    event      [topic, EventHeader, object]   object: the msgpack bytes of the log, as they are
    bookmark   [!stream!, EventHeader]          sequences[0] is the stream's
    beat       [~, Beat]
    request    [RequestEnvelope]
    reply      [ReplyEnvelope]

A frame that does not decode is None for the receiver, who counts and drops it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from tuik8s.api.types import Reply, Request
from tuik8s.bus.base import Frames

ADDED: Final = "ADDED"
MODIFIED: Final = "MODIFIED"
DELETED: Final = "DELETED"
BOOKMARK: Final = "BOOKMARK"
TOLD: Final = "TOLD"
"""Not a change of the store, but what a component tells of itself (telemetry)."""


class EventHeader(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is known of a change without its object.

    whole and part: the sequence numbers in the stream of the resource and in that of its
    partition, 0 where the event is none of that stream.
    """

    revision: int
    whole: int
    part: int
    type: str
    epoch: str
    author: str = ""
    cause: int = 0
    at_ms: int = 0


class Beat(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The publisher lives: its epoch, and a number that grows by one with each beat."""

    epoch: str
    number: int


class RequestEnvelope(msgspec.Struct, array_like=True, frozen=True):
    """A request, who it is for when not for the peer itself, and how long its answer is wanted."""

    id: int
    deadline_ms: int
    key: str
    user: str
    request: Request


class ReplyEnvelope(msgspec.Struct, array_like=True, frozen=True):
    id: int
    reply: Reply


T = TypeVar("T")

encode: Final[Callable[[object], bytes]] = msgspec.msgpack.Encoder().encode

_PLACE: Final = struct.Struct(">BI")

_HEADER: Final = msgspec.msgpack.Decoder(EventHeader)
_BEAT: Final = msgspec.msgpack.Decoder(Beat)
_REQUEST: Final = msgspec.msgpack.Decoder(RequestEnvelope)
_REPLY: Final = msgspec.msgpack.Decoder(ReplyEnvelope)


def _decode(decoder: msgspec.msgpack.Decoder[T], frame: bytes) -> T | None:
    try:
        return decoder.decode(frame)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def join_event(frames: Frames) -> bytes:
    """The frames of an event, bookmark or beat as one message, the topic still in front.

    topic, newline, count of frames, length of the header (4 bytes: an author's name may be long),
    header, object. ZeroMQ handles one part much faster than three: receiving parts was 60 % of the
    cost of a delivery.
    """
    place = _PLACE.pack(len(frames), len(frames[1]))
    return b"".join((frames[0], b"\n", place, *frames[1:]))


def split_event(message: bytes) -> Frames:
    """The frames of a joined message; what is none comes back whole, and is dropped by whoever."""
    at = message.find(b"\n")
    begin = at + 1 + _PLACE.size
    if at < 0 or len(message) < begin:
        return (message,)
    count, size = _PLACE.unpack_from(message, at + 1)
    end = begin + size
    if count == 2:
        return message[:at], message[begin:end]
    return message[:at], message[begin:end], message[end:]


def decode_header(frame: bytes) -> EventHeader | None:
    return _decode(_HEADER, frame)


def decode_beat(frame: bytes) -> Beat | None:
    """A beat; clients in one process get the same bytes, which are decoded once."""
    return _decoded_beat(frame)


@lru_cache(maxsize=4)
def _decoded_beat(frame: bytes) -> Beat | None:
    return _decode(_BEAT, frame)


def decode_request(frames: Frames) -> RequestEnvelope | None:
    return _decode(_REQUEST, frames[0]) if len(frames) == 1 else None


def decode_reply(frames: Frames) -> ReplyEnvelope | None:
    return _decode(_REPLY, frames[0]) if len(frames) == 1 else None
