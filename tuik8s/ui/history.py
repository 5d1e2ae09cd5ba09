"""What happened to one object, read from the log: who changed what, because of what, and when.

    /changes?key=KEY&before=...   the newest changes first, once
    /changes?key=KEY&after=...    what came since, each time the object has changed

At a moment of the past only what had happened by then is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client, decode
from tuik8s.ui.refs import Ref, person, ref_of_key

LIMIT = 200
"""Changes in one answer, with their objects."""

REMEMBERED_MAX = 1_000
END = (1 << 62) - 1
"""A revision after every other."""


class LogChange(NamedTuple):
    """One change of the log; before and after are None when there was no object."""

    revision: int
    at_ms: int
    type: str
    ref: Ref
    author: str
    cause: int
    before: Object | None
    after: Object | None

    @property
    def by(self) -> str:
        return person(self.author)


def change_of(item: Any) -> LogChange:
    """From an item of the API's answer."""
    ref = ref_of_key(item["key"])
    before, after = item.get("oldObject"), item.get("object")
    return LogChange(
        item["revision"], item["atMs"], item["type"], ref, item["author"], item["cause"],
        before, after,
    )  # fmt: skip


def ask_changes(
    client: Client,
    query: dict[str, str],
    on_changes: Callable[[list[LogChange], str], None],
) -> None:
    """Read a page of the log with values; on_changes is told the changes and what went wrong."""

    def answered(reply: Reply) -> None:
        if reply.ok:
            on_changes([change_of(msgspec.msgpack.decode(data)) for data in reply.objects], "")
        elif reply.code:
            on_changes([], str(decode(reply).get("message") or f"refused with code {reply.code}"))
        else:
            on_changes([], "the API server does not answer")

    asked = {name: [value] for name, value in {**query, "values": "true"}.items()}
    client.call(Request(verb="get", path="/changes", query=asked), answered)


class History:
    """The changes of one object, oldest first."""

    def __init__(self, client: Client, ref: Ref) -> None:
        self.ref = ref
        self.changes: list[LogChange] = []
        self.refused = ""
        """Why the log could not be read, "" if it could."""
        self.version = 0
        """Grows with everything that is heard."""
        self._client = client
        self._seen: Any = None
        self._waits = False

    @property
    def is_loaded(self) -> bool:
        """Whether the log has answered at least once."""
        return self.version > 0

    def follow(self, stamp: Any) -> None:
        """Read on when the stamp differs from that of the last answer (a resourceVersion)."""
        if self._waits or (self._seen == stamp and self.is_loaded):
            return
        self._waits = True
        last = self.changes[-1].revision if self.changes else 0
        query = {"key": self.ref.key, "limit": str(LIMIT)}
        query |= {"after": str(last)} if last else {"before": str(END)}

        def answered(found: list[LogChange], refused: str) -> None:
            self._waits = False
            self.refused = refused
            self.version += 1
            if not refused:
                self._seen = stamp
                new = found if last else found[::-1]
                self.changes = [*self.changes, *new][-REMEMBERED_MAX:]

        ask_changes(self._client, query, answered)

    def until(self, now_ms: int) -> list[LogChange]:
        """What had happened by a moment."""
        return [change for change in self.changes if change.at_ms <= now_ms]
