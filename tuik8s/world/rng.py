"""Named streams of chance: the same seed and name give the same draws, whatever others draw.

Only whole numbers are drawn, by rejection from random bits, so that a seed means the same on every
machine and Python version. Live worlds draw from the operating system instead.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from hashlib import sha256
from typing import Final, TypeVar

T = TypeVar("T")

SUFFIX_ALPHABET: Final = "bcdfghjklmnpqrstvwxz2456789"
"""Source: k8s.io/apimachinery pkg/util/rand (no vowels, so that no words appear)."""


def seeded(seed: int | str, name: str) -> RandomStream:
    """The stream of a name under a seed."""
    digest = sha256(f"{seed}:{name}".encode()).digest()
    return RandomStream(random.Random(int.from_bytes(digest, "big")))


def from_system() -> RandomStream:
    """A stream fed by the operating system; good enough for keys and tokens."""
    return RandomStream(random.SystemRandom())


class RandomStream:
    """Whole-number draws over a source of random bits (see `world.base.Rng`)."""

    __slots__ = ("_bits",)

    def __init__(self, source: random.Random) -> None:
        self._bits = source.getrandbits

    def below(self, limit: int) -> int:
        assert limit > 0, f"a number below {limit} was asked for"
        width = limit.bit_length()
        drawn = self._bits(width)
        while drawn >= limit:
            drawn = self._bits(width)
        return drawn

    def chance(self, numerator: int, denominator: int) -> bool:
        return self.below(denominator) < numerator

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        out = list(items)
        for last in range(len(out) - 1, 0, -1):
            other = self.below(last + 1)
            out[last], out[other] = out[other], out[last]
        return out

    def uid(self) -> str:
        """A version 4 UUID (RFC 4122, section 4.4)."""
        drawn = self._bits(128) & ~(0xF000 << 64 | 0xC000 << 48) | (0x4000 << 64 | 0x8000 << 48)
        text = f"{drawn:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def suffix(self, length: int = 5) -> str:
        return "".join([self.pick(SUFFIX_ALPHABET) for _ in range(length)])

    def bytes(self, count: int) -> bytes:
        return self._bits(8 * count).to_bytes(count, "big") if count else b""
