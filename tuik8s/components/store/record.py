r"""Records of the log, and the frames that carry them.

A frame is a header of 20 bytes, little endian, and a body (one msgpack array):

    marker  4   C1 't' 'k' '8'   C1 begins nothing in msgpack
    length  4   bytes of the body, at least 1
    previous 4  the crc of the frame before this one (the chain)
    group   4   offset in this file where the group of this frame begins
    crc     4   CRC-32 over length, previous, group and body, seeded by the cluster's id

All writes of one loop turn are one group: one append, one sync. So everything before `group` was
durable when the frame was written, and that tells a torn tail from damage: when a frame is bad and
a good one after it has a group that begins after the bad one, durable bytes have changed. When
there is none, the crash came before the sync and nobody was told of the group.

The CRC is `zlib.crc32` (IEEE polynomial): every error of 1 or 2 bits in a frame below 2^32 bits and
every burst of up to 32 bits is found for certain, any other with a chance of 1 - 2^-32. Its seed
keeps a value that contains a frame (a copy of a log, say) from being taken for one.

Source: etcd server/storage/wal (length, chained CRC, torn tail); the group field is ours.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from zlib import crc32

import msgspec

MARKER = b"\xc1tk8"
HEADER = struct.Struct("<4sIIII")
HEADER_BYTES = HEADER.size
_CHECKED = struct.Struct("<III")
_BODY_BYTES_MAX = 64 * 1024 * 1024


class Put(msgspec.Struct, array_like=True, tag=1, gc=False, frozen=True):
    """A key was written. replaced: the revision it had, 0 when it was absent."""

    revision: int
    at_ms: int
    author: str
    cause: int
    key: str
    replaced: int
    create_revision: int
    version: int
    expires_at_ms: int
    value: bytes


class Delete(msgspec.Struct, array_like=True, tag=2, gc=False, frozen=True):
    """A key was removed; value is its last state as the author gave it."""

    revision: int
    at_ms: int
    author: str
    cause: int
    key: str
    replaced: int
    value: bytes


class Remark(msgspec.Struct, array_like=True, tag=3, gc=False, frozen=True):
    """A note on a key, tied to the revision that it had."""

    revision: int
    at_ms: int
    author: str
    key: str
    kind: str
    data: bytes


class Mark(msgspec.Struct, array_like=True, tag=4, gc=False, frozen=True):
    """History before `compacted` is given up; revisions never fall below `revision` again."""

    revision: int
    at_ms: int
    author: str
    compacted: int


class Gap(msgspec.Struct, array_like=True, tag=5, gc=False, frozen=True):
    """A revision whose record was lost; only `tuik8s log salvage` writes this."""

    revision: int
    at_ms: int


Record = Put | Delete | Remark | Mark | Gap

encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)
decode = _decoder.decode


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One frame found whole. end: offset of the byte after it."""

    offset: int
    end: int
    previous: int
    group: int
    crc: int
    body: memoryview


def seed_of(cluster_id: bytes) -> int:
    """The value that every CRC of a cluster's files starts from."""
    return crc32(cluster_id)


def frame_header(body: bytes, previous: int, group: int, seed: int) -> tuple[bytes, int]:
    """The header for a body, and its CRC, which the next frame must name."""
    length = len(body)
    assert body, "a frame without a body cannot be told from zeros"
    assert length <= _BODY_BYTES_MAX, f"a frame with {length} bytes could not be read back"
    crc = crc32(body, crc32(_CHECKED.pack(length, previous, group), seed))
    return HEADER.pack(MARKER, length, previous, group, crc), crc


def frame_at(data: memoryview, offset: int, seed: int) -> Frame | str:
    """The whole frame at offset, or what is wrong with the bytes there."""
    start = offset + HEADER_BYTES
    if start > len(data):
        return "header cut short"
    marker, length, previous, group, crc = HEADER.unpack_from(data, offset)
    if marker != MARKER:
        return "no record begins here"
    end = start + length
    if not 0 < length <= _BODY_BYTES_MAX:
        return f"impossible length {length}"
    if end > len(data):
        return "body cut short"
    body = data[start:end]
    if crc32(body, crc32(_CHECKED.pack(length, previous, group), seed)) != crc:
        return "checksum does not match"
    return Frame(offset, end, previous, group, crc, body)


def frames_after(data: bytes, offset: int, seed: int) -> Iterator[Frame]:
    """Whole frames at or after offset, whatever lies between them."""
    view = memoryview(data)
    offset = data.find(MARKER, offset)
    while offset >= 0:
        frame = frame_at(view, offset, seed)
        if isinstance(frame, Frame):
            yield frame
            offset = data.find(MARKER, frame.end)
        else:
            offset = data.find(MARKER, offset + 1)


def is_damage(data: bytes, offset: int, seed: int) -> bool:
    """Whether the bad frame at offset had been durable (see the module's docstring)."""
    return any(frame.group > offset for frame in frames_after(data, offset + 1, seed))
