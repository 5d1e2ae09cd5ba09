"""Events as one message, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuik8s.bus.frames import join_event, split_event


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param((b"pods/-/a/b", b"h", b"object\nwith newline"), id="event"),
        pytest.param((b"pods/-/a/b", b"h" * 700, b""), id="deleted, long header"),
        pytest.param((b"pods/-/a/b", b"h" * 300_000, b"x"), id="author with a very long name"),
        pytest.param((b"!pods/!", b"\n\n"), id="bookmark"),
        pytest.param((b"~", b"beat"), id="beat"),
    ],
)
def test_joined_and_split(frames: tuple[bytes, ...]) -> None:
    message = join_event(frames)
    assert message.startswith(frames[0]), "ZeroMQ filters by the front"
    assert split_event(message) == frames


@given(st.binary(max_size=40))
def test_anything_splits_into_something(message: bytes) -> None:
    assert 1 <= len(split_event(message)) <= 3
