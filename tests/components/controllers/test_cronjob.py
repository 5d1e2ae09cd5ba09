"""Cron schedules and which time is due."""

from __future__ import annotations

import pytest

from tuik8s.api.times import format_time, parse_time
from tuik8s.components.controllers.cronjob.reconciler import latest
from tuik8s.components.controllers.cronjob.schedule import parse


@pytest.mark.parametrize(
    ("text", "zone", "after", "want"),
    [
        pytest.param("* * * * *", "", "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z", id="minute"),
        pytest.param("*/15 * * * *", "", "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z", id="step"),
        pytest.param("0 9 * * mon-fri", "", "2026-01-02T10:00:00Z", "2026-01-05T09:00:00Z", id="d"),
        pytest.param("0 0 29 2 *", "", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z", id="leap"),
        pytest.param("0 0 13 * 5", "", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", id="or"),
        pytest.param("@daily", "", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", id="daily"),
        pytest.param("@every 90s", "", "2026-01-01T00:00:00Z", "2026-01-01T00:01:30Z", id="every"),
        pytest.param(
            "0 9 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z", "2026-07-01T07:00:00Z", id="zone"
        ),
    ],
)
def test_next(text: str, zone: str, after: str, want: str) -> None:
    next_ms = parse(text, zone).next_ms(parse_time(after))
    assert next_ms is not None
    assert format_time(next_ms) == want


def test_impossible_time_is_not_looked_for_forever() -> None:
    assert parse("0 0 31 2 *").next_ms(0) is None


def test_latest_of_many_missed() -> None:
    start, now = parse_time("2026-01-01T00:00:00Z"), parse_time("2026-01-03T00:00:30Z")
    due_ms, missed = latest(parse("* * * * *"), start, now)
    assert (format_time(due_ms or 0), missed) == ("2026-01-03T00:00:00Z", 2880)


def test_nothing_missed() -> None:
    start = parse_time("2026-01-01T00:00:00Z")
    assert latest(parse("0 * * * *"), start, start + 60_000) == (None, 0)
