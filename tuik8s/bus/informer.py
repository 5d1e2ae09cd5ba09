"""What a component knows of one resource: a cache with indices, and a call for every change.

    pods = Informer(client, "pods", indices={"node": lambda pod: [pod["spec"].get("nodeName", "")]})
    pods.on_change(self._on_pod)
    pods.start()
    ...
    if pods.synced: pods.get("shop", "cart-x7k2p"), pods.by_index("node", "node-1")

Informers of one client on the same stream share one clone. All objects are shared and read-only:
copy before changing. Indices are brought up to date before anybody is called, so a handler sees a
cache that is at least as new as its change. An index that nobody asks for costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tuik8s.api.types import Object
from tuik8s.bus.clone import Change, Follower, Place
from tuik8s.bus.entries import Entry

if TYPE_CHECKING:
    from tuik8s.bus.client import Client

IndexFunction = Callable[[Object], Iterable[str]]


class Informer:
    """See the module's text.

    version: the API version that the owner expects; the bus carries stored objects, so another one
    is reported in the log. partition: only the objects of that node (pods and nodes). indices:
    name -> function from an object to the values under which it is found.
    """

    def __init__(
        self,
        client: Client,
        resource: str,
        *,
        version: str = "",
        partition: str = "",
        indices: Mapping[str, IndexFunction] | None = None,
    ) -> None:
        self.resource = resource
        self.synced = False
        self._world = client.world
        self._version = version
        self._clone = client.clone(resource, partition)
        self._functions = dict(indices or {})
        self._indices: dict[str, dict[str, dict[Place, None]]] = {}
        self._on_change: list[Callable[[Change], None]] = []
        self._on_sync: list[Callable[[], None]] = []
        self._started = False

    def on_change(self, call: Callable[[Change], None]) -> None:
        """Have every change told, beginning with an ADDED for what is there; before `start`."""
        assert not self._started, f"informer of {self.resource} has started already"
        self._on_change.append(call)

    def on_sync(self, call: Callable[[], None]) -> None:
        """Have it told once when the first snapshot is complete."""
        self._on_sync.append(call)

    def start(self) -> None:
        assert not self._started, f"informer of {self.resource} started twice"
        self._started = True
        self._clone.follow(Follower(self._index, self._notify, self._synced))

    @property
    def revision(self) -> int:
        """The store revision up to which the cache is complete."""
        return self._clone.revision

    def __len__(self) -> int:
        return len(self._clone.entries)

    def get(self, namespace: str, name: str) -> Object | None:
        entry = self._clone.entries.get((namespace, name))
        return None if entry is None else entry.object

    def data(self, namespace: str, name: str) -> bytes | None:
        """The object's msgpack bytes, for a typed view of it."""
        entry = self._clone.entries.get((namespace, name))
        return None if entry is None else entry.data

    def keys(self) -> list[Place]:
        return list(self._clone.entries)

    @property
    def entries(self) -> Mapping[Place, Entry]:
        """All versions that are kept, by namespace and name; read it, do not change it."""
        return self._clone.entries

    def items(self) -> Iterator[Object]:
        """All objects, oldest entry first; each is decoded as the iteration gets to it."""
        for entry in list(self._clone.entries.values()):
            yield entry.object

    def by_index(self, index: str, value: str) -> list[Object]:
        """The objects with a value, in the order in which they got it."""
        entries = self._clone.entries
        return [entries[place].object for place in self._table(index).get(value, ())]

    def glance(
        self, decode: Callable[[bytes], Object], index: str = "", value: str = ""
    ) -> list[Object]:
        """The same (without an index all objects), but those not decoded by decode, and not kept.

        For looks at a few fields of thousands.
        """
        entries = self._clone.entries
        places = self._table(index).get(value, ()) if index else entries
        found = (entries[place] for place in places)
        return [entry.object if entry.is_decoded else decode(entry.data) for entry in found]

    def _table(self, index: str) -> dict[str, dict[Place, None]]:
        """An index; made when it is first asked for, kept up to date from then on."""
        table = self._indices.get(index)
        if table is None:
            table = self._indices[index] = {}
            function = self._functions[index]
            for place, entry in self._clone.entries.items():
                for value in function(entry.object):
                    table.setdefault(value, {})[place] = None
        return table

    def _index(self, change: Change) -> None:
        place = (change.key.namespace, change.key.name)
        for name, table in self._indices.items():
            function = self._functions[name]
            before = self._values(function, change.old_entry)
            after = self._values(function, change.new_entry)
            if before == after:
                continue
            for value in before:
                if value not in after and place in table.get(value, ()):
                    del table[value][place]
                    if not table[value]:
                        del table[value]
            for value in after:
                table.setdefault(value, {})[place] = None

    def _values(self, function: IndexFunction, entry: Entry | None) -> tuple[str, ...]:
        return () if entry is None else tuple(function(entry.object))

    def _notify(self, change: Change) -> None:
        if self._version and change.new_entry is not None:
            self._check_version(change.new_entry)
        for call in self._on_change:
            call(change)

    def _check_version(self, entry: Entry) -> None:
        found = str(entry.object.get("apiVersion", ""))
        if found and found.rpartition("/")[2] != self._version:
            log = self._world.log
            log.error("unexpected version", resource=self.resource, want=self._version, got=found)
            self._version = ""

    def _synced(self) -> None:
        if not self.synced:
            self.synced = True
            for call in self._on_sync:
                call()
