"""What the store refuses, and why."""

from __future__ import annotations

from tuik8s.components.store.types import Entry


class Mismatch(Exception):
    """A compare failed: `entry` is what the key holds (None when it is absent)."""

    def __init__(self, key: str, expect: int | None, entry: Entry | None) -> None:
        found = "absent" if entry is None else f"at revision {entry.revision}"
        wanted = f"at revision {expect}" if expect else "absent" if expect == 0 else "present"
        super().__init__(f"write of {key} refused: expected {wanted}, is {found}")
        self.entry = entry


class Compacted(Exception):
    """The history asked for is gone; `revision` is the oldest that can still be read."""

    def __init__(self, asked: int, revision: int) -> None:
        super().__init__(f"revision {asked} is compacted: history begins at {revision}")
        self.asked = asked
        self.revision = revision


class FutureRevision(Exception):
    """A read at a revision that has not happened yet."""

    def __init__(self, asked: int, revision: int) -> None:
        super().__init__(f"revision {asked} is in the future: now is {revision}")
        self.revision = revision


class NoSpace(Exception):
    """The disk is full: the write did not happen; reads go on, and writes may work later."""


class Damaged(Exception):
    """Bytes that were once durable are not what was written; `tuik8s log` can look and salvage."""

    def __init__(self, segment: str, offset: int, why: str) -> None:
        super().__init__(f"{segment} is damaged at offset {offset}: {why}")
        self.segment = segment
        self.offset = offset
        self.why = why


class FormatTooNew(Exception):
    """The file was written by a newer tuik8s."""

    def __init__(self, name: str, found: int, known: int) -> None:
        super().__init__(f"{name} has format {found}; this version reads up to {known}")
        self.found = found
