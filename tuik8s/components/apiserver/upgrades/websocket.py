"""WebSocket frames: a client masks its own, a server does not.

Source: RFC 6455, sections 1.3, 5.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Final, NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
MESSAGE_BYTES_MAX: Final = 4 << 20
NORMAL: Final = struct.pack(">H", 1000)
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class BadFrame(ValueError):
    """The peer does not speak the protocol."""


class Message(NamedTuple):
    """kind: TEXT, BINARY, CLOSE, PING or PONG."""

    kind: int
    data: bytes


def accept_key(key: bytes) -> bytes:
    """What Sec-WebSocket-Accept answers to Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1(key.strip() + _GUID).digest())


def frame(kind: int, data: bytes, mask: bytes = b"") -> bytes:
    """One whole message. mask: four bytes where a client sends it."""
    size, flag = len(data), 0x80 if mask else 0
    if size < 126:
        head = struct.pack(">BB", 0x80 | kind, flag | size)
    elif size < 1 << 16:
        head = struct.pack(">BBH", 0x80 | kind, flag | 126, size)
    else:
        head = struct.pack(">BBQ", 0x80 | kind, flag | 127, size)
    return head + mask + (_masked(data, mask) if mask else data)


class Frames:
    """Collects messages from the bytes of a peer. is_client: it is one, and so masks them."""

    def __init__(self, *, is_client: bool = True) -> None:
        self._mask_bytes = 4 if is_client else 0
        self._buffer = bytearray()
        self._kind = 0
        self._parts = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole now. Raises BadFrame."""
        self._buffer += data
        found = []
        while (message := self._next()) is not None:
            if message.kind >= 0:
                found.append(message)
        return found

    def _next(self) -> Message | None:
        """A message, one of kind -1 for a part of one, None when more has to come."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        is_last, kind, size, at = buffer[0] & 0x80, buffer[0] & 0x0F, buffer[1] & 0x7F, 2
        if buffer[0] & 0x70 or bool(buffer[1] & 0x80) != bool(self._mask_bytes):
            raise BadFrame("frames of clients alone are masked, and they use no extensions")
        if size >= 126:
            width = 2 if size == 126 else 8
            if len(buffer) < at + width:
                return None
            size = int.from_bytes(buffer[at : at + width])
            at += width
        if size + len(self._parts) > MESSAGE_BYTES_MAX:
            raise BadFrame(f"a message is larger than {MESSAGE_BYTES_MAX} bytes")
        begin = at + self._mask_bytes
        if len(buffer) < begin + size:
            return None
        data = _masked(bytes(buffer[begin : begin + size]), bytes(buffer[at:begin]))
        del buffer[: begin + size]
        if kind >= CLOSE:
            return Message(kind, data)
        if kind != CONTINUATION:
            self._kind = kind
            self._parts.clear()
        self._parts += data
        if not is_last:
            return Message(-1, b"")
        whole = bytes(self._parts)
        self._parts.clear()
        return Message(self._kind, whole)


def _masked(data: bytes, mask: bytes) -> bytes:
    """With the mask on, or off again."""
    if not data or not mask:
        return data
    key = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data) ^ int.from_bytes(key)).to_bytes(len(data))
