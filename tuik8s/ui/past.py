"""The cluster at one revision: what the log says there was, read when somebody asks for it.

First comes which objects there were, and since which revision each was as it was; only those that
are not known already, from now or from the moment shown before, are asked for, some hundreds at a
time, so that the API server reads the next ones while these are taken in. To go a few revisions on
or back, the changes between are applied or taken back instead: `apply` and `revert` move the moment
by one change, in either direction, as long as they come in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from tuik8s.api.types import Key, Object, Reply, Request
from tuik8s.bus.client import Client, refusal_of
from tuik8s.bus.entries import Entry, Shelf

LIST_WITHIN_MS = 10_000
OBJECTS_AT_ONCE = 500
ASKED_AHEAD = 2
"""Questions for objects that are under way at a time: one is answered, one is being read."""

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

Versions = Mapping[Place, Entry] | Mapping[Place, Entry | None]
Known = Callable[[str], Iterable[Versions]]
"""resource -> versions of its objects that need not be asked for"""


Prepare = Callable[[str, list[Entry], int], dict[Entry, Any]]
"""(resource, versions that have come, when they will be shown) -> what was made of them for that"""


def nothing(resource: str) -> Iterable[Versions]:
    """Known to who has only just begun."""
    return ()


def unprepared(resource: str, entries: list[Entry], at_ms: int) -> dict[Entry, Any]:
    """Made of them where nobody waits for a table."""
    return {}


class _Load:
    """The list of a resource on its way: of what is `wanted`, so many were asked for so far.

    before: what had come when the moment went on, and it was asked for again.
    """

    def __init__(self, resource: str, revision: int, before: Versions) -> None:
        self.resource = resource
        self.revision = revision
        self.before = before
        self.entries: dict[Place, Entry | None] = {}
        self.wanted: list[tuple[Place, int]] = []
        self.asked = 0
        self.under_way = 0


class Past:
    """The objects at a moment. loaded: told the resource when its list has come. known: what need
    not be read again. prepare: what to do with versions while others are still being read."""

    def __init__(
        self,
        client: Client,
        moment: Moment,
        loaded: Callable[[str], None],
        told: Told,
        known: Known = nothing,
        prepare: Prepare = unprepared,
    ) -> None:
        self.moment = moment
        self.refused = ""
        """Why a list could not be had, "" if all could."""
        self._client = client
        self._loaded = loaded
        self._told = told
        self._known = known
        self._prepare = prepare
        self.prepared: dict[str, dict[Entry, Any]] = {}
        """resource -> what was made of versions when they came; whoever shows them takes it."""
        self._shelf = Shelf(lean=False)
        self._lists: dict[str, dict[Place, Entry]] = {}
        self._loads: dict[str, _Load] = {}

    def need(self, resource: str) -> bool:
        """Whether the list of a resource is there; it is asked for when it is not."""
        if resource in self._lists:
            return True
        if resource not in self._loads:
            self._ask(_Load(resource, self.moment.revision, {}))
        return False

    @property
    def is_loading(self) -> bool:
        return bool(self._loads)

    def entries(self, resource: str) -> Mapping[Place, Entry]:
        """All versions of a resource, by namespace and name; none before they have come."""
        return self._lists[resource] if self.need(resource) else {}

    def listed(self, resource: str) -> Mapping[Place, Entry]:
        """The same as far as they have come; nothing is asked for."""
        return self._lists.get(resource, {})

    def size_bytes(self) -> int:
        """What its objects take, be they shared with another moment or not."""
        lists = self._lists.values()
        return sum(len(entry.data) for entries in lists for entry in entries.values())

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

    # --- reading a list -----------------------------------------------------------------------

    def _ask(self, load: _Load) -> None:
        self._loads[load.resource] = load
        query = {"at": [str(load.revision)], "resource": [load.resource]}
        self._read("/held", query, lambda reply: self._on_held(load, reply))

    def _on_held(self, load: _Load, reply: Reply) -> None:
        if not self._is_wanted(load, reply):
            return
        known = [each for each in (*self._known(load.resource), load.before) if each]
        entries, wanted = load.entries, load.wanted
        for namespace, names in _decode_held(reply.objects[0]).items():
            for name, since in names.items():
                place = namespace, name
                for versions in known:
                    entry = entries[place] = versions.get(place)
                    if entry is not None and entry.revision == since:
                        break
                else:
                    entries[place] = None
                    wanted.append((place, since))
                    if len(wanted) == OBJECTS_AT_ONCE:
                        self._ask_more(load)  # the server need not wait for the end of this
        self._ask_more(load)
        self._end_if_whole(load)

    def _ask_more(self, load: _Load) -> None:
        while load.asked < len(load.wanted) and load.under_way < ASKED_AHEAD:
            page = load.wanted[load.asked : load.asked + OBJECTS_AT_ONCE]
            load.asked += len(page)
            load.under_way += 1
            self._ask_objects(load, page)

    def _ask_objects(self, load: _Load, page: list[tuple[Place, int]]) -> None:
        keys = [f"{load.resource}/{namespace}/{name}" for (namespace, name), _ in page]
        query = {"at": [str(load.revision)], "key": keys}
        self._read("/held/objects", query, lambda reply: self._on_objects(load, page, reply))

    def _on_objects(self, load: _Load, page: list[tuple[Place, int]], reply: Reply) -> None:
        if not self._is_wanted(load, reply):
            return
        load.under_way -= 1
        self._ask_more(load)  # the next ones are read while these are taken in
        come = list[Entry]()
        for (place, since), data in zip(page, reply.objects, strict=True):
            entry = load.entries[place] = Entry(data, since, self._shelf)
            come.append(entry)
        prepared = self.prepared.setdefault(load.resource, {})
        prepared |= self._prepare(load.resource, come, self.moment.at_ms)
        self._end_if_whole(load)

    def _is_wanted(self, load: _Load, reply: Reply) -> bool:
        """Whether an answer is of use: it was not refused, and the moment is the one asked for."""
        if self._loads.get(load.resource) is not load:
            return False
        if load.revision != self.moment.revision:  # it went on meanwhile
            self._ask(_Load(load.resource, self.moment.revision, load.entries))
            return False
        if not reply.ok:
            self.refused = refusal_of(reply)
            self._end(load, {})
        return reply.ok

    def _end_if_whole(self, load: _Load) -> None:
        if not load.under_way:
            self._end(load, {p: entry for p, entry in load.entries.items() if entry is not None})

    def _end(self, load: _Load, entries: dict[Place, Entry]) -> None:
        del self._loads[load.resource]
        self._lists[load.resource] = entries
        self._loaded(load.resource)

    def _read(
        self, path: str, query: dict[str, list[str]], on_reply: Callable[[Reply], None]
    ) -> None:
        request = Request(verb="get", path=path, query=query)
        self._client.call(request, on_reply, deadline_ms=LIST_WITHIN_MS)


_decode_held = msgspec.msgpack.Decoder(dict[str, dict[str, int]]).decode


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
