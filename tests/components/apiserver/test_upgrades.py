"""Frames of WebSockets and SPDY, and which protocol a client is answered with."""

from __future__ import annotations

import struct
import zlib

import pytest

from tuik8s.components.apiserver.http_upgrade import PLAIN, SPDY, offered
from tuik8s.components.apiserver.upgrades import spdy, websocket
from tuik8s.components.apiserver.upgrades.channels import size_of
from tuik8s.components.apiserver.upgrades.tunnel import TUNNEL

MASK = b"\x01\x02\x03\x04"


def masked(data: bytes, kind: int = websocket.BINARY, *, last: bool = True) -> bytes:
    """A frame as a client sends it."""
    size = len(data)
    length = bytes([0x80 | size]) if size < 126 else struct.pack(">BH", 0x80 | 126, size)
    body = bytes(each ^ MASK[place % 4] for place, each in enumerate(data))
    return bytes([(0x80 if last else 0) | kind]) + length + MASK + body


@pytest.mark.parametrize("size", [0, 1, 125, 126, 40_000])
@pytest.mark.parametrize("piece", [1, 7, 65_536])
def test_websocket_messages_come_whole_however_they_are_cut(size: int, piece: int) -> None:
    data = bytes(number % 251 for number in range(size))
    wire = masked(data) + masked(b"ping", websocket.PING)
    frames, found = websocket.Frames(), []
    for at in range(0, len(wire), piece):
        found += frames.feed(wire[at : at + piece])
    assert found == [(websocket.BINARY, data), (websocket.PING, b"ping")]


def test_fragments_are_joined_around_a_ping() -> None:
    wire = masked(b"ab", last=False) + masked(b"", websocket.PING)
    wire += masked(b"cd", websocket.CONTINUATION)
    found = websocket.Frames().feed(wire)
    assert found == [(websocket.PING, b""), (websocket.BINARY, b"abcd")]


@pytest.mark.parametrize(
    "wire",
    [b"\x82\x01a", b"\xc2\x80" + MASK, b"\x82\xff" + b"\x7f" * 8 + MASK],
    ids=["not masked", "extension", "too large"],
)
def test_bad_websocket_frames_are_refused(wire: bytes) -> None:
    with pytest.raises(websocket.BadFrame):
        websocket.Frames().feed(wire)


def test_a_message_in_parts_is_no_longer_than_one_in_a_piece(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "MESSAGE_BYTES_MAX", 10)
    begun = masked(b"12345", last=False)
    end = masked(b"67890", websocket.CONTINUATION)
    assert websocket.Frames().feed(begun + end) == [(websocket.BINARY, b"1234567890")]
    frames = websocket.Frames()
    frames.feed(begun)
    with pytest.raises(websocket.BadFrame):
        frames.feed(masked(b"67890+", websocket.CONTINUATION, last=False))


def test_accept_key_of_the_rfc() -> None:
    assert websocket.accept_key(b"dGhlIHNhbXBsZSBub25jZQ==") == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_the_dictionary_of_spdy_3() -> None:
    assert (len(spdy.DICTIONARY), zlib.adler32(spdy.DICTIONARY)) == (1423, 0xE3C6A7C2)


def test_streams_are_opened_and_their_headers_share_a_compression() -> None:
    pack = zlib.compressobj(zdict=spdy.DICTIONARY)

    def opened(stream: int, name: bytes) -> bytes:
        pair = b"".join(struct.pack(">I", len(x)) + x for x in (b"Streamtype", name))
        block = pack.compress(struct.pack(">I", 1) + pair) + pack.flush(zlib.Z_SYNC_FLUSH)
        return struct.pack(">HHIIIH", 0x8003, 1, 10 + len(block), stream, 0, 0) + block

    wire = opened(1, b"error") + opened(3, b"stdin") + spdy.data(3, b"hello", is_last=True)
    frames, found = spdy.Frames(), []
    for at in range(0, len(wire), 5):
        found += frames.feed(wire[at : at + 5])
    names = [frame.headers.get("streamtype") for frame in found]
    assert names == ["error", "stdin", None]
    assert found[2] == (spdy.DATA, 3, True, b"hello", {})


@pytest.mark.parametrize(
    "wire",
    [b"\x80\x03\x00\x01\x00\x00\x00\x0c" + b"\xff" * 12, b"\x00\x00\x00\x01\x00\xff\xff\xff"],
)
def test_bad_spdy_frames_are_refused(wire: bytes) -> None:
    with pytest.raises(ValueError, match=r"cannot be read|a frame of"):
        spdy.Frames().feed(wire)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b'{"Width":80,"Height":24}', (80, 24)),
        (b'{"Width":65536,"Height":24}', (0, 0)),
        (b'{"Width":80,"Height":-1}', (0, 0)),
        (b'{"Width":1e300,"Height":24}', (0, 0)),
        (b'{"Width":80}', (0, 0)),
        (b"[" * 100_000, (0, 0)),
        (b'{"a":' * 100_000, (0, 0)),
        (b"\xff", (0, 0)),
    ],
    ids=["usual", "too wide", "negative", "huge", "half", "deep list", "deep map", "no text"],
)
def test_sizes_of_terminals(data: bytes, size: tuple[int, int]) -> None:
    assert size_of(data) == size


KEY = (b"sec-websocket-key", b"x")
SOCKET = [(b"connection", b"keep-alive, Upgrade"), (b"upgrade", b"websocket"), KEY]
NAMES = b"sec-websocket-protocol"


@pytest.mark.parametrize(
    ("headers", "protocol"),
    [
        ([], ""),
        ([*SOCKET, (NAMES, b"v5.channel.k8s.io")], "v5.channel.k8s.io"),
        ([*SOCKET, (NAMES, b"v4.channel.k8s.io,v5.channel.k8s.io")], "v5.channel.k8s.io"),
        ([*SOCKET, (NAMES, b"channel.k8s.io"), (NAMES, b"v4.channel.k8s.io")], "v4.channel.k8s.io"),
        ([*SOCKET, (NAMES, b"other")], ""),
        ([*SOCKET[:2], (NAMES, b"v5.channel.k8s.io")], ""),
        ([(b"connection", b"Upgrade"), (b"upgrade", b"SPDY/3.1")], SPDY),
        ([(b"upgrade", b"SPDY/3.1")], ""),
    ],
)
def test_what_is_offered(headers: list[tuple[bytes, bytes]], protocol: str) -> None:
    assert offered(headers, "exec") == protocol


@pytest.mark.parametrize(
    ("names", "protocol"),
    [
        ([], PLAIN),
        ([b"v4.channel.k8s.io"], "v4.channel.k8s.io"),
        ([b"v4.channel.k8s.io, SPDY/3.1+portforward.k8s.io"], TUNNEL),
        ([b"other"], ""),
    ],
)
def test_what_is_offered_to_forward_ports(names: list[bytes], protocol: str) -> None:
    headers = [*SOCKET, *((NAMES, name) for name in names)]
    assert offered(headers, "portforward") == protocol
