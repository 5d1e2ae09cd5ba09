"""Whole numbers in texts: what Go reads, and never more digits than Python would."""

from __future__ import annotations

import pytest

from tuik8s.api.numbers import parse_int, refusal

LONG = "9" * 5000


@pytest.mark.parametrize(
    ("text", "bits", "number"),
    [
        ("12", 64, 12),
        ("+12", 64, 12),
        ("-5", 32, -5),
        ("0" * 5000 + "7", 64, 7),
        (str(2**63 - 1), 64, 2**63 - 1),
        (str(2**63), 64, None),
        (str(-(2**31)), 32, -(2**31)),
        (str(2**31), 32, None),
        (LONG, 64, None),
        *((text, 64, None) for text in ("", "-", "1e3", "1_0", " 1", "²", "٣", "1\n")),
    ],
)
def test_parse_int(text: str, bits: int, number: int | None) -> None:
    assert parse_int(text, bits) == number


def test_refusals_are_in_the_words_of_go() -> None:
    assert refusal("x") == 'strconv.ParseInt: parsing "x": invalid syntax'
    assert refusal(LONG, "Atoi") == f'strconv.Atoi: parsing "{LONG}": value out of range'
