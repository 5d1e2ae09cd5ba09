"""The cluster at one revision: what the log says there was, read when somebody asks for it.

Lists are asked of the API server at exactly that revision. To go a few revisions on or back, the
changes between are applied or taken back instead: `apply` and `revert` move the moment by one
change, in either direction, as long as they come in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from tuik8s.api.types import Key, Object, Reply, Request
from tuik8s.bus.client import Client, decode
from tuik8s.bus.entries import Entry, Shelf

LIST_WITHIN_MS = 10_000

Place = tuple[str, str]


class Moment(NamedTuple):
    """A revision of the log and the time of its change."""

    revision: int
    at_ms: int


class LoggedChange(NamedTuple):
    """A change as the log has it. type: ADDED, MODIFIED or DELETED; before and after: the object's
    msgpack bytes, None when there was none, or when values were not asked for."""

    moment: Moment
    type: str
    key: Key
    author: str
    cause: int
    before: bytes | None
    after: bytes | None


Told = Callable[[Key, Entry | None], None]
"""(key, what is there now)"""


class Past:
    """The objects at a moment. loaded: told the resource when its list has come."""

    def __init__(
        self, client: Client, moment: Moment, loaded: Callable[[str], None], told: Told
    ) -> None:
        self.moment = moment
        self.refused = ""
        """Why a list could not be had, "" if all could."""
        self._client = client
        self._loaded = loaded
        self._told = told
        self._shelf = Shelf(lean=False)
        self._lists: dict[str, dict[Place, Entry]] = {}
        self._asked: set[str] = set()

    def need(self, resource: str) -> bool:
        """Whether the list of a resource is there; it is asked for when it is not."""
        if resource in self._lists:
            return True
        if resource not in self._asked:
            self._ask(resource)
        return False

    @property
    def is_loading(self) -> bool:
        return bool(self._asked)

    def entries(self, resource: str) -> Mapping[Place, Entry]:
        """All versions of a resource, by namespace and name; none before they have come."""
        return self._lists[resource] if self.need(resource) else {}

    def items(self, resource: str) -> Iterator[Object]:
        """All objects of a resource, each decoded when the iteration gets to it."""
        for entry in list(self.entries(resource).values()):
            yield entry.object

    def get(self, resource: str, namespace: str, name: str) -> Object | None:
        entry = self.entries(resource).get((namespace, name))
        return None if entry is None else entry.object

    def apply(self, change: LoggedChange) -> None:
        """Go on by the change after the moment."""
        self._put(change.key, change.after)
        self.moment = change.moment

    def revert(self, change: LoggedChange, earlier: Moment) -> None:
        """Take back the change at the moment; earlier: where that leads."""
        self._put(change.key, change.before)
        self.moment = earlier

    def _put(self, key: Key, data: bytes | None) -> None:
        entries = self._lists.get(key.resource)
        if entries is None:
            return  # nobody has looked at these: they are listed when somebody does
        place = (key.namespace, key.name)
        entries.pop(place, None)
        entry = None
        if data is not None:
            entry = entries[place] = Entry(data, _meta_of(data).revision, self._shelf)
        self._told(key, entry)

    def _ask(self, resource: str) -> None:
        self._asked.add(resource)
        moment = self.moment
        plural, _, group = resource.partition(".")
        request = Request(
            verb="list",
            group=group,
            version="",
            resource=plural,
            query={
                "resourceVersion": [str(moment.revision)],
                "resourceVersionMatch": ["Exact"],
            },
        )
        self._client.call(
            request, lambda reply: self._listed(resource, moment, reply), deadline_ms=LIST_WITHIN_MS
        )

    def _listed(self, resource: str, asked: Moment, reply: Reply) -> None:
        self._asked.discard(resource)
        if asked.revision != self.moment.revision:  # it went on meanwhile
            self._ask(resource)
            return
        if not reply.ok and reply.code != 404:  # a kind that is gone has no objects to show
            said = str(decode(reply).get("message", "")) if reply.code else ""
            self.refused = said or "the API server does not answer"
        entries: dict[Place, Entry] = {}
        for data in reply.objects if reply.ok else ():
            meta = _meta_of(data)
            entries[meta.namespace, meta.name] = Entry(data, meta.revision, self._shelf)
        self._lists[resource] = entries
        self._loaded(resource)


class _Meta(msgspec.Struct, rename="camel"):
    name: str
    namespace: str = ""
    resource_version: str = "0"

    @property
    def revision(self) -> int:
        return int(self.resource_version)


class _Named(msgspec.Struct):
    metadata: _Meta


def _meta_of(data: bytes) -> _Meta:
    return msgspec.msgpack.decode(data, type=_Named).metadata
