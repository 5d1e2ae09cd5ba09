"""Bookmarks: names for moments of a cluster's log, kept in the log itself.

A bookmark is a note (see `apiserver.bookmarks`), so it uses up no revision, and whoever reads the
log has it: every dashboard, the command line, scenarios. A name may be given wherever a moment is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

PATH: Final = "/bookmarks"
KEY: Final = "bookmarks.tuik8s.dev//-"
"""The store key of their notes: each note has all that there are."""
NOTE_KIND: Final = "bookmarks"
NAME_CHARS_MAX: Final = 100
NAME_RULE: Final = (
    f"a bookmark's name is 1 to {NAME_CHARS_MAX} printable characters without @, "
    "the first none of 0-9 + - # '"
)
_OTHER_MOMENTS: Final = "0123456789+-#'"


class Bookmark(msgspec.Struct, frozen=True):
    """A moment by name. author: the user who set it."""

    name: str
    revision: int
    at_ms: int = msgspec.field(name="atMs")
    author: str = ""


class BadName(ValueError):
    """No bookmark can be called that; the text says how it can be called."""


_decode: Final = msgspec.msgpack.Decoder(list[Bookmark]).decode
_encode: Final = msgspec.msgpack.Encoder().encode


def checked_name(text: str) -> str:
    """The name without blanks around it. Raises BadName.

    >>> checked_name(" before the storm ")
    'before the storm'
    """
    name = text.strip()
    is_good = 0 < len(name) <= NAME_CHARS_MAX and name.isprintable() and "@" not in name
    if not is_good or name[0] in _OTHER_MOMENTS:
        raise BadName(f"{name[:NAME_CHARS_MAX]!r}: {NAME_RULE}")
    return name


def packed(bookmarks: Mapping[str, Bookmark]) -> bytes:
    """All bookmarks as the data of a note."""
    return _encode(list(bookmarks.values()))


class _Note(Protocol):
    @property
    def data(self) -> bytes: ...


def bookmarks_of(notes: Sequence[_Note]) -> dict[str, Bookmark]:
    """The bookmarks that hold, by name, from the notes of KEY, newest first."""
    found = _decode(notes[0].data) if notes else []
    return {bookmark.name: bookmark for bookmark in found}


def free_name(taken: Iterable[str]) -> str:
    """The first of b1, b2, ... that is not taken.

    >>> free_name(["b1", "calm"])
    'b2'
    """
    names, number = set(taken), 1
    while f"b{number}" in names:
        number += 1
    return f"b{number}"
