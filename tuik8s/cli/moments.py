"""Moments as people give them: `--at 4711`, `--at 2026-01-02T03:04:05Z`, `--at -10m`.

-10m is ten minutes before the newest change that is in the log; a cluster that runs has one every
few seconds.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tuik8s.api.times import TimeError, format_micro_time, parse_duration, parse_time
from tuik8s.components.supervisor.directory import Refusal

if TYPE_CHECKING:
    from tuik8s.components.store import Moment, Store

MEANING = "a revision, a time (2026-01-02T03:04:05Z), or -10m: so long before the newest change"


def add_at(parser: argparse.ArgumentParser, default: str = "the newest") -> None:
    parser.add_argument("--at", default="", metavar="WHEN", help=f"{MEANING} (default: {default})")


def glued(words: list[str]) -> list[str]:
    """`--at -10m` as one word, since -10m looks like a flag.

    >>> glued(["fork", "--at", "-10m", "--as", "two"])
    ['fork', '--at=-10m', '--as', 'two']
    """
    out: list[str] = []
    for word in words:
        if out and out[-1] == "--at" and word[:1] == "-" and word[1:2].isdigit():
            out[-1] = f"--at={word}"
        else:
            out.append(word)
    return out


def moment_in(store: Store, text: str) -> Moment:
    """The revision that a text means, "" the newest. Raises Refusal, which says what is kept."""
    from tuik8s.components.store import Compacted, Moment

    timeline = store.timeline
    newest = Moment(store.revision, timeline.time_of(store.revision))
    if not text:
        return newest
    if text.isascii() and text.isdigit():
        revision = int(text)
        if timeline.oldest <= revision <= newest.revision:
            return Moment(revision, timeline.time_of(revision))
        raise _not_kept(store, f"revision {text}", is_gone=revision < timeline.oldest)
    try:
        at_ms = newest.at_ms + parse_duration(text) if text[0] == "-" else parse_time(text)
    except TimeError as error:
        raise Refusal(f"{text!r} is no moment: give {MEANING}") from error
    try:
        return timeline.at(at_ms)
    except Compacted:
        raise _not_kept(store, format_micro_time(at_ms), is_gone=True) from None


def shown(moment: Moment) -> str:
    """`revision 4711 (2026-01-02T03:04:05.000000Z)`."""
    return f"revision {moment.revision} ({format_micro_time(moment.at_ms)})"


def _not_kept(store: Store, asked: str, *, is_gone: bool) -> Refusal:
    what = "is gone from the log" if is_gone else "has not happened yet"
    oldest, newest = map(shown, store.timeline.kept())
    return Refusal(f"{asked} {what}: kept are {oldest} to {newest}")
