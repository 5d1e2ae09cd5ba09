"""What there was at a revision, in two questions, so that nobody is sent what he has already.

    GET /held?at=R&resource=pods         {namespace: {name: revision}}: all that was there, and
                                         since which revision it was as it was
    GET /held/objects?at=R&key=K&key=K   these objects as they were, in the order of their keys
                                         (`<resource id>/<namespace>/<name>`), null where none was

An object's revision is its own for ever: whoever holds it at that revision need not ask for it.
What is gone from the log is refused with 410, which says what is kept. Secrets are there as well,
so only who may do everything may read this.

Source: our own; upstream has no such path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import bad_request, method_not_allowed
from tuik8s.api.types import Object, Request
from tuik8s.components.apiserver.answers import Answer, encode_msgpack, json_answer
from tuik8s.components.apiserver.changes import gone
from tuik8s.components.apiserver.listing import too_large
from tuik8s.components.apiserver.objects import decode_msgpack, is_native
from tuik8s.components.apiserver.options import first, integer
from tuik8s.components.store.errors import Compacted, FutureRevision

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

PATH: Final = "/held"
OBJECTS: Final = "/held/objects"
KEYS_MAX: Final = 1_000
"""Objects that are asked for at once: of up to 1.5 MB each, more would be a long silence."""
_NIL: Final = encode_msgpack(None)


def is_here(path: str) -> bool:
    """Whether a path is one of these."""
    return path in (PATH, OBJECTS)


def answer(core: Core, request: Request, *, packed: bool) -> Answer:
    """Read it. packed: for the bus, where objects stay the bytes that they are in the log."""
    if request.verb != "get":
        raise method_not_allowed()
    at = integer(request.query, "at") or 0
    if at < 1:
        raise bad_request("at=REVISION says which moment is asked for")
    try:
        if request.path == PATH:
            found = _held(core, at, first(request.query, "resource"))
            return Answer(200, objects=(encode_msgpack(found),)) if packed else json_answer(found)
        values = _objects(core, at, request.query.get("key") or [])
    except Compacted:
        raise gone(core, f"revision {at}") from None
    except FutureRevision:
        raise too_large(at, core.store.revision) from None
    if packed:
        return Answer(200, objects=tuple([_NIL if value is None else value for value in values]))
    items = [None if value is None else decode_msgpack(value) for value in values]
    return json_answer({"items": items})


def _held(core: Core, at: int, resource: str) -> Object:
    if not resource or "/" in resource:
        raise bad_request("resource=RESOURCE says of what: pods, or deployments.apps")
    found: Object = {}
    for key, revision in core.store.versions(f"{resource}/", at):
        _, namespace, name = key.split("/", 2)
        names = found.get(namespace)
        if names is None:
            names = found[namespace] = {}
        names[name] = revision
    return found


def _objects(core: Core, at: int, keys: list[str]) -> list[bytes | None]:
    if len(keys) > KEYS_MAX:
        raise bad_request(f"at most {KEYS_MAX} keys at once, not {len(keys)}")
    found = core.store.get_many(keys, at)
    values: list[bytes | None] = []
    native: dict[str, bool] = {}
    for key in keys:
        entry, resource = found.get(key), key.partition("/")[0]
        if resource not in native:
            kind = core.kinds.by_resource(resource)
            native[resource] = kind is None or is_native(kind)
        if entry is None or native[resource]:
            values.append(None if entry is None else entry.value)
            continue
        kind = core.kinds.by_resource(resource)
        assert kind is not None, "what has no kind counts as native"
        values.append(encode_msgpack(core.objects.read(kind, entry.value)))
    return values
