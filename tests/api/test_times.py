"""Times and durations: Go's layouts, Go's words, kubectl's ages."""

from __future__ import annotations

import pytest

from tuik8s.api import times
from tuik8s.api.times import TimeError


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        ("2020-01-01T02:00:00.999+02:00", "2020-01-01T00:00:00Z"),
        ("2020-02-29T23:59:59-00:30", "2020-03-01T00:29:59Z"),
    ],
)
def test_normal_time(text: str, stored: str) -> None:
    assert times.normal_time(text) == stored


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2020-01-01 00:00:00Z", ': cannot parse " 00:00:00Z" as "T"'),
        ("2020-01-01", ': cannot parse "" as "T"'),
        ("", ': cannot parse "" as "2006"'),
        ("x", ': cannot parse "x" as "2006"'),
    ],
)
def test_bad_time(text: str, words: str) -> None:
    with pytest.raises(TimeError) as refusal:
        times.normal_time(text)
    assert str(refusal.value) == f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00"{words}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2020-13-01T00:00:00Z", "month out of range"),
        ("2020-02-30T00:00:00Z", "day out of range"),
        ("2020-01-01T24:00:00Z", "hour out of range"),
    ],
)
def test_time_out_of_range(text: str, words: str) -> None:
    with pytest.raises(TimeError, match=words):
        times.parse_time(text)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00.000000+01:00", "9999-12-31T23:59:59.000000-01:00"]
)
def test_time_that_has_no_year_in_utc_is_refused(text: str) -> None:
    for normal in (times.normal_time, times.normal_micro_time):
        with pytest.raises(TimeError, match="year outside of range"):
            normal(text)


def test_micro_time_needs_six_decimals() -> None:
    assert times.normal_micro_time("2020-01-01T01:00:00.123456+01:00").endswith("00:00.123456Z")
    with pytest.raises(TimeError, match=r'cannot parse "Z" as ".000000"'):
        times.normal_micro_time("2020-01-01T00:00:00Z")
    with pytest.raises(TimeError, match=r'cannot parse ".1Z" as ".000000"'):
        times.normal_micro_time("2020-01-01T00:00:00.1Z")


def test_instants() -> None:
    assert times.format_time(1_577_836_800_999) == "2020-01-01T00:00:00Z"
    assert times.format_micro_time(1_577_836_800_025) == "2020-01-01T00:00:00.025000Z"
    assert times.parse_time("2020-01-01T00:00:00.5Z") == 1_577_836_800_500


@pytest.mark.parametrize(
    ("text", "duration_ms", "printed"),
    [
        ("1m30s", 90_000, "1m30s"),
        ("1h", 3_600_000, "1h0m0s"),
        ("1.5s", 1_500, "1.5s"),
        ("250ms", 250, "250ms"),
        ("0", 0, "0s"),
        ("-1m", -60_000, "-1m0s"),
        ("100h", 360_000_000, "100h0m0s"),
    ],
)
def test_durations(text: str, duration_ms: int, printed: str) -> None:
    assert times.parse_duration(text) == duration_ms
    assert times.format_duration(duration_ms) == printed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 'time: invalid duration ""'),
        ("5", 'time: missing unit in duration "5"'),
        ("5d", 'time: unknown unit "d" in duration "5d"'),
        ("9223372037s", 'time: invalid duration "9223372037s"'),
        (f"{'9' * 5000}s", f'time: invalid duration "{"9" * 5000}s"'),
    ],
)
def test_bad_duration(text: str, words: str) -> None:
    with pytest.raises(TimeError) as refusal:
        times.parse_duration(text)
    assert str(refusal.value) == words


@pytest.mark.parametrize(
    ("seconds", "age"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (330, "5m30s"),
        (3600, "60m"),
        (3 * 3600, "3h"),
        (4 * 3600 + 60, "4h1m"),
        (47 * 3600, "47h"),
        (48 * 3600, "2d"),
        (50 * 3600, "2d2h"),
        (400 * 86400, "400d"),
        (800 * 86400, "2y70d"),
        (9 * 365 * 86400, "9y"),
    ],
)
def test_human_duration(seconds: int, age: str) -> None:
    assert times.human_duration(seconds * 1000) == age
