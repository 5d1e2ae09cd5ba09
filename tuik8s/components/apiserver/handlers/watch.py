"""Watches: the state of things as events if asked for, then every change.

Source: k8s.io/apiserver pkg/endpoints/handlers/{get,watch}.go, pkg/storage/cacher (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import bare_internal_error, expired
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.listing import parse_revision
from tuik8s.components.apiserver.negotiation import not_acceptable
from tuik8s.components.apiserver.options import ListOptions, list_options
from tuik8s.components.apiserver.rendering import check_include, partial, table_of
from tuik8s.components.apiserver.selection import Selection
from tuik8s.components.apiserver.watching import (
    Shape,
    Subscription,
    bookmark_event,
    error_event,
    event_line,
)

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_SHORTEST_MS: Final = 1_800_000
_SPREAD_MS: Final = 1_800_000


def handle(core: Core, call: Call) -> Outcome:
    """Answer with a stream of events."""
    if call.form.media == "yaml":
        raise not_acceptable()
    options = list_options(call.request.query, watch=True)
    selection = Selection(call.kind, options.labels, options.fields)
    text = options.resource_version
    try:
        revision = parse_revision(text)
    except ValueError as error:
        raise bare_internal_error(f'resourceVersion: Invalid value: "{text}": {error}') from None
    core.hub.admit(call.user.name)
    stream = Subscription(
        core.hub,
        call.kind,
        call.request.namespace,
        selection,
        call.user.name,
        shape=_shape(call),
        bookmarks=options.bookmarks,
    )
    timeout = options.timeout_seconds or 0
    stream.timeout_ms = timeout * 1000 or _SHORTEST_MS + core.rng.below(_SPREAD_MS)
    _begin(core, stream, options, revision)
    answer = Answer(200, warnings=tuple(call.warnings), stream=stream)
    answer.revision = core.store.revision
    return answer


def _begin(core: Core, stream: Subscription, options: ListOptions, revision: int) -> None:
    wants_state = options.initial_events or (options.initial_events is None and not revision)
    if wants_state:
        now = core.store.revision
        for entry in core.store.range(stream.prefix).entries:
            if stream.selection.is_everything or stream.selection.takes(entry.key, entry.value):
                stream.first.append(_added(core, stream, entry.value, entry.revision))
        stream.after_revision = max(now, revision)
        if options.initial_events and options.bookmarks:
            stream.first.append(bookmark_event(stream.kind, now, stream.shape, initial_end=True))
        return
    stream.after_revision = revision or core.store.revision
    oldest = core.store.compacted_revision
    if revision and revision < oldest:
        error = expired(f"too old resource version: {revision} ({oldest})")
        stream.first.append(error_event(error))
        stream.ends_at_once = True


def _added(core: Core, stream: Subscription, value: bytes, revision: int) -> bytes:
    kind = stream.kind
    if stream.shape is not None:
        return event_line("ADDED", stream.shape(core.objects.read(kind, value)))
    text = core.objects.json(kind, value, revision)
    return b"".join((b'{"type":"ADDED","object":', text, b"}\n"))


def _shape(call: Call) -> Shape | None:
    """How objects look in the form that was asked for; only the first Table has a header."""
    shape = call.form.shape
    if not shape:
        return None
    if shape == "Table":
        return _table_shape(call)
    version = call.form.version
    return lambda obj: partial(obj, version)


def _table_shape(call: Call) -> Shape:
    check_include((call.request.query.get("includeObject") or [""])[0])
    headed = False

    def table(obj: Object) -> Object:
        nonlocal headed
        meta = {"resourceVersion": obj["metadata"]["resourceVersion"]}
        is_bookmark = not obj["metadata"].get("name")
        out = table_of(call, [] if is_bookmark else [obj], meta, header=not headed)
        headed = True
        return out

    return table
