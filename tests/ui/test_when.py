"""What may be typed after @."""

from __future__ import annotations

import pytest

from tuik8s.api.times import parse_time
from tuik8s.ui.past import Moment
from tuik8s.ui.when import BadMoment, parse_when

NOON = parse_time("2026-11-24T12:00:00Z")
SHOWN = NOON - 60_000
BOOKMARKS = {"b1": Moment(7, 1234)}


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("#48190", Moment(48190, 0)),
        ("@#1", Moment(1, 0)),
        ("b1", Moment(7, 1234)),
        ("-90s", SHOWN - 90_000),
        ("-5m", SHOWN - 300_000),
        ("+30s", SHOWN + 30_000),
        ("11:59:58", NOON - 2_000),
        ("11:59:58.250", NOON - 1_750),
        ("9:05", NOON - (2 * 60 + 55) * 60_000),
        ("23:00:00", NOON - 13 * 3_600_000),
        ("2026-11-24T11:00:00Z", NOON - 3_600_000),
    ],
)
def test_moments(text: str, when: Moment | int) -> None:
    assert parse_when(text, SHOWN, NOON, BOOKMARKS) == when


@pytest.mark.parametrize(
    "text", ["", "#", "#x", "#1²", "-", "-5x", "b2", "25:00:00", "12:60:00", "soon"]
)
def test_no_moments(text: str) -> None:
    with pytest.raises(BadMoment, match=r"is no moment: @#REVISION.*bookmarks: b1"):
        parse_when(text, SHOWN, NOON, BOOKMARKS)
