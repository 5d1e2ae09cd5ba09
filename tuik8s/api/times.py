"""Instants and durations as Kubernetes writes them; instants are milliseconds since 1970.

    format_time(0)            -> "1970-01-01T00:00:00Z"
    format_micro_time(1500)   -> "1970-01-01T00:00:01.500000Z"
    parse_duration("1m30s")   -> 90000        format_duration(90000) -> "1m30s"
    human_duration(90000)     -> "90s"        (kubectl's AGE)

`normal_time` and `normal_micro_time` take what a client sent and give what the server stores.

Source: k8s.io/apimachinery pkg/apis/meta/v1 time.go and micro_time.go, pkg/util/duration, and the
layouts and error words of Go's package time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

TIME_LAYOUT: Final = "2006-01-02T15:04:05Z07:00"
MICRO_LAYOUT: Final = "2006-01-02T15:04:05.000000Z07:00"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_FRACTION: Final = re.compile(r"[.,](\d+)", re.ASCII)
_ZONE: Final = re.compile(r"Z|([+-])(\d\d):(\d\d)", re.ASCII)
_PIECES: Final = (
    ("2006", r"\d{4}"),
    ("-", "-"),
    ("01", r"\d\d"),
    ("-", "-"),
    ("02", r"\d\d"),
    ("T", "T"),
    ("15", r"\d\d"),
    (":", ":"),
    ("04", r"\d\d"),
    (":", ":"),
    ("05", r"\d\d"),
)
_COMPILED: Final = tuple((name, re.compile(rule, re.ASCII)) for name, rule in _PIECES)
_RANGES: Final = (
    ("month", 1, 12),
    ("day", 1, 31),
    ("hour", 0, 23),
    ("minute", 0, 59),
    ("second", 0, 59),
)
_UNITS_NS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_INT64_MAX: Final = 2**63 - 1
_INT64_DIGITS: Final = 19
_DURATION_PART: Final = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)", re.ASCII)


class TimeError(ValueError):
    """Text that is no time or duration; the message is Go's."""


@lru_cache(maxsize=256)
def _second_text(seconds: int) -> str:
    try:
        at = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise TimeError("year outside of range [1,9999]") from None
    return at.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


def format_time(at_ms: int) -> str:
    """RFC 3339 in UTC with whole seconds, fractions dropped."""
    return _second_text(at_ms // 1000) + "Z"


def format_micro_time(at_ms: int) -> str:
    """RFC 3339 in UTC with six decimals."""
    return f"{_second_text(at_ms // 1000)}.{at_ms % 1000:03d}000Z"


def parse_time(text: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 text, fraction allowed; TimeError otherwise."""
    return _parse(text, TIME_LAYOUT) // 1000


def normal_time(text: str) -> str:
    """A metav1.Time as the server stores it: fraction dropped, in UTC."""
    at_us = _parse(text, TIME_LAYOUT)
    return text if _PLAIN.fullmatch(text) else format_time(at_us // 1000)


def normal_micro_time(text: str) -> str:
    """A metav1.MicroTime as the server stores it; exactly six decimals are required."""
    at_us = _parse(text, MICRO_LAYOUT)
    return f"{_second_text(at_us // 1_000_000)}.{at_us % 1_000_000:06d}Z"


@lru_cache(maxsize=1024)
def _parse(text: str, layout: str) -> int:
    """Microseconds since 1970."""
    at, numbers = 0, []
    for name, rule in _COMPILED:
        match = rule.match(text, at)
        if match is None:
            raise _unreadable(text, layout, text[at:], name)
        at = match.end()
        if name.isdigit():
            numbers.append(int(match[0]))
    micros, at = _parse_fraction(text, at, layout)
    zone = _ZONE.fullmatch(text, at)
    if zone is None:
        if _ZONE.match(text, at):
            raise TimeError(f'parsing time "{text}": extra text: "{_extra(text, at)}"')
        raise _unreadable(text, layout, text[at:], "Z07:00")
    year, month, day, hour, minute, second = numbers
    for (what, low, high), number in zip(_RANGES, numbers[1:], strict=True):
        if not low <= number <= high:
            raise TimeError(f'parsing time "{text}": {what} out of range')
    try:
        instant = datetime(year or 1, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise TimeError(f'parsing time "{text}": day out of range') from None
    seconds = (instant - _EPOCH) // timedelta(seconds=1)
    return (seconds - _zone_seconds(zone)) * 1_000_000 + micros


def _parse_fraction(text: str, at: int, layout: str) -> tuple[int, int]:
    match = _FRACTION.match(text, at)
    if layout == MICRO_LAYOUT:
        if match is None or len(match[1]) < 6:
            raise _unreadable(text, layout, text[at:], ".000000")
        return int(match[1][:6]), at + 7
    if match is None:
        return 0, at
    return int(match[1][:6].ljust(6, "0")), match.end()


def _extra(text: str, at: int) -> str:
    match = _ZONE.match(text, at)
    return text[match.end() :] if match else text[at:]


def _zone_seconds(zone: re.Match[str]) -> int:
    if zone[1] is None:
        return 0
    seconds = int(zone[2]) * 3600 + int(zone[3]) * 60
    return seconds if zone[1] == "+" else -seconds


def _unreadable(text: str, layout: str, rest: str, piece: str) -> TimeError:
    return TimeError(f'parsing time "{text}" as "{layout}": cannot parse "{rest}" as "{piece}"')


def parse_duration_ns(text: str) -> int:
    """Nanoseconds of a Go duration ("1h2m3.5s"); TimeError otherwise."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    total, at = 0, 0
    while at < len(rest):
        match = _DURATION_PART.match(rest, at)
        if match is None or not (match[1] or match[2]):
            raise _bad_duration(text, rest[at:])
        whole, fraction, unit = match[1].lstrip("0"), match[2] or "", match[3]
        if len(whole) > _INT64_DIGITS:
            raise TimeError(f'time: invalid duration "{text}"')
        fraction = fraction[:_INT64_DIGITS]
        total += int(whole or 0) * _UNITS_NS[unit]
        total += int(fraction or 0) * _UNITS_NS[unit] // int(10 ** len(fraction))
        at = match.end()
    if not rest or total > _INT64_MAX:
        raise TimeError(f'time: invalid duration "{text}"')
    return -total if text[0] == "-" else total


def _bad_duration(text: str, rest: str) -> TimeError:
    number = re.match(r"[0-9]+(\.[0-9]*)?", rest)
    if number is None:
        return TimeError(f'time: invalid duration "{text}"')
    unit = re.match(r"[^0-9.]*", rest[number.end() :])
    if unit is None or not unit[0]:
        return TimeError(f'time: missing unit in duration "{text}"')
    return TimeError(f'time: unknown unit "{unit[0]}" in duration "{text}"')


def parse_duration(text: str) -> int:
    """Milliseconds of a Go duration, rounded towards zero."""
    nanos = parse_duration_ns(text)
    return nanos // 1_000_000 if nanos >= 0 else -(-nanos // 1_000_000)


def format_duration_ns(nanos: int) -> str:
    """A duration as Go prints it: "1h0m5s", "1.5s", "250ms", "0s"."""
    if nanos == 0:
        return "0s"
    sign, nanos = ("-", -nanos) if nanos < 0 else ("", nanos)
    if nanos < 1_000_000_000:
        unit = "ns" if nanos < 1_000 else "µs" if nanos < 1_000_000 else "ms"
        return f"{sign}{_decimal(nanos, _UNITS_NS[unit])}{unit}"
    minutes, rest = divmod(nanos, _UNITS_NS["m"])
    seconds = f"{_decimal(rest, _UNITS_NS['s'])}s"
    if minutes == 0:
        return sign + seconds
    if minutes < 60:
        return f"{sign}{minutes}m{seconds}"
    return f"{sign}{minutes // 60}h{minutes % 60}m{seconds}"


def _decimal(number: int, unit: int) -> str:
    whole, rest = divmod(number, unit)
    if not rest:
        return str(whole)
    return f"{whole}.{str(rest).rjust(len(str(unit)) - 1, '0').rstrip('0')}"


def format_duration(duration_ms: int) -> str:
    """A duration in milliseconds as Go prints it."""
    return format_duration_ns(duration_ms * 1_000_000)


def human_duration(duration_ms: int) -> str:
    """An age as kubectl prints it: 45s, 5m30s, 3h, 2d, 1y4d; "<invalid>" for the future."""
    seconds = int(duration_ms / 1000)
    if seconds < -1:
        return "<invalid>"
    if seconds < 0:
        return "0s"
    if seconds < 120:
        return f"{seconds}s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 10:
        return _pair(minutes, "m", seconds % 60, "s")
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        return _pair(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if hours < 192:
        return _pair(days, "d", hours % 24, "h")
    if hours < 24 * 365 * 2:
        return f"{days}d"
    if hours < 24 * 365 * 8:
        return _pair(hours // 8760, "y", days % 365, "d")
    return f"{hours // 8760}y"


def _pair(whole: int, unit: str, rest: int, rest_unit: str) -> str:
    return f"{whole}{unit}{rest}{rest_unit}" if rest else f"{whole}{unit}"
