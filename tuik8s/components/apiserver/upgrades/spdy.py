"""SPDY/3.1 frames as a server sees them; the part that remote commands need.

Source: the SPDY/3 draft (frames, name/value blocks and their dictionary).
"""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple

SYN_STREAM, SYN_REPLY, RST_STREAM, SETTINGS, PING, GOAWAY, HEADERS, WINDOW = 1, 2, 3, 4, 6, 7, 8, 9
DATA: Final = 0
FIN: Final = 1
OWN_PING: Final = struct.pack(">I", 2)
"""A ping of ours: those of servers have even numbers."""
FRAME_BYTES_MAX: Final = 4 << 20
_HEADERS_BYTES_MAX: Final = 256 << 10

_WORDS: Final = (
    "options head post put delete trace accept accept-charset accept-encoding accept-language "
    "accept-ranges age allow authorization cache-control connection content-base "
    "content-encoding content-language content-length content-location content-md5 "
    "content-range content-type date etag expect expires from host if-match "
    "if-modified-since if-none-match if-range if-unmodified-since last-modified location "
    "max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after "
    "server te trailer transfer-encoding upgrade user-agent vary via warning "
    "www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie "
    "keep-alive origin"
)
_TEXT: Final = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request"
    "401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented"
    "503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, "
    "Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml"
    ",application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch"
    "charset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)
DICTIONARY: Final = (
    b"".join(
        struct.pack(">I", len(word)) + word.encode()
        for word in (each.replace("_", " ") for each in _WORDS.split())
    )
    + _TEXT.encode()
)


class Frame(NamedTuple):
    """kind: DATA or that of a control frame; headers: of one that opens a stream."""

    kind: int
    stream: int
    is_last: bool
    data: bytes
    headers: dict[str, str] = {}


class Frames:
    """Frames from the bytes of a client, and bytes from those to it."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._unpack = zlib.decompressobj(zdict=DICTIONARY)
        self._pack = zlib.compressobj(zdict=DICTIONARY)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now. Raises ValueError."""
        self._buffer += data
        found = []
        while len(self._buffer) >= 8:
            first, flags_size = struct.unpack_from(">II", self._buffer)
            size = flags_size & 0xFFFFFF
            if size > FRAME_BYTES_MAX:
                raise ValueError(f"a frame of {size} bytes")
            if len(self._buffer) < 8 + size:
                break
            body = bytes(self._buffer[8 : 8 + size])
            del self._buffer[: 8 + size]
            found.append(self._frame(first, bool(flags_size >> 24 & FIN), body))
        return found

    def _frame(self, first: int, is_last: bool, body: bytes) -> Frame:
        if not first >> 31:
            return Frame(DATA, first & 0x7FFFFFFF, is_last, body)
        kind = first & 0xFFFF
        stream = struct.unpack_from(">I", body)[0] & 0x7FFFFFFF if len(body) >= 4 else 0
        if kind == SYN_STREAM:
            return Frame(kind, stream, is_last, b"", self._headers(body[10:]))
        if kind in (SYN_REPLY, HEADERS):  # the state of the compression goes on through all
            return Frame(kind, stream, is_last, b"", self._headers(body[4:]))
        return Frame(kind, stream, is_last, body)

    def _headers(self, block: bytes) -> dict[str, str]:
        try:
            plain = self._unpack.decompress(block, _HEADERS_BYTES_MAX)
            found, at = {}, 4
            for _ in range(struct.unpack_from(">I", plain)[0]):
                pair = []
                for _ in range(2):
                    size = struct.unpack_from(">I", plain, at)[0]
                    pair.append(plain[at + 4 : at + 4 + size].decode("latin-1"))
                    at += 4 + size
                found[pair[0].lower()] = pair[1]
            return found
        except (zlib.error, struct.error) as bad:
            raise ValueError(f"a header block that cannot be read: {bad}") from bad

    def reply(self, stream: int) -> bytes:
        """Accept a stream, without headers."""
        block = self._pack.compress(struct.pack(">I", 0)) + self._pack.flush(zlib.Z_SYNC_FLUSH)
        return _control(SYN_REPLY, struct.pack(">I", stream) + block)


def _control(kind: int, body: bytes) -> bytes:
    return struct.pack(">HHI", 0x8003, kind, len(body)) + body


def data(stream: int, body: bytes, *, is_last: bool = False) -> bytes:
    """Bytes on a stream."""
    return struct.pack(">II", stream, (FIN << 24 if is_last else 0) | len(body)) + body


def ping(body: bytes) -> bytes:
    """A ping, or the answer to one."""
    return _control(PING, body)
