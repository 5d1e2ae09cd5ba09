"""WebSocket frames as a server sees them: masked ones in, plain ones out.

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


def frame(kind: int, data: bytes) -> bytes:
    """One whole message as a server sends it."""
    size = len(data)
    if size < 126:
        head = struct.pack(">BB", 0x80 | kind, size)
    elif size < 1 << 16:
        head = struct.pack(">BBH", 0x80 | kind, 126, size)
    else:
        head = struct.pack(">BBQ", 0x80 | kind, 127, size)
    return head + data


class Frames:
    """Collects messages from the bytes of a client."""

    def __init__(self) -> None:
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
        if buffer[0] & 0x70 or not buffer[1] & 0x80:
            raise BadFrame("frames of clients are masked and use no extensions")
        if size >= 126:
            width = 2 if size == 126 else 8
            if len(buffer) < at + width:
                return None
            size = int.from_bytes(buffer[at : at + width])
            at += width
        if size + len(self._parts) > MESSAGE_BYTES_MAX:
            raise BadFrame(f"a message is larger than {MESSAGE_BYTES_MAX} bytes")
        if len(buffer) < at + 4 + size:
            return None
        data = _unmasked(bytes(buffer[at + 4 : at + 4 + size]), bytes(buffer[at : at + 4]))
        del buffer[: at + 4 + size]
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


def _unmasked(data: bytes, mask: bytes) -> bytes:
    if not data:
        return b""
    key = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data) ^ int.from_bytes(key)).to_bytes(len(data))
