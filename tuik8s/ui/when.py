"""A moment as one types it after `@`. Pure.

#48190       a revision, with # or without  -90s, -5m, -1h    so long before what is shown
12:04:10     a time of day (UTC), the       +30s              so long after it
             last one before now            NAME              a bookmark
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tuik8s.api.times import parse_duration, parse_time
from tuik8s.ui.past import Moment

DAY_MS = 86_400_000
GRAMMAR = "@#REVISION, @HH:MM:SS, @-90s, @+30s, @2026-01-02T03:04:05Z or @BOOKMARK"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?")


class BadMoment(Exception):
    """What was typed is no moment; the text says what would be one."""


def parse_when(
    text: str, shown_ms: int, now_ms: int, bookmarks: Mapping[str, Moment]
) -> Moment | int:
    """A bookmark's moment or a revision's (its time unknown, 0), or a time in ms.

    Raises BadMoment.
    """
    word = text.strip().removeprefix("@").strip()
    if word in bookmarks:
        return bookmarks[word]
    number = word.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        return Moment(int(number), 0)
    if word[:1] in ("-", "+"):
        try:
            distance_ms = parse_duration(word[1:])
        except ValueError:
            raise _bad(word, bookmarks) from None
        return shown_ms - distance_ms if word[0] == "-" else shown_ms + distance_ms
    clock = _CLOCK.fullmatch(word)
    if clock is not None:
        hours, minutes, seconds = int(clock[1]), int(clock[2]), float(clock[3] or 0)
        if hours < 24 and minutes < 60 and seconds < 60:
            of_day_ms = (hours * 60 + minutes) * 60_000 + round(seconds * 1000)
            at_ms = now_ms - now_ms % DAY_MS + of_day_ms
            return at_ms if at_ms <= now_ms else at_ms - DAY_MS
    try:
        return parse_time(word)
    except ValueError:
        raise _bad(word, bookmarks) from None


def _bad(word: str, bookmarks: Mapping[str, Moment]) -> BadMoment:
    known = f"; bookmarks: {', '.join(bookmarks)}" if bookmarks else ""
    return BadMoment(f"{word!r} is no moment: {GRAMMAR}{known}")
