"""Quantities against what a 1.36 API server stores (golden/objects, normalisation)."""

from __future__ import annotations

import pytest

from tuik8s.api import quantity
from tuik8s.api.quantity import BAD_SUFFIX, MALFORMED, QuantityError, parse


@pytest.mark.parametrize(
    ("text", "stored", "nanos"),
    [
        ("1024Mi", "1Gi", 2**30 * 10**9),
        ("0.5", "500m", 500_000_000),
        ("1000k", "1M", 10**15),
        ("1e3", "1e3", 10**12),
        ("1e9", "1e9", 10**18),
        ("1e-1", "100e-3", 10**8),
        ("1.5Ki", "1536", 1536 * 10**9),
        ("1.5Gi", "1536Mi", 1536 * 2**20 * 10**9),
        ("+1", "+1", 10**9),
        ("1e1", "10", 10**10),
        ("0", "0", 0),
        ("0m", "0", 0),
        ("-1", "-1", -(10**9)),
        ("-1.5", "-1500m", -1_500_000_000),
        ("1000m", "1", 10**9),
        ("1500m", "1500m", 1_500_000_000),
        ("512Mi", "512Mi", 512 * 2**20 * 10**9),
        ("1023", "1023", 1023 * 10**9),
        ("0.1234", "123400u", 123_400_000),
        ("0.0000000001", "1n", 1),
        ("100Ei", "9223372036854775807", (2**63 - 1) * 10**9),
        ("1000E", "1e21", 10**30),
        (".5", "500m", 500_000_000),
        (2, "2", 2 * 10**9),
        (0.25, "250m", 250_000_000),
    ],
)
def test_parse(text: str | int | float, stored: str, nanos: int) -> None:
    assert (str(parse(text)), parse(text).nanos) == (stored, nanos)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, MALFORMED) for text in ("", "1x", "1Mib", "1 m", "abc", "0x10", "1..5", "٣")),
        *((text, BAD_SUFFIX) for text in ("--1", "1e", "1mm", "1e999999999")),
        (True, MALFORMED),
    ],
)
def test_refused(text: str | bool, why: str) -> None:
    with pytest.raises(QuantityError) as refusal:
        parse(text)
    assert str(refusal.value) == why


def test_values_are_rounded_away_from_zero() -> None:
    assert quantity.value_of("1500m") == 2
    assert quantity.value_of("-1500m") == -2
    assert quantity.cpu_millis("100u") == 1
    assert quantity.cpu_millis("1.5") == 1500
    assert str(parse("0.0001").rounded_up_to_milli()) == "1m"


def test_arithmetic_keeps_the_notation_of_the_left() -> None:
    assert str(parse("1Gi").add(parse("1Gi"))) == "2Gi"
    assert str(parse("0").add(parse("1Gi"))) == "1Gi"
    assert str(parse("1").sub(parse("250m"))) == "750m"
    assert parse("1").compare(parse("1000m")) == 0
    assert parse("1") == parse("1000m")
    assert parse("999m") < parse("1") <= parse("1")
