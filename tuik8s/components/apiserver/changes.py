"""The log as a path: pages of changes, forwards and backwards, and where a moment is in it.

    GET /changes?after=R       changes after a revision, oldest first; else from the oldest
    GET /changes?before=R      changes before a revision, newest first; none before the oldest
    GET /changes?at=MS         {revision, atMs} of the newest revision at or before a time
    GET /changes/kept          {oldest: {revision, atMs}, newest: {revision, atMs}} that can be read

A page has at most `limit` items of revision, type, key, author, cause and atMs; `values=true` adds
`object` (null when it was deleted) and `oldObject` (null when it was added). `key=KEY` narrows it
to one object, `<resource id>/<namespace>/<name>`, or to all whose keys begin with a text that is no
whole key: `pods/shop/`. What is gone is refused with 410, which says what is kept.

Secrets are in the log as well, so only who may do everything may read it.

Source: our own; upstream has no such path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from tuik8s.api.errors import ApiError, bad_request, expired, method_not_allowed
from tuik8s.api.times import format_micro_time
from tuik8s.api.types import Object, Request
from tuik8s.components.apiserver.answers import Answer, encode_msgpack, json_answer
from tuik8s.components.apiserver.objects import decode_msgpack
from tuik8s.components.apiserver.options import first, flag, integer
from tuik8s.components.store.errors import Compacted

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core
    from tuik8s.components.store.types import Change, Moment

PATH: Final = "/changes"
KEPT: Final = "/changes/kept"
_LIMIT: Final = 1_000
_LIMIT_WITH_VALUES: Final = 200
"""Two objects of up to 1.5 MB each for every change: more would be a long silence."""


def is_here(path: str) -> bool:
    """Whether a path is one of these."""
    return path in (PATH, KEPT)


def answer(core: Core, request: Request, *, packed: bool) -> Answer:
    """Read the log. packed: for the bus, where objects stay the bytes that they are in the log."""
    if request.verb != "get":
        raise method_not_allowed()
    if request.path == KEPT:
        return _alone(_kept(core))
    at_ms = integer(request.query, "at")
    try:
        if at_ms is not None:
            return _alone(_moment(core.store.timeline.at(at_ms)))
        values = bool(flag(request.query, "values"))
        page = _page(core, request, values=values)
        if packed:
            shown = tuple([encode_msgpack(_packed(change, values=values)) for change in page])
            return Answer(200, objects=shown)
        return json_answer({"items": [_readable(change, values=values) for change in page]})
    except Compacted as compacted:
        asked = "that time" if at_ms is not None else f"revision {compacted.asked}"
        raise gone(core, asked) from None


def gone(core: Core, asked: str) -> ApiError:
    """410 that says what is still there."""
    return expired(f"{asked} is gone from the log: kept are {kept_words(core)}")


def kept_words(core: Core) -> str:
    """The kept range for people: `revisions 100 (2026-01-02T03:04:05.000000Z) to 200 (...)`."""
    oldest, newest = core.store.timeline.kept()
    times = [format_micro_time(moment.at_ms) for moment in (oldest, newest)]
    return f"revisions {oldest.revision} ({times[0]}) to {newest.revision} ({times[1]})"


def _kept(core: Core) -> Object:
    oldest, newest = core.store.timeline.kept()
    return {"oldest": _moment(oldest), "newest": _moment(newest)}


def _moment(moment: Moment) -> Object:
    return {"revision": moment.revision, "atMs": moment.at_ms}


def _page(core: Core, request: Request, *, values: bool) -> list[Change]:
    query, timeline = request.query, core.store.timeline
    after, before = integer(query, "after"), integer(query, "before")
    if after is not None and before is not None:
        raise bad_request("after and before exclude each other: a page has one direction")
    most = _LIMIT_WITH_VALUES if values else _LIMIT
    limit = max(min(integer(query, "limit") or most, most), 1)
    key = first(query, "key")
    if before is not None:
        return timeline.before(before, limit, key, values=values)
    begin = timeline.oldest - 1 if after is None else after
    return timeline.after(begin, limit, key, values=values)


def _head(change: Change) -> Object:
    return {
        "revision": change.revision,
        "type": change.type,
        "key": change.key,
        "author": change.author,
        "cause": change.cause,
        "atMs": change.at_ms,
    }


def _values(change: Change) -> tuple[bytes | None, bytes | None]:
    """What there was after the change, and before it."""
    return (None if change.type == "DELETED" else change.value), change.previous


def _packed(change: Change, *, values: bool) -> Object:
    if not values:
        return _head(change)
    new, old = (None if value is None else msgspec.Raw(value) for value in _values(change))
    return {**_head(change), "object": new, "oldObject": old}


def _readable(change: Change, *, values: bool) -> Object:
    if not values:
        return _head(change)
    new, old = (None if value is None else decode_msgpack(value) for value in _values(change))
    return {**_head(change), "object": new, "oldObject": old}


def _alone(found: Object) -> Answer:
    answered = json_answer(found)
    answered.objects = (encode_msgpack(found),)
    return answered
