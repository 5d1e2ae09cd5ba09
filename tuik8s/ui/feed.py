"""The dashboard's own client of the bus: kinds, tables of them kept fresh, requests, connection.

    bus --changes--> informers --dirty keys--> flush (ten times a second) --rows--> RowStore -->
    screen

Nothing is sent to a widget per change: changes mark a key dirty, and the one pump of the app has
the table that is on screen flushed. A table that nobody looks at keeps its cache but is not
flushed.

What is shown is now, or a moment of the past (`show`): then all that screens read comes from there,
while the informers go on hearing what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import KindRegistry, builtin
from tuik8s.api.types import Key, Object, Reply, Request
from tuik8s.bus.client import Client
from tuik8s.bus.clone import Change, Place
from tuik8s.bus.entries import Entry
from tuik8s.bus.informer import Informer
from tuik8s.ui.custom import kinds_of
from tuik8s.ui.deeds import Deeds, OnText
from tuik8s.ui.losses import READS
from tuik8s.ui.past import Moment, Past
from tuik8s.ui.refs import Ref
from tuik8s.ui.tables import Table
from tuik8s.world.base import World

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
EVENTS = "events"
FIRST = ("pods", "nodes", "services", EVENTS, *READS)
SILENT_AFTER_MS = 3_500
"""Without a beat of the publisher for so long, what is shown may be stale."""

PAST = "this is the past: \\ goes back to now, B makes a cluster that goes on from here"


class Feed:
    """Everything that screens read and ask for."""

    def __init__(
        self, world: World, client: Client, real_ms: Callable[[], int] | None = None
    ) -> None:
        """real_ms: time as it passes at the keyboard, whatever the clock of the cluster does."""
        self.world = world
        self.live_ms = world.now_ms
        self.real_ms = real_ms or world.now_ms
        self.deeds = Deeds(client)
        self.on_show: Callable[[], None] = lambda: None
        """Told that another moment is shown: nobody has to wait for the next tick to see it."""
        self.client = client
        self.kinds: KindRegistry = builtin()
        self.routes: dict[str, Object] = {}
        """node -> its proxy's routing table, as of the last `take_routes`"""
        self._routes_told: dict[str, bytes] = {}
        self.namespace = ""
        """Only this namespace is shown; "" shows all."""
        self.kinds_version = 0
        """Grows with every kind that came, went or changed."""
        self.changes: dict[str, int] = {}
        """resource -> how many changes were heard, so that nobody judges the same state twice."""
        self.read_only = ""
        """Why this window may not change anything, "" when it may."""
        self.past: Past | None = None
        """What is shown instead of now."""
        self.moves = 0
        """Grows whenever another moment is shown."""
        self._informers: dict[str, Informer] = {}
        self._tables: dict[str, Table] = {}
        self._stale: set[str] = set()
        """Tables that show another moment than is asked for; made true when they are looked at."""
        self._looked_at = ""
        """The resource whose table is on screen, or was last."""
        self._crds = self.informer(CRDS)
        client.feeds.tap("telemetry/routes/", self._on_route)

    @property
    def is_connected(self) -> bool:
        return self.world.now_ms() - self.client.feeds.beat_at_ms < SILENT_AFTER_MS

    @property
    def heard_at_ms(self) -> int:
        """When the publisher was last heard of."""
        return self.client.feeds.beat_at_ms

    def known_ms(self) -> int:
        """Up to when it is known what was: while nothing is heard, time does not go on."""
        return self.live_ms() if self.is_connected else self.heard_at_ms

    # --- the moment that is shown -------------------------------------------------------------

    def now_ms(self) -> int:
        """The time of what is shown; it stands still in the past."""
        return self.live_ms() if self.past is None else self.past.moment.at_ms

    @property
    def newest_revision(self) -> int:
        """The newest that was heard of."""
        return max(informer.revision for informer in self._informers.values())

    def show(self, past: Past | None) -> None:
        """Show another moment; None is now."""
        self.past = past
        self.note_move()
        self._stale = set(self._tables)
        self.on_show()

    def known(self, resource: str) -> list[Mapping[Place, Entry]]:
        """The versions of a resource's objects that are here: of now, and of what is shown."""
        informer = self._informers.get(resource)
        found = [] if informer is None else [informer.entries]
        shown = self.past
        return found if shown is None else [*found, shown.listed(resource)]

    def note_move(self) -> None:
        """What is shown has another time now, whether or not an object differs."""
        self.moves += 1

    def loaded(self, resource: str) -> None:
        """A list of the past has come."""
        self.note_move()
        self._stale.add(resource)

    @property
    def in_use(self) -> list[str]:
        """The resources that somebody has looked at."""
        return list(self._informers)

    # --- kinds and objects --------------------------------------------------------------------

    def entries(self, resource: str) -> Mapping[Place, Entry]:
        """All versions of a resource id, by namespace and name."""
        informer = self.informer(resource)
        return informer.entries if self.past is None else self.past.entries(resource)

    def items(self, resource: str) -> Iterator[Object]:
        """All objects of a resource id; each is decoded as the iteration gets to it."""
        informer = self.informer(resource)
        return informer.items() if self.past is None else self.past.items(resource)

    def informer(self, resource: str) -> Informer:
        """The cache of a resource, followed from the first time somebody asks."""
        found = self._informers.get(resource)
        if found is None:
            indices = {"about": _about} if resource == EVENTS else {}
            found = self._informers[resource] = Informer(self.client, resource, indices=indices)
            if resource == CRDS:
                found.on_change(self._on_crd)
            found.on_change(lambda change: self._on_change(resource, change))
            found.start()
        return found

    def follow_first(self) -> None:
        """Ask for what is looked at on every screen, the longest list before the others."""
        for resource in FIRST:
            self.informer(resource)

    def kind(self, word: str) -> Kind | None:
        """A kind by any of its names, as kubectl understands them."""
        lower = word.lower()
        for kind in self.kinds.all():
            if "list" in kind.verbs and lower in kind.names:
                return kind
        return None

    def table(self, kind: Kind) -> Table:
        """The table of a kind, filled from its cache."""
        resource = kind.storage or kind.resource
        found = self._tables.get(resource)
        if found is None:
            found = self._tables[resource] = Table(kind)
            found.reset(self.entries(resource), self.namespace, self.now_ms())
        return found

    @property
    def tables(self) -> dict[str, Table]:
        """resource id -> its table, of all that were looked at."""
        return self._tables

    def prepare(self, resource: str, entries: list[Entry], at_ms: int) -> dict[Entry, Any]:
        """What the table on screen will need of versions that it does not show yet."""
        if resource != self._looked_at or resource not in self._tables:
            return {}
        return self._tables[resource].prepare(entries, at_ms)

    def flush(self, kind: Kind) -> None:
        """Have the table of a kind show what was heard since the last time."""
        resource = kind.storage or kind.resource
        table, now_ms = self.table(kind), self.now_ms()
        self._looked_at = resource
        if resource in self._stale and (self.past is None or self.past.need(resource)):
            self._stale.discard(resource)
            prepared = {} if self.past is None else self.past.prepared.pop(resource, {})
            table.sync(self.entries(resource), prepared)
        if not table.flush(now_ms):
            table.make_some()

    def version_of(self, resources: Iterable[str]) -> int:
        """A number that grows when any object of these resources changes."""
        return self.moves + sum(self.changes.get(resource, 0) for resource in resources)

    def get(self, resource: str, namespace: str, name: str) -> Object | None:
        if self.past is not None:
            return self.past.get(resource, namespace, name)
        return self.informer(resource).get(namespace, name)

    def events_about(self, obj: Object) -> list[Object]:
        """The Events about an object, oldest first."""
        uid = obj["metadata"].get("uid", "")
        if self.past is None:
            found = self.informer(EVENTS).by_index("about", uid)
        else:
            found = [event for event in self.past.items(EVENTS) if uid in _about(event)]
        return sorted(
            found, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or "")
        )

    def set_namespace(self, namespace: str) -> None:
        self.namespace = namespace
        for resource, table in self._tables.items():
            table.reset(self.entries(resource), namespace, self.now_ms())

    # --- requests -----------------------------------------------------------------------------

    @property
    def why_fixed(self) -> str:
        """Why nothing can be changed from what is shown, "" when it can."""
        return self.read_only or (PAST if self.past is not None else "")

    def delete(self, kind: Kind, obj: Object, on_text: OnText, *, now: bool = False) -> None:
        """Delete this very object, not one that has its name by then. now: without grace."""
        meta = obj["metadata"]
        ref = Ref(kind.storage or kind.resource, meta.get("namespace", ""), meta["name"])
        done = self._acting(f"delete {kind.singular}/{meta['name']}", on_text, ref.key)
        options: Object = {"propagationPolicy": "Background"}
        if meta.get("uid"):
            options["preconditions"] = {"uid": meta["uid"]}
        if now:
            options["gracePeriodSeconds"] = 0
        self.client.delete(
            kind.resource,
            meta.get("namespace", ""),
            meta["name"],
            done,
            options,
        )

    def replace(self, kind: Kind, obj: Object, on_text: OnText) -> None:
        """Write an object that was edited; refused when it has changed meanwhile."""
        what = f"edit {kind.singular}/{obj['metadata']['name']}"
        self.client.update(kind.resource, obj, self._acting(what, on_text))

    def scale(self, kind: Kind, obj: Object, replicas: int, on_text: OnText) -> None:
        meta = obj["metadata"]
        what = f"scale {kind.singular}/{meta['name']} to {replicas}"
        self.client.patch(
            kind.resource,
            meta.get("namespace", ""),
            meta["name"],
            {"spec": {"replicas": replicas}},
            self._acting(what, on_text),
            subresource="scale",
        )

    def create(self, resource: str, obj: Object, on_text: OnText) -> None:
        meta = obj["metadata"]
        what = f"create {obj['kind']} {meta.get('name') or meta.get('generateName', '')}"
        self.client.create(resource, obj, self._acting(what, on_text))

    def _acting(self, what: str, on_text: OnText, key: str = "") -> Callable[[Reply], None]:
        heard = Moment(self.newest_revision, self.live_ms())
        return self.deeds.taking(what, heard, on_text, key)

    # --- what is heard ------------------------------------------------------------------------

    def _on_change(self, resource: str, change: Change) -> None:
        if self.past is None:
            self._tell(change.key, change.new_entry)

    def told(self, key: Key, entry: Entry | None) -> None:
        """An object of the past that is shown became another one."""
        self._tell(key, entry)

    def _tell(self, key: Key, entry: Entry | None) -> None:
        self.changes[key.resource] = self.changes.get(key.resource, 0) + 1
        table = self._tables.get(key.resource)
        if table is not None:
            table.touch((key.namespace, key.name), entry)
        self.client.on_news(True)

    def _on_crd(self, change: Change) -> None:
        old, new = change.old, change.new
        if old is not None and new is not None and old["spec"] == new["spec"]:
            return
        self.kinds_version += 1
        for kind in kinds_of(change.old) if change.old is not None else ():
            self.kinds.remove(kind.group, kind.version, kind.plural)
            self._tables.pop(kind.resource, None)
        for kind in kinds_of(change.new) if change.new is not None else ():
            self.kinds.add(kind)

    def _on_route(self, topic: str, body: bytes) -> None:
        self._routes_told[topic.rpartition("/")[2]] = body

    def take_routes(self) -> list[tuple[str, Object]]:
        """(node, routing table) of all that were told since the last time; nothing is decoded
        for a screen that is not there."""
        told, self._routes_told = self._routes_told, {}
        tables: list[tuple[str, Any]] = [(n, msgspec.msgpack.decode(b)) for n, b in told.items()]
        found = [(node, table) for node, table in tables if isinstance(table, dict)]
        self.routes.update(found)
        return found

    def ask_routes(self, node: str) -> None:
        """Have the last routing table of a node, which may be older than this dashboard."""

        def answered(reply: Reply) -> None:
            if reply.ok and reply.objects:
                self._on_route(f"telemetry/routes/{node}", reply.objects[0])

        self.client.call(Request(verb="get", path=f"/telemetry/routes/{node}"), answered)


def _about(event: Object) -> tuple[str, ...]:
    uid = (event.get("involvedObject") or {}).get("uid")
    return (uid,) if uid else ()
