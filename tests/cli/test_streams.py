"""What is typed for cp, and what a remote command's last words mean."""

from __future__ import annotations

import asyncio

import pytest

from tuik8s.cli.cp import Place, place_in
from tuik8s.cli.remote import exit_code
from tuik8s.cli.streams import _answer
from tuik8s.components.supervisor.directory import Refusal


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("./x", Place("", "", "./x")),
        ("x", Place("", "", "x")),
        ("/a:b", Place("", "", "/a:b")),
        ("web:/tmp", Place("default", "web", "/tmp")),
        ("shop/web:rel", Place("shop", "web", "rel")),
        *((bad, None) for bad in ("web:", ":x", "a/b/c:x", "shop/:x")),
    ],
)
def test_places(text: str, place: Place | None) -> None:
    if place is not None:
        assert place_in(text, "default") == place
        return
    with pytest.raises(Refusal, match="write POD:PATH"):
        place_in(text, "default")


def test_exit_codes() -> None:
    failed = b'{"status":"Failure","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}'
    assert (exit_code(b'{"status":"Success"}'), exit_code(failed)) == (0, 3)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"status":"Failure","message":"no node"}', "no node"),
        (b"[]", "make no sense"),
        (b"<html>", "make no sense"),
        (b'{"details":{"causes":[{"reason":"ExitCode"}]}}', "make no sense"),
        (b"{}", "was lost"),
    ],
)
def test_last_words_that_are_no_exit(data: bytes, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        exit_code(data)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"HTTP/1.1 101 Switching\r\n\r\n", (101, b"")),
        (b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nab", (404, b"ab")),
        (b"odd\r\n\r\n", (0, b"")),
        (b"HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\nab", None),
        (b"HTTP/1.1 40", None),
    ],
)
def test_an_answer_to_an_upgrade(said: bytes, answer: tuple[int, bytes] | None) -> None:
    async def read() -> tuple[int, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(said)
        reader.feed_eof()
        return await _answer(reader)

    if answer is not None:
        assert asyncio.run(read()) == answer
        return
    with pytest.raises(asyncio.IncompleteReadError):
        asyncio.run(read())
