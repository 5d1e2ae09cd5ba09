"""The log as the dashboard reads it: pages of changes before or after a revision.

    Logbook(client).page(on_page, after=120, limit=50)    changes 121, 122, ... oldest first
    Logbook(client).page(on_page, before=120)             changes 119, 118, ... newest first

Values are asked for when an object must be shown as it was; without them a page is small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tuik8s.api.types import Key, Reply, Request
from tuik8s.bus.client import Client, refusal_of
from tuik8s.ui.past import LoggedChange, Moment

PAGE = 200
"""As many as the server gives at once with values."""
WITHIN_MS = 10_000


class Page(NamedTuple):
    """Changes, and why there are none if the log could not be read."""

    changes: list[LoggedChange]
    refused: str = ""


OnPage = Callable[[Page], None]


class Logbook:
    """Reads the log through the API server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(
        self,
        on_page: OnPage,
        *,
        after: int | None = None,
        before: int | None = None,
        key: str = "",
        limit: int = PAGE,
        values: bool = True,
    ) -> None:
        """Read one page; exactly one of after and before is given."""
        query = {"limit": [str(limit)]}
        if after is not None:
            query["after"] = [str(after)]
        if before is not None:
            query["before"] = [str(before)]
        if key:
            query["key"] = [key]
        if values:
            query["values"] = ["true"]
        self._ask(query, lambda reply: on_page(_page_of(reply)))

    def at(self, at_ms: int, on_moment: Callable[[Moment | None, str], None]) -> None:
        """The newest moment at or before a time; else None and why."""

        def answered(reply: Reply) -> None:
            if reply.ok:
                on_moment(msgspec.msgpack.decode(reply.objects[0], type=_At).moment, "")
            else:
                on_moment(None, refusal_of(reply))

        self._ask({"at": [str(at_ms)]}, answered)

    def _ask(self, query: dict[str, list[str]], on_reply: Callable[[Reply], None]) -> None:
        request = Request(verb="get", path="/changes", query=query)
        self._client.call(request, on_reply, deadline_ms=WITHIN_MS)


class _Item(msgspec.Struct):
    revision: int
    type: str
    key: str
    author: str = ""
    cause: int = 0
    at_ms: int = msgspec.field(default=0, name="atMs")
    object: msgspec.Raw = msgspec.Raw()
    old_object: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="oldObject")


class _At(msgspec.Struct):
    revision: int
    at_ms: int = msgspec.field(name="atMs")

    @property
    def moment(self) -> Moment:
        return Moment(self.revision, self.at_ms)


def _page_of(reply: Reply) -> Page:
    if not reply.ok:
        return Page([], refusal_of(reply))
    return Page([_change(msgspec.msgpack.decode(data, type=_Item)) for data in reply.objects])


def _change(item: _Item) -> LoggedChange:
    moment = Moment(item.revision, item.at_ms)
    key = Key(*item.key.split("/", 2))
    before, after = _value(item.old_object), _value(item.object)
    return LoggedChange(moment, item.type, key, item.author, item.cause, before, after)


def _value(raw: msgspec.Raw) -> bytes | None:
    data = bytes(raw)
    return None if data in (b"", b"\xc0") else data  # msgpack's nil
