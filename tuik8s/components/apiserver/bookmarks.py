"""Bookmarks of the log: moments by name, for whoever looks at this cluster, now or later.

    GET    /bookmarks          {"items": [{name, revision, atMs, author}, ...]} in time's order
    PUT    /bookmarks/NAME     {"revision": R} gives R that name, taken from where it was before;
                               without a revision: the newest
    DELETE /bookmarks/NAME

Each write is a note with all of them, so the newest note is what holds. A note goes when the
segment that it is in is compacted; by then all the revisions that it names are gone.

Source: our own; upstream has no such path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from tuik8s.api.bookmarks import (
    KEY,
    NOTE_KIND,
    PATH,
    BadName,
    Bookmark,
    bookmarks_of,
    checked_name,
    packed,
)
from tuik8s.api.errors import ApiError, bad_request, method_not_allowed
from tuik8s.api.types import Object, Request, User
from tuik8s.components.apiserver import changes
from tuik8s.components.apiserver.answers import Answer, encode_msgpack, json_answer
from tuik8s.components.store.errors import Compacted

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_COUNT_MAX: Final = 1_000
_MSGPACK: Final = "application/msgpack"


class _Wanted(msgspec.Struct):
    revision: int | None = None


def is_here(path: str) -> bool:
    """Whether a path is one of these."""
    return path == PATH or path.startswith(f"{PATH}/")


def answer(core: Core, request: Request, user: User) -> Answer:
    """Read, set or delete bookmarks."""
    name = request.path.removeprefix(PATH).removeprefix("/")
    known = _known(core)
    if not name:
        if request.verb != "get":
            raise method_not_allowed()
        return _listed(list(known.values()))
    if request.verb in ("put", "update"):
        bookmark = _bookmark(core, name, request, user)
        if len(known) >= _COUNT_MAX and bookmark.name not in known:
            raise bad_request(f"there are {_COUNT_MAX} bookmarks already: delete some")
        return _written(core, {**known, bookmark.name: bookmark}, [bookmark], user)
    found = known.pop(name, None)
    if found is None:
        raise ApiError(404, "NotFound", f"no bookmark {name!r}{_there_are(known)}")
    if request.verb == "get":
        return _listed([found])
    if request.verb != "delete":
        raise method_not_allowed()
    return _written(core, known, [found], user)


def _known(core: Core) -> dict[str, Bookmark]:
    return bookmarks_of(core.store.notes(KEY, 1))


def _bookmark(core: Core, name: str, request: Request, user: User) -> Bookmark:
    timeline, newest = core.store.timeline, core.store.durable_revision
    try:
        name = checked_name(name)
    except BadName as bad:
        raise bad_request(str(bad)) from None
    wanted = _read(request).revision
    revision = newest if wanted is None else wanted
    if revision > newest:
        raise bad_request(f"revision {revision} has not happened yet: the newest is {newest}")
    if revision < timeline.oldest:
        raise changes.gone(core, f"revision {revision}")
    try:
        return Bookmark(name, revision, timeline.time_of(revision), user.name)
    except Compacted:
        raise changes.gone(core, f"revision {revision}") from None


def _read(request: Request) -> _Wanted:
    if not request.body:
        return _Wanted()
    try:
        if request.content_type == _MSGPACK:
            return msgspec.msgpack.decode(request.body, type=_Wanted)
        return msgspec.json.decode(request.body, type=_Wanted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise bad_request(f"a bookmark has a revision: {problem}") from None


def _written(
    core: Core, bookmarks: dict[str, Bookmark], shown: list[Bookmark], user: User
) -> Answer:
    core.store.note(NOTE_KIND, KEY, packed(bookmarks), user.name)
    return _listed(shown)


def _there_are(known: dict[str, Bookmark]) -> str:
    return f"; there are: {', '.join(known)}" if known else ""


def _listed(bookmarks: list[Bookmark]) -> Answer:
    """One answer for both doors."""
    inorder = sorted(bookmarks, key=lambda each: (each.revision, each.name))
    items: list[Object] = [msgspec.to_builtins(each) for each in inorder]
    answered = json_answer({"items": items})
    answered.objects = tuple([encode_msgpack(item) for item in items])
    return answered
