"""Cron schedules and time zones: what is wrong with one, in the words of upstream's parser.

Source: github.com/robfig/cron v3 parser.go; k8s.io/kubernetes pkg/apis/batch/validation (1.36).
"""

from __future__ import annotations

import re
import zoneinfo
from typing import Final

from tuik8s.api.errors import invalid, required
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.numbers import parse_int, refusal
from tuik8s.api.times import parse_duration_ns

_MONTHS: Final = tuple("janfebmaraprmayjunjulaugsepoctnovdec"[i : i + 3] for i in range(0, 36, 3))
_DAYS: Final = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_NONE: Final[dict[str, int]] = {}
_FIELDS: Final = (
    (0, 59, _NONE),
    (0, 23, _NONE),
    (1, 31, _NONE),
    (1, 12, {name: i + 1 for i, name in enumerate(_MONTHS)}),
    (0, 6, {name: i for i, name in enumerate(_DAYS)}),
)
_DESCRIPTORS: Final = (
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
)
_ZONE_PART = re.compile(r"[A-Za-z.\-_0-9+]{1,14}")


def validate(errors: Errors, path: str, schedule: str, zone: str | None, old: str | None) -> None:
    """A schedule; `old` is the one that it replaces."""
    if not schedule:
        errors.append(required(path))
        return
    problem = problem_of(schedule)
    if problem:
        errors.append(invalid(path, schedule, problem))
    if "TZ" not in schedule:
        return
    if old is not None and "TZ" in old:
        if zone is not None:
            detail = "cannot use both timeZone field and TZ or CRON_TZ in schedule"
            errors.append(invalid(path, schedule, detail))
    else:
        detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        errors.append(invalid(path, schedule, detail))


def time_zone(errors: Errors, path: str, zone: str | None) -> None:
    if zone is None:
        return
    if not zone:
        errors.append(invalid(path, zone, "timeZone must be nil or non-empty string"))
        return
    unknown = invalid(path, zone, f"unknown time zone {zone}")
    for part in zone.split("/"):
        is_odd = part in (".", "..") or part.startswith("-")
        if is_odd or not _ZONE_PART.fullmatch(part):
            errors.append(unknown)
            return
    if zone.lower() == "local":
        detail = (
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        )
        errors.append(invalid(path, zone, detail))
    if zone != "Local" and zone != "UTC" and not _is_known(zone):
        errors.append(unknown)


def _is_known(zone: str) -> bool:
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def problem_of(schedule: str) -> str:
    """What is wrong with a schedule, "" if nothing."""
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        prefix, _, schedule = schedule.partition(" ")
        zone = prefix.partition("=")[2]
        if zone and zone not in ("UTC", "Local") and not _is_known(zone):
            return f"provided bad location {zone}: unknown time zone {zone}"
        schedule = schedule.strip()
    if schedule.startswith("@"):
        return _descriptor_problem(schedule)
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        shown = " ".join(fields)
        return f"expected exactly 5 fields, found {len(fields)}: [{shown}]"
    for field, (low, high, names) in zip(fields, _FIELDS, strict=True):
        for part in filter(None, field.split(",")):
            problem = _range_problem(part, low, high, names)
            if problem:
                return problem
    return ""


def _descriptor_problem(schedule: str) -> str:
    if schedule in _DESCRIPTORS:
        return ""
    if schedule.startswith("@every "):
        try:
            parse_duration_ns(schedule.removeprefix("@every "))
        except ValueError as error:
            return f"failed to parse duration {schedule}: {error}"
        return ""
    return f"unrecognized descriptor: {schedule}"


def _range_problem(part: str, low: int, high: int, names: dict[str, int]) -> str:
    span, *steps = part.split("/")
    ends = span.split("-")
    try:
        if ends[0] in ("*", "?"):
            start, end = low, high
        else:
            if len(ends) > 2:
                return f"too many hyphens: {part}"
            start, end = _number(ends[0], names), _number(ends[-1], names)
        if len(steps) > 1:
            return f"too many slashes: {part}"
        step = _number(steps[0], _NONE) if steps else 1
    except ValueError as error:
        return str(error)
    if steps and len(ends) == 1:
        end = high
    if start < low:
        return f"beginning of range ({start}) below minimum ({low}): {part}"
    if end > high:
        return f"end of range ({end}) above maximum ({high}): {part}"
    if start > end:
        return f"beginning of range ({start}) beyond end of range ({end}): {part}"
    return "" if step else f"step of range should be a positive number: {part}"


def _number(text: str, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    number = parse_int(text)
    if number is None:
        raise ValueError(f"failed to parse int from {text}: {refusal(text, 'Atoi')}")
    if number < 0:
        raise ValueError(f"negative number ({number}) not allowed: {text}")
    return number
