"""Moments as people give them: `--at 4711`, `--at 2026-01-02T03:04:05Z`, `--at -10m`, `--at b1`.

-10m is ten minutes before the newest change that is in the log; a cluster that runs has one every
few seconds. b1 is a bookmark, set in the dashboard (m) or by a scenario (mark).
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tuik8s.api.bookmarks import KEY, bookmarks_of
from tuik8s.api.times import TimeError, format_micro_time, parse_duration, parse_time
from tuik8s.components.supervisor.directory import Refusal

if TYPE_CHECKING:
    from tuik8s.components.store import Moment, Store

MEANING = (
    "a revision, a time (2026-01-02T03:04:05Z), -10m: so long before the newest change, "
    "or a bookmark's name"
)
_DIGITS_MAX = 18
_SHOWN_MAX = 100


def add_at(parser: argparse.ArgumentParser, default: str = "the newest") -> None:
    parser.add_argument("--at", default="", metavar="WHEN", help=f"{MEANING} (default: {default})")


def glued(words: list[str]) -> list[str]:
    """`--at -10m` (or `--ahead -5m`) as one word, since -10m looks like a flag.

    >>> glued(["fork", "--at", "-10m", "--as", "two"])
    ['fork', '--at=-10m', '--as', 'two']
    """
    out: list[str] = []
    for word in words:
        if out and out[-1] in ("--at", "--ahead") and word[:1] == "-" and word[1:2].isdigit():
            out[-1] = f"{out[-1]}={word}"
        else:
            out.append(word)
    return out


def moment_in(store: Store, text: str) -> Moment:
    """The revision that a text means, "" the newest. Raises Refusal, which says what is kept."""
    from tuik8s.components.store import Compacted, Moment

    timeline, text = store.timeline, text.removeprefix("@")
    newest = Moment(store.revision, timeline.time_of(store.revision))
    if not text:
        return newest
    bookmark = bookmarks_of(store.notes(KEY, 1)).get(text)
    number = str(bookmark.revision) if bookmark is not None else text.removeprefix("#")
    if number.isascii() and number.isdigit():
        if len(number) > _DIGITS_MAX:
            raise _not_kept(store, f"revision {number[:_DIGITS_MAX]}...", is_gone=False)
        revision = int(number)
        if timeline.oldest <= revision <= newest.revision:
            return Moment(revision, timeline.time_of(revision))
        raise _not_kept(store, f"revision {number}", is_gone=revision < timeline.oldest)
    try:
        at_ms = newest.at_ms + parse_duration(text) if text[0] == "-" else parse_time(text)
    except TimeError as error:
        raise _no_moment(store, text) from error
    try:
        return timeline.at(at_ms)
    except Compacted:
        raise _not_kept(store, format_micro_time(at_ms), is_gone=True) from None


def shown(moment: Moment) -> str:
    """`revision 4711 (2026-01-02T03:04:05.000000Z)`."""
    return f"revision {moment.revision} ({format_micro_time(moment.at_ms)})"


def _no_moment(store: Store, text: str) -> Refusal:
    names = ", ".join(bookmarks_of(store.notes(KEY, 1)))
    known = f"; bookmarks: {names}" if names else "; there are no bookmarks"
    shown = text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}..."
    return Refusal(f"{shown!r} is no moment: give {MEANING}{known}")


def _not_kept(store: Store, asked: str, *, is_gone: bool) -> Refusal:
    what = "is gone from the log" if is_gone else "has not happened yet"
    oldest, newest = map(shown, store.timeline.kept())
    return Refusal(f"{asked} {what}: kept are {oldest} to {newest}")
