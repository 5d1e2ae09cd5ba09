"""Watches: every durable change, as the event that each watcher's selection and form make of it.

    store.on_commit --> Hub --by prefix--> Subscription --event bytes--> door
                         |  one Happening per change: bytes made once per form, not per watcher

A subscription first gets what it missed, read from the store some changes per turn, then joins the
live ones. What a door cannot hand on fast enough it reports by closing the subscription.

Source: k8s.io/apiserver pkg/storage/cacher, pkg/endpoints/handlers/watch.go (1.36).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from tuik8s.api.errors import ApiError, expired, too_many_requests
from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import encode_json
from tuik8s.components.apiserver.objects import (
    Objects,
    convert,
    decode_msgpack,
    encoded,
    merged_metadata,
)
from tuik8s.components.apiserver.selection import Selection
from tuik8s.components.apiserver.staleness import Delayed
from tuik8s.components.store.errors import Compacted
from tuik8s.components.store.types import Change

if TYPE_CHECKING:
    from tuik8s.components.apiserver.config import Limits
    from tuik8s.components.store.store import Store
    from tuik8s.world.base import Timer, World

Shape = Callable[[Object], Object]
"""Turns an object into what a watcher's form shows of it."""

_CHANGES_PER_TURN = 500
_RETRY_MS = 20
BOOKMARK_MS = 60_000
INITIAL_EVENTS_END = "k8s.io/initial-events-end"


class Happening:
    """One change, and the JSON of its events, made when first asked for."""

    __slots__ = ("_texts", "change", "objects")

    def __init__(self, change: Change, objects: Objects) -> None:
        self.change = change
        self.objects = objects
        self._texts: dict[tuple[str, str, str], bytes] = {}

    def event(self, event_type: str, kind: Kind) -> bytes:
        """The event as one JSON line; DELETED of a living object shows it as it was."""
        key = (event_type, kind.group, kind.version)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = b"".join(
                (
                    b'{"type":"',
                    event_type.encode(),
                    b'","object":',
                    self._json(event_type, kind),
                    b"}\n",
                )
            )
        return text

    def _json(self, event_type: str, kind: Kind) -> bytes:
        change = self.change
        if change.type == "DELETED" or event_type == "DELETED":
            return encoded(self.shown(event_type, kind), kind)
        return self.objects.json(kind, change.value, change.revision)

    def shown(self, event_type: str, kind: Kind) -> Object:
        """The object that an event of this type carries."""
        change = self.change
        if event_type == "DELETED" and change.type != "DELETED" and change.previous is not None:
            left = decode_msgpack(change.previous)
            obj = merged_metadata(left, resourceVersion=str(change.revision))
        else:
            obj = decode_msgpack(change.value)
        return obj if obj["apiVersion"] == kind.api_version else convert(obj, kind)


class Subscription:
    """One watch. The door sets `send` and `on_end`, then calls `start`.

    send: event bytes, newline-ended. on_end: called once, when nothing more will come. ready:
    whether the door can take more of the past now (of the present it takes everything or closes).
    """

    def __init__(
        self,
        hub: Hub,
        kind: Kind,
        namespace: str,
        selection: Selection,
        user: str,
        *,
        shape: Shape | None = None,
        bookmarks: bool = False,
    ) -> None:
        self.kind = kind
        self.prefix = f"{kind.storage or kind.resource}/" + (f"{namespace}/" if namespace else "")
        self.selection = selection
        self.user = user
        self.shape = shape
        self.bookmarks = bookmarks
        self.revision = 0
        self.first: list[bytes] = []
        self.after_revision = 0
        self.timeout_ms = 0
        self.ends_at_once = False
        self.send: Callable[[bytes], None] = lambda data: None
        self.on_end: Callable[[], None] = lambda: None
        self.ready: Callable[[], bool] = lambda: True
        self.is_closed = False
        self._hub = hub
        self._timers: list[Timer] = []

    def start(self) -> None:
        """Send what was prepared, then the changes after `after_revision`."""
        if self.first:
            self.send(b"".join(self.first))
            self.first = []
        if self.ends_at_once:
            self.close()
            return
        self.revision = self.after_revision
        self._hub.attach(self)
        if self.timeout_ms and not self.is_closed:
            self._timers.append(self._hub.world.call_after(self.timeout_ms, self.close))

    def close(self) -> None:
        """End the watch; closing twice does nothing."""
        if self.is_closed:
            return
        self.is_closed = True
        for timer in self._timers:
            timer.cancel()
        self._hub.detach(self)
        self.on_end()

    def show(self, happenings: Iterable[Happening]) -> bool:
        """Send the events that these make for this watcher, in one piece; False: it is closed."""
        parts = []
        for happening in happenings:
            if happening.change.revision > self.revision:
                text = self._event(happening)
                if text:
                    parts.append(text)
        if parts:
            self.send(b"".join(parts))
        return not self.is_closed

    def fail(self, error: ApiError) -> None:
        """Send an ERROR event and end."""
        self.send(error_event(error))
        self.close()

    def bookmark(self, revision: int) -> None:
        """Tell the watcher that it has everything up to revision."""
        if self.bookmarks and not self.is_closed:
            self.send(bookmark_event(self.kind, revision, self.shape))

    def _event(self, happening: Happening) -> bytes:
        change = happening.change
        event_type = self._type_for(change)
        if not event_type:
            return b""
        if self.shape is None:
            return happening.event(event_type, self.kind)
        shown = self.shape(happening.shown(event_type, self.kind))
        return event_line(event_type, shown)

    def _type_for(self, change: Change) -> str:
        """ADDED, MODIFIED, DELETED, or "" when the change is nothing to this selection."""
        if self.selection.is_everything:
            return change.type
        takes, key = self.selection.takes, change.key
        if change.type == "DELETED":
            was = takes(key, change.previous or change.value)
            return "DELETED" if was else ""
        now = takes(key, change.value)
        was = change.previous is not None and takes(key, change.previous)
        if now:
            return "MODIFIED" if was else "ADDED"
        return "DELETED" if was else ""


class Hub:
    """All watches of a server."""

    def __init__(self, world: World, store: Store, objects: Objects, limits: Limits) -> None:
        self.world = world
        self.limits = limits
        self._store = store
        self._objects = objects
        self._live: dict[str, dict[Subscription, None]] = {}
        self._open: dict[Subscription, None] = {}
        self._per_user: dict[str, int] = {}
        self._next_bookmarks: Timer | None = None
        self._late = Delayed(world, self._on_commit)
        store.on_commit(self._late)

    @property
    def count(self) -> int:
        return len(self._open)

    def admit(self, user: str) -> None:
        """Raise ApiError (429) when there are too many watches."""
        of_user = self._per_user.get(user, 0)
        if (
            len(self._open) >= self.limits.watches_max
            or of_user >= self.limits.watches_per_user_max
        ):
            error = too_many_requests("too many watches, please try again later", 1)
            error.headers = (("Retry-After", "1"),)
            raise error

    def attach(self, subscription: Subscription) -> None:
        """Begin to feed a subscription from its revision on."""
        self._open[subscription] = None
        user = subscription.user
        self._say("Starting watch", subscription)
        self._per_user[user] = self._per_user.get(user, 0) + 1
        if subscription.bookmarks and self._next_bookmarks is None:
            self._next_bookmarks = self.world.call_after(BOOKMARK_MS, self._bookmark_all)
        if subscription.revision >= self._store.durable_revision:
            self._join(subscription)
        else:
            self._catch_up(subscription)

    def detach(self, subscription: Subscription) -> None:
        if subscription in self._open:
            del self._open[subscription]
            user = subscription.user
            self._say("Watch ended", subscription)
            left = self._per_user.get(user, 1) - 1
            if left > 0:
                self._per_user[user] = left
            else:
                self._per_user.pop(user, None)
        members = self._live.get(subscription.prefix)
        if members is not None:
            members.pop(subscription, None)
            if not members:
                del self._live[subscription.prefix]

    def _say(self, what: str, subscription: Subscription) -> None:
        log = self.world.log
        if log.verbosity >= 3:
            revision = str(subscription.revision)
            log.info(
                what,
                path=subscription.prefix,
                user=subscription.user,
                resourceVersion=revision,
                timeout=f"{subscription.timeout_ms}ms",
            )

    def end(self, resource: str) -> None:
        """Close all watches of a resource: its kinds are no longer what they were."""
        for subscription in [s for s in self._open if s.kind.resource == resource]:
            subscription.close()

    def _join(self, subscription: Subscription) -> None:
        self._live.setdefault(subscription.prefix, {})[subscription] = None

    def _catch_up(self, subscription: Subscription) -> None:
        if subscription.is_closed:
            return
        if not subscription.ready():
            self.world.call_after(_RETRY_MS, lambda: self._catch_up(subscription))
            return
        after, target = subscription.revision, self._store.durable_revision
        try:
            found = list(islice(self._store.changes(after, subscription.prefix), _CHANGES_PER_TURN))
        except Compacted as compacted:
            text = f"too old resource version: {after} ({compacted.revision})"
            subscription.fail(expired(text))
            return
        if not subscription.show(Happening(change, self._objects) for change in found):
            return
        if len(found) < _CHANGES_PER_TURN:
            subscription.revision = target
            self._join(subscription)
        else:
            subscription.revision = found[-1].revision
            self.world.call_soon(lambda: self._catch_up(subscription))

    def _on_commit(self, changes: list[Change]) -> None:
        if not self._live:
            return
        batches: dict[str, list[Happening]] = {}
        live = self._live
        for change in changes:
            resource, namespace, _ = change.key.split("/", 2)
            whole = f"{resource}/"
            one = f"{whole}{namespace}/"
            if whole in live or one in live:
                happening = Happening(change, self._objects)
                batches.setdefault(whole, []).append(happening)
                if namespace:
                    batches.setdefault(one, []).append(happening)
        for prefix, happenings in batches.items():
            for subscription in list(live.get(prefix, ())):
                if not subscription.is_closed:
                    subscription.show(happenings)
                    subscription.revision = changes[-1].revision

    def _bookmark_all(self) -> None:
        floor = self._late.floor
        revision = self._store.durable_revision if floor is None else floor
        self._next_bookmarks = None
        wanted = [s for members in self._live.values() for s in members if s.bookmarks]
        for subscription in wanted:
            subscription.bookmark(revision)
        if wanted:
            self._next_bookmarks = self.world.call_after(BOOKMARK_MS, self._bookmark_all)


def event_line(event_type: str, obj: Object) -> bytes:
    """One event of a stream."""
    return encode_json({"type": event_type, "object": obj}) + b"\n"


def error_event(error: ApiError) -> bytes:
    """An ERROR event: a Status, whatever form was asked for."""
    return event_line("ERROR", error.status())


def bookmark_event(
    kind: Kind, revision: int, shape: Shape | None = None, *, initial_end: bool = False
) -> bytes:
    """A BOOKMARK: the kind's empty object with a revision."""
    meta: Object = {"resourceVersion": str(revision)}
    if initial_end:
        meta["annotations"] = {INITIAL_EVENTS_END: "true"}
    obj: Object = {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": meta}
    obj.update(zero_fields(kind))
    return event_line("BOOKMARK", shape(obj) if shape is not None else obj)


def zero_fields(kind: Kind) -> Object:
    """What Go writes of an empty object of a kind: its required fields, all zero."""
    out: Object = {}
    if kind.custom:
        return out
    for name, node in kind.schema.fields.items():
        if name in ("spec", "status") and node.type == "object":
            out[name] = {
                field: _zero(node.fields[field].type)
                for field in node.required
                if field in node.fields
            }
    return out


def _zero(node_type: str) -> object:
    return {"string": "", "integer": 0, "boolean": False, "number": 0, "object": {}}.get(node_type)
