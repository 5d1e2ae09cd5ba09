"""The HTTPS door on a real socket: limits, streams, compression, bombs."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.golden_replay import served
from tuik8s.components.apiserver.http_head import Head, parse_query, warning_header

MAPS = "/api/v1/namespaces/default/configmaps"
TOKEN = b"Authorization: Bearer admin-token\r\n"
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    data: Path = tmp_path_factory.mktemp("http")
    with served(data) as url:
        yield int(url.rpartition(":")[2])


def dial(port: int) -> ssl.SSLSocket:
    raw = socket.create_connection(("127.0.0.1", port), timeout=10)
    return ssl._create_unverified_context().wrap_socket(raw)


def ask(port: int, head: bytes, body: bytes = b"") -> tuple[int, bytes, bytes]:
    """(code, head, body) of one request on a connection of its own."""
    with dial(port) as peer:
        peer.sendall(head + TOKEN + b"Connection: close\r\n\r\n" + body)
        parts = []
        while piece := peer.recv(65536):
            parts.append(piece)
    answer, _, rest = b"".join(parts).partition(b"\r\n\r\n")
    return int(answer[9:12]), answer, rest


def until(peer: ssl.SSLSocket, end: bytes) -> bytes:
    """What comes up to and with an end."""
    found = b""
    while not found.endswith(end):
        found += peer.recv(65536)
    return found


def post(port: int, body: bytes, more: bytes = b"") -> tuple[int, bytes, bytes]:
    length = b"Content-Length: %d\r\n" % len(body)
    return ask(port, b"POST " + MAPS.encode() + b" HTTP/1.1\r\nHost: x\r\n" + length + more, body)


def test_chunked_body_and_keep_alive(port: int) -> None:
    body = json.dumps({"metadata": {"name": "chunked"}}).encode()
    head = f"POST {MAPS} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n".encode()
    with dial(port) as peer:
        peer.sendall(head + TOKEN + b"\r\n" + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        assert b"201 Created" in until(peer, b"}}")
        peer.sendall(f"GET {MAPS}/chunked HTTP/1.1\r\nHost: x\r\n".encode() + TOKEN + b"\r\n")
        assert b"200 OK" in until(peer, b"}}")


def test_too_large_a_body_is_413(port: int) -> None:
    code, _, body = post(port, b"x" * (3 * 1024 * 1024 + 1))
    assert code == 413
    assert json.loads(body)["message"] == "Request entity too large: limit is 3145728"


def test_too_large_a_head_is_431(port: int) -> None:
    with dial(port) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\n")
        filler = b"X-Filler: " + b"x" * 60_000 + b"\r\n"
        received = b""
        try:
            for _ in range(20):
                peer.sendall(filler)
            received = peer.recv(65536)
        except OSError:
            received = received or b"HTTP/1.1 431"
    assert b"431" in received


def test_deep_json_is_refused_quickly(port: int) -> None:
    began = time.perf_counter()
    code, _, _ = post(port, b"[" * 100_000)
    assert code == 400
    assert time.perf_counter() - began < 1


def test_bad_http_is_400(port: int) -> None:
    with dial(port) as peer:
        peer.sendall(b"nonsense\r\n\r\n")
        assert b"400 Bad Request" in peer.recv(65536)


def test_big_answers_are_compressed_when_asked(port: int) -> None:
    filler = json.dumps({"metadata": {"name": "big"}, "data": {"k": "x" * 300_000}}).encode()
    assert post(port, filler)[0] == 201
    head = f"GET {MAPS}/big HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n".encode()
    _, answer, body = ask(port, head)
    assert b"content-encoding: gzip" in answer.lower()
    assert json.loads(gzip.decompress(body))["metadata"]["name"] == "big"


def test_warnings_are_headers(port: int) -> None:
    _, answer, _ = post(port, b'{"metadata":{"name":"warned"},"zz":1}')
    assert b'warning: 299 - "unknown field \\"zz\\""' in answer


def test_head_has_no_body(port: int) -> None:
    code, _, body = ask(port, b"HEAD / HTTP/1.1\r\nHost: x\r\n")
    assert (code, body) == (200, b"")


def test_watch_is_chunked_and_ends_cleanly(port: int) -> None:
    url = f"{MAPS}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dnone"
    code, answer, body = ask(port, f"GET {url} HTTP/1.1\r\nHost: x\r\n".encode())
    assert code == 200
    assert b"transfer-encoding: chunked" in answer.lower()
    assert body == b"0\r\n\r\n"


def drain(peer: ssl.SSLSocket) -> int:
    """How many bytes come before the connection ends, in whatever way."""
    received = 0
    try:
        while piece := peer.recv(1 << 20):
            received += len(piece)
    except (ConnectionError, ssl.SSLError):
        return received
    return received


@pytest.mark.slow
def test_a_watcher_that_does_not_read_is_closed(port: int) -> None:
    with dial(port) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        url = f"{MAPS}?watch=true&fieldSelector=metadata.name%3Dnoisy"
        peer.sendall(f"GET {url} HTTP/1.1\r\nHost: x\r\n".encode() + TOKEN + b"\r\n")
        assert b"200 OK" in peer.recv(1000)
        noise = json.dumps({"metadata": {"name": "noisy"}, "data": {"k": "x" * 500_000}}).encode()
        assert post(port, noise)[0] == 201
        for index in range(16):
            change = json.dumps({"data": {"n": str(index)}}).encode()
            head = f"PATCH {MAPS}/noisy HTTP/1.1\r\nHost: x\r\n".encode()
            head += b"Content-Type: application/merge-patch+json\r\n"
            assert ask(port, head + b"Content-Length: %d\r\n" % len(change), change)[0] == 200
        assert drain(peer) < 16 * 500_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=b&a=c", {"a": ["b", "c"]}),
        ("continue=%%%&limit=1", {"limit": ["1"]}),
        ("x=a+b%2Fc&&y", {"x": ["a b/c"], "y": [""]}),
        ("a=1;b=2", {}),
    ],
)
def test_query(text: str, found: dict[str, list[str]]) -> None:
    assert parse_query(text) == found


def test_head_joins_accept_lines() -> None:
    head = Head([(b"accept", b"a"), (b"accept", b"b"), (b"content-length", b"3")])
    assert (head.accept, head.has_body) == ("a,b", True)


def test_warning_header_is_one_line() -> None:
    assert warning_header('a "b"\n\\') == '299 - "a \\"b\\" \\\\"'
