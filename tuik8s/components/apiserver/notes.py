"""Notes: why things are as they are, in the words of the components that made them so.

    POST /notes/KEY            {"kind": "scheduling", "data": {...}}: tied to KEY's revision now
    GET  /notes/KEY            the newest notes of a key, newest first

KEY is a store key, `<resource id>/<namespace>/<name>`. Bodies are JSON, or msgpack on the bus.
Notes use up no revision (see `components.store`). Who may use these paths is for authorization of
paths to say; masters and components may.

Source: our own; upstream has no such path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from tuik8s.api.errors import ApiError, bad_request, method_not_allowed
from tuik8s.api.types import Object, Request, User
from tuik8s.components.apiserver.answers import Answer, encode_msgpack, json_answer, text_answer
from tuik8s.components.apiserver.objects import decode_msgpack

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

NOTES: Final = "/notes/"
_NOTE_BYTES_MAX: Final = 256 * 1024
_MSGPACK: Final = "application/msgpack"


class _Remark(msgspec.Struct):
    kind: str
    data: Any


def is_here(path: str) -> bool:
    """Whether a path is one of these."""
    return path.startswith(NOTES)


def answer(core: Core, request: Request, user: User) -> Answer:
    """Read or write notes."""
    key = request.path.removeprefix(NOTES)
    if key.count("/") != 2:
        raise bad_request(f"no store key: {key}")
    if request.verb == "get":
        return _listed([_note(note) for note in core.store.notes(key)])
    if request.verb not in ("post", "create"):
        raise method_not_allowed()
    if len(request.body) > _NOTE_BYTES_MAX:
        raise ApiError(413, "RequestEntityTooLarge", f"limit is {_NOTE_BYTES_MAX}")
    remark = _read(request)
    core.store.note(remark.kind, key, encode_msgpack(remark.data), user.name)
    return text_answer(202, "")


def _read(request: Request) -> _Remark:
    try:
        if request.content_type == _MSGPACK:
            return msgspec.msgpack.decode(request.body, type=_Remark)
        return msgspec.json.decode(request.body, type=_Remark)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise bad_request(f"a note has kind and data: {problem}") from None


def _note(note: Any) -> Object:
    return {
        "revision": note.revision,
        "kind": note.kind,
        "key": note.key,
        "author": note.author,
        "atMs": note.at_ms,
        "data": decode_msgpack(note.data),
    }


def _listed(notes: list[Object]) -> Answer:
    """One answer for both doors."""
    answered = json_answer({"items": notes})
    answered.objects = tuple([encode_msgpack(note) for note in notes])
    return answered
