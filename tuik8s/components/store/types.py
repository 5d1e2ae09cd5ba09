"""The records that the store hands out: entries, changes, notes, pages."""

from __future__ import annotations

import msgspec


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What a key holds. version counts the writes since it was created."""

    key: str
    value: bytes
    create_revision: int
    revision: int
    version: int


class Change(msgspec.Struct, frozen=True, gc=False):
    """One write, in the words of a watch.

    type: ADDED, MODIFIED or DELETED. value: what was written; for DELETED the last state, as given
    to `delete`. previous: what the key held before. cause: the revision that made the author
    write, 0 when it was a person.
    """

    revision: int
    type: str
    key: str
    value: bytes
    previous: bytes | None
    author: str
    cause: int
    at_ms: int


class Note(msgspec.Struct, frozen=True, gc=False):
    """An explanation, tied to the revision that its key had when it was written."""

    revision: int
    kind: str
    key: str
    data: bytes
    author: str
    at_ms: int


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A revision and when it was; 0 when nothing has happened yet."""

    revision: int
    at_ms: int


class Page(msgspec.Struct, frozen=True):
    """Some entries of a range in key order, and how many follow."""

    entries: list[Entry]
    more: bool
    remaining: int
    revision: int


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """What `open` found: a fresh log has revision 1 and nothing else."""

    revision: int
    keys: int
    records: int
    segments: int
    snapshot_revision: int
    torn_bytes: int
    took_ms: int
