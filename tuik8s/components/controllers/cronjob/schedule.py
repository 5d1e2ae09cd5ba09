"""The times of a cron expression, in a time zone.

Schedules are valid when they come here (`api.kinds.job_spec.schedule` refuses others). Day of
month and day of week are alternatives when both are restricted, as in every cron.

Source: github.com/robfig/cron v3 parser.go and spec.go (`Next`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from tuik8s.api.times import parse_duration

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_Names = dict[str, int]
_FIELDS: tuple[tuple[int, int, _Names], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_YEARS_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed expression: allowed values per field, or a fixed period (`@every`)."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool
    zone: tzinfo
    every_ms: int = 0

    def next_ms(self, after_ms: int) -> int | None:
        """The first time after `after_ms`; None when there is none within five years."""
        if self.every_ms:
            return after_ms - after_ms % 1000 + self.every_ms
        moment = datetime.fromtimestamp(after_ms // 1000, self.zone).replace(second=0)
        limit = moment.year + _YEARS_AHEAD
        moment = _ahead(moment, timedelta(minutes=1))
        while moment.year <= limit:
            if moment.month not in self.months or not self._has_day(moment):
                moment = _ahead(moment.replace(hour=0, minute=0), timedelta(days=1))
            elif moment.hour not in self.hours:
                moment = _ahead(moment.replace(minute=0), timedelta(hours=1))
            elif moment.minute not in self.minutes:
                moment = _ahead(moment, timedelta(minutes=1))
            else:
                return int(moment.timestamp()) * 1000
        return None

    def _has_day(self, moment: datetime) -> bool:
        day = moment.day in self.days
        weekday = (moment.weekday() + 1) % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return day and weekday
        return day or weekday


def _ahead(moment: datetime, step: timedelta) -> datetime:
    """Wall-clock steps of days, real steps of hours and minutes: a lost hour is not looked for."""
    if step >= timedelta(days=1):
        return moment + step
    zone = moment.tzinfo
    return (moment.astimezone(UTC) + step).astimezone(zone)


def parse(text: str, zone_name: str = "") -> Schedule:
    """Parse a valid schedule."""
    if text.startswith(("TZ=", "CRON_TZ=")):
        prefix, _, text = text.partition(" ")
        zone_name = prefix.partition("=")[2]
        text = text.strip()
    zone: tzinfo = ZoneInfo(zone_name) if zone_name not in ("", "UTC", "Local") else UTC
    every_ms = 0
    if text.startswith("@every "):
        every_ms = max(1000, parse_duration(text.removeprefix("@every ")) // 1000 * 1000)
        text = "* * * * *"
    fields = _DESCRIPTORS.get(text, text).split()
    values = [_values(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)]
    stars = [any(part.startswith(("*", "?")) for part in field.split(",")) for field in fields]
    minutes, hours, days, months, weekdays = values
    return Schedule(
        minutes, hours, days, months, weekdays, stars[2], stars[4], zone=zone, every_ms=every_ms
    )


def _values(field: str, low: int, high: int, names: _Names) -> frozenset[int]:
    found: set[int] = set()
    for part in filter(None, field.split(",")):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if first in ("*", "?"):
            start, end = low, high
        else:
            start = _number(first, names)
            end = _number(last, names) if last else (high if step else start)
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)


def _number(text: str, names: _Names) -> int:
    return names[text.lower()] if text.lower() in names else int(text)
