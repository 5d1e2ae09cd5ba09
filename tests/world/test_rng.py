"""Named streams of chance."""

from __future__ import annotations

import re

import pytest

from tuik8s.world.rng import SUFFIX_ALPHABET, RandomStream, from_system, seeded


def test_a_seed_and_a_name_mean_the_same_for_ever() -> None:
    """Pinned: a change of these values makes all recorded seeds worthless."""
    stream = seeded(7, "scheduler/ties")
    assert [stream.below(100) for _ in range(8)] == [4, 51, 16, 6, 19, 42, 4, 37]
    assert stream.shuffled("abcdef") == list("dcfaeb")
    assert stream.suffix() == "ljl7x"
    assert stream.uid() == "fd2b3ac0-8b75-43dc-8f73-84f2b64484e2"


def test_names_are_independent() -> None:
    assert seeded(1, "a").bytes(8) != seeded(1, "b").bytes(8) != seeded(2, "a").bytes(8)


@pytest.mark.parametrize("stream", [seeded(1, "x"), from_system()], ids=["seeded", "system"])
def test_what_is_drawn_is_in_its_range(stream: RandomStream) -> None:
    drawn = {stream.below(3) for _ in range(200)}
    assert drawn == {0, 1, 2}
    assert stream.below(1) == 0
    assert not stream.chance(0, 10)
    assert stream.chance(10, 10)
    assert stream.pick("x") == "x"
    assert sorted(stream.shuffled([3, 1, 2])) == [1, 2, 3]
    assert len(stream.bytes(5)) == 5
    assert stream.bytes(0) == b""
    assert set(stream.suffix(50)) <= set(SUFFIX_ALPHABET)
    version_4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(version_4, stream.uid())
