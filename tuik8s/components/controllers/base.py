"""What a controller is: a pure function from what it sees to what it wants written.

    informers --changes--> wakes --keys--> queue --key--> reconcile(key, view, now) --> Plan
                                                                                         |
                     cache (the View) <----- API server <----- writes, with preconditions

A *reconciler* hears only which object to look at again. It reads the `View`, never a client, a
clock or chance, and returns a `Plan`: writes, events, and when to look again. It may be called at
any time, as often as one likes, from any state of the world; a plan made twice must do no harm.
What it knows of its own writes comes back through the cache: the loop does not call it again for
a key before the cache has seen that key's last write.

Sequence inside one plan: the writes are sent in order without waiting. Where a later write needs
an earlier answer, `then` gets the outcomes and returns the next plan (still pure: it may be
called with any outcomes in a test). A write that fails makes the loop try the key again, after a
growing delay, unless its code is in `tolerate`.

How to add a controller: (1) copy the smallest member (`clusterrole_aggregation.py`); (2) add a
line to `registry.py`; (3) add `tests/components/controllers/test_<name>.py`; (4) run `check`.

Members never import each other; what several of them share is in `parts/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tuik8s.api.meta import controller_of
from tuik8s.api.types import Key, Object


class View(Protocol):
    """The cache, as of now. Objects are shared: copy before you change one.

    Lists are in the order in which objects came. Indices that every resource has: `namespace`,
    `owner` (uid of the controlling owner) and `orphan` (namespace, of objects without one); see
    `indices.py` for the others.
    """

    def get(self, resource: str, namespace: str, name: str) -> Object | None: ...

    def list_(self, resource: str, namespace: str = "") -> Sequence[Object]:
        """All objects of a namespace, or of all namespaces when it is empty."""
        ...

    def by_index(self, resource: str, index: str, value: str) -> Sequence[Object]: ...

    def glance(self, resource: str, index: str = "", value: str = "") -> Sequence[Object]:
        """As by_index, or all objects, with at least the fields of `glances.py`: for thousands."""
        ...

    def revision(self, resource: str) -> int:
        """How far the cache of this resource has come; 0 before its first list."""
        ...

    def heard_at_ms(self) -> int:
        """When the API server was last heard of; what is seen may be as old as that."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """An Event to record about an object; `{name}` and `{error}` are filled in from an outcome."""

    about: Object
    type: str
    reason: str
    message: str
    related: Object | None = None
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """POST. `said` and `failed` are events for either outcome."""

    resource: str
    obj: Object
    subresource: str = ""
    name: str = ""
    said: Event | None = None
    failed: Event | None = None
    tolerate: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """PUT of a changed copy; its metadata.resourceVersion is the precondition."""

    resource: str
    obj: Object
    subresource: str = ""
    said: Event | None = None
    failed: Event | None = None
    tolerate: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """PATCH. form: merge, json, strategic or apply; put uid or resourceVersion into the patch."""

    resource: str
    namespace: str
    name: str
    patch: Object | list[Object]
    form: str = "merge"
    subresource: str = ""
    said: Event | None = None
    failed: Event | None = None
    tolerate: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """DELETE, of this uid only when it is given; an absent object is success."""

    resource: str
    namespace: str
    name: str
    uid: str = ""
    revision: str = ""
    propagation: str = ""
    grace_seconds: int | None = None
    said: Event | None = None
    failed: Event | None = None
    tolerate: tuple[int, ...] = (404,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Get:
    """A live read, past the cache: for decisions that must not rest on a late one."""

    resource: str
    namespace: str
    name: str
    subresource: str = ""
    said: Event | None = None
    failed: Event | None = None
    tolerate: tuple[int, ...] = (404,)


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A live list of what no cache holds; its outcome's object has `items`."""

    resource: str
    namespace: str
    label_selector: str = ""
    said: Event | None = None
    failed: Event | None = None
    tolerate: tuple[int, ...] = (404,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteCollection:
    """DELETE of all objects of a resource in a namespace."""

    resource: str
    namespace: str
    said: Event | None = None
    failed: Event | None = None
    tolerate: tuple[int, ...] = (404, 405)


Write = Create | Update | Patch | Delete | Get | List | DeleteCollection


class Outcome:
    """What became of one write: the object answered, or code, reason and message of a refusal.

    code 0: no answer before the deadline; whether it was done is not known. The answer is decoded
    when somebody looks: most of a thousand creations are only counted.
    """

    __slots__ = ("_obj", "_read", "code", "write")

    def __init__(
        self,
        write: Write,
        code: int,
        obj: Object | None = None,
        read: Callable[[], Object] = dict,
    ) -> None:
        self.write = write
        self.code = code
        self._obj = obj
        self._read = read

    @property
    def obj(self) -> Object:
        """The object of the answer, or the Status of a refusal; empty when there was none."""
        if self._obj is None:
            self._obj = self._read()
        return self._obj

    @property
    def ok(self) -> bool:
        return 200 <= self.code < 300

    @property
    def settled(self) -> bool:
        """Done, or refused in a way that the plan expected."""
        return self.ok or self.code in self.write.tolerate

    @property
    def reason(self) -> str:
        return "" if self.ok else str(self.obj.get("reason") or "")

    @property
    def message(self) -> str:
        if self.ok:
            return ""
        return str(self.obj.get("message") or "no answer before the deadline")

    @property
    def causes(self) -> tuple[str, ...]:
        """Reasons of the refusal's causes, such as `NamespaceTerminating`."""
        details = {} if self.ok else self.obj.get("details") or {}
        return tuple(str(cause.get("reason") or "") for cause in details.get("causes") or ())


Outcomes = Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write and say, and when to look again.

    slow_start: send 1, 2, 4, 8, ... writes at a time and stop after a batch with a failure, so
    that a thousand refusals cost a handful of requests (skipped writes have no outcome).
    requeue_after_ms: look again then, whatever happens. pace_ms: not again before this much time,
    however often the key is woken: what bounds the cost of an object with thousands of children.
    failed: why this key must be tried again with a growing delay although no write failed.
    """

    writes: tuple[Write, ...] = ()
    events: tuple[Event, ...] = ()
    then: Callable[[Outcomes], Plan] | None = None
    requeue_after_ms: int | None = None
    pace_ms: int = 0
    slow_start: bool = False
    failed: str = ""


NOTHING = Plan()


class Change:
    """One object before and after; one of the two may be absent.

    All controllers look at the same one, so what many of them ask is found out once.
    """

    __slots__ = ("_keys", "_owners", "new", "old", "resource")

    def __init__(self, resource: str, old: Object | None, new: Object | None) -> None:
        self.resource = resource
        self.old = old
        self.new = new
        self._owners: tuple[Object | None, Object | None] | None = None
        self._keys: dict[str, Sequence[Key]] = {}

    def once(self, question: str, find: Callable[[], Sequence[Key]]) -> Sequence[Key]:
        """Keys that several controllers ask for, found by the first of them."""
        keys = self._keys.get(question)
        if keys is None:
            keys = self._keys[question] = find()
        return keys

    @property
    def last(self) -> Object:
        obj = self.new if self.new is not None else self.old
        assert obj is not None, "a change of nothing"
        return obj

    @property
    def seen(self) -> tuple[Object, ...]:
        """Both versions that there are, old first."""
        return tuple(obj for obj in (self.old, self.new) if obj is not None)

    def keeps(self, face: Callable[[Object], object]) -> bool:
        """Whether the object stays, and shows the same face as before."""
        if self.old is None or self.new is None:
            return False
        return face(self.old) == face(self.new)

    @property
    def owners(self) -> tuple[Object | None, Object | None]:
        """The controlling owner's reference before and after."""
        if self._owners is None:
            old = controller_of(self.old) if self.old is not None else None
            self._owners = (old, controller_of(self.new) if self.new is not None else None)
        return self._owners


@dataclass(frozen=True, slots=True)
class Wake:
    """Which keys to look at again after a change; resource `*` stands for all that is served."""

    resource: str
    keys: Callable[[Change, View], Iterable[Key]]


def itself(change: Change, view: View) -> tuple[Key, ...]:
    """The key of the changed object: what most controllers do for their own kind."""
    metadata = change.last["metadata"]
    return (Key(change.resource, metadata.get("namespace") or "", metadata["name"]),)


class Reconciler(Protocol):
    """One controller.

    name: as in `--controllers` and logs. account: the service account in kube-system whose rights
    it has and whose name stands as author in the log ("" for the process's own). component:
    `source.component` of its events. wakes: which changes wake which keys. reads: further
    resources that must be cached before the first call. starts: keys to look at once everything
    is cached (periodic work).

    An instance may remember what it has seen (when a heartbeat came), never what it decided: a
    restart forgets it.
    """

    name: str
    account: str
    component: str
    wakes: tuple[Wake, ...]
    reads: tuple[str, ...]
    starts: tuple[Key, ...]

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan: ...


@dataclass(frozen=True, slots=True)
class ControllersConfig:
    """Settings of all controllers.

    enabled: names as in the registry, ("*",) for all, "-name" leaves one out. Times are
    milliseconds. pod_cidr: the range that nodes get their share of; node_mask: the size of it.
    """

    enabled: tuple[str, ...] = ("*",)
    node_monitor_period_ms: int = 5_000
    node_monitor_grace_ms: int = 50_000
    node_eviction_rate_per_10s: int = 1
    """Nodes of one zone tainted NoExecute per 10 s while the zone is healthy (upstream 0.1/s)."""
    secondary_eviction_rate_per_100s: int = 1
    unhealthy_zone_percent: int = 55
    large_cluster_nodes: int = 50
    pod_cidr: str = "10.244.0.0/16"
    node_mask: int = 24
    allocate_node_cidrs: bool = True
    service_cidr: str = "10.96.0.0/16"
    load_balancer_cidr: str = ""
    """Addresses for Services of type LoadBalancer; empty: such Services stay pending."""
    terminated_pods_max: int = 12_500
    root_ca: str = ""
    """PEM text for the kube-root-ca.crt ConfigMaps; empty: none are made."""
    hpa_sync_period_ms: int = 15_000
    burst_replicas: int = 500
