"""Who owns whom: every object of every resource as a small record, and its dependents.

A change costs a few dictionary look-ups; it wakes somebody only when owners, finalizers of
deletion or existence changed. What was seen to be deleted is remembered for a while, so that the
thousand children of one owner need no question each.

Source: k8s.io/kubernetes pkg/controller/garbagecollector/graph_builder.go, 1.36.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from tuik8s.api.meta import finalizers_of, is_deleting, name_of, namespace_of, owners_of, uid_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Change

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"
GONE_MAX = 20_000


class Record(NamedTuple):
    """What the graph keeps of one object."""

    key: Key
    api_version: str
    kind: str
    owners: tuple[tuple[str, str, str, str, bool], ...]
    """uid, apiVersion, kind, name, blockOwnerDeletion of each owner."""
    waits: bool
    """Being deleted in the foreground: waits for dependents."""
    orphans: bool
    """Being deleted, and its dependents are to be let go."""


def record_of(resource: str, obj: Object) -> Record:
    finalizers = finalizers_of(obj)
    deleting = is_deleting(obj)
    owners = tuple(
        (
            ref.get("uid") or "",
            ref.get("apiVersion") or "",
            ref.get("kind") or "",
            ref.get("name") or "",
            bool(ref.get("blockOwnerDeletion")),
        )
        for ref in owners_of(obj)
    )
    return Record(
        Key(resource, namespace_of(obj), name_of(obj)),
        obj.get("apiVersion") or "",
        obj.get("kind") or "",
        owners,
        deleting and FOREGROUND in finalizers,
        deleting and ORPHAN in finalizers,
    )


def _is_same(old: Object, new: Object) -> bool:
    """Whether two versions of an object have the same record, told without making it."""
    before, after = old["metadata"], new["metadata"]
    return (
        before.get("uid") == after.get("uid")
        and before.get("ownerReferences") == after.get("ownerReferences")
        and before.get("finalizers") == after.get("finalizers")
        and before.get("deletionTimestamp") == after.get("deletionTimestamp")
        and old.get("apiVersion") == new.get("apiVersion")
    )


class Graph:
    """See the module's text."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._dependents: dict[str, dict[str, None]] = {}
        self._gone: OrderedDict[str, None] = OrderedDict()

    def get(self, uid: str) -> Record | None:
        return self._records.get(uid)

    def is_gone(self, uid: str) -> bool:
        """Whether the object with this uid was seen to be deleted."""
        return uid in self._gone

    def dependents(self, uid: str) -> list[tuple[str, Record]]:
        return [(u, self._records[u]) for u in self._dependents.get(uid, ())]

    def apply(self, change: Change) -> list[Key]:
        """Take a change in; the keys that must be looked at because of it."""
        new, old = change.new, change.old
        if new is not None and old is not None and _is_same(old, new):
            return []  # most changes: nothing of this is in a record
        keys: list[Key] = []
        if old is not None and (new is None or uid_of(old) != uid_of(new)):
            keys += self._remove(uid_of(old))
        if new is not None:
            keys += self._put(uid_of(new), record_of(change.resource, new))
        return keys

    def _put(self, uid: str, record: Record) -> list[Key]:
        before = self._records.get(uid)
        if before == record:
            return []
        self._records[uid] = record
        keys: list[Key] = []
        if before is None or before.owners != record.owners:
            keys += self._relink(uid, before.owners if before else (), record)
        if (record.waits or record.orphans) and (
            before is None or (before.waits, before.orphans) != (record.waits, record.orphans)
        ):
            keys.append(record.key)
        if record.waits and (before is None or not before.waits):
            keys += [dependent.key for _, dependent in self.dependents(uid)]
        return keys

    def _relink(
        self, uid: str, old: Iterable[tuple[str, str, str, str, bool]], record: Record
    ) -> list[Key]:
        keys = self._unlink(uid, old)
        for owner in record.owners:
            self._dependents.setdefault(owner[0], {})[uid] = None
        if any(self._is_doubtful(record, owner) for owner in record.owners):
            keys.append(record.key)
        return keys

    def _unlink(self, uid: str, owners: Iterable[tuple[str, str, str, str, bool]]) -> list[Key]:
        """Take an object out of its owners' dependents; owners that waited may go on."""
        keys = []
        for owner_uid, *_ in owners:
            dependents = self._dependents.get(owner_uid)
            if dependents is None:
                continue
            dependents.pop(uid, None)
            if not dependents:
                del self._dependents[owner_uid]
            owner = self._records.get(owner_uid)
            if owner is not None and owner.waits:
                keys.append(owner.key)
        return keys

    def _is_doubtful(self, record: Record, owner: tuple[str, str, str, str, bool]) -> bool:
        """Whether the owner is not known to be there and staying."""
        found = self._records.get(owner[0])
        return found is None or found.waits or not same_place(record, owner, found)

    def _remove(self, uid: str) -> list[Key]:
        record = self._records.pop(uid, None)
        if record is None:
            return []
        self._gone[uid] = None
        if len(self._gone) > GONE_MAX:
            self._gone.popitem(last=False)
        keys = self._unlink(uid, record.owners)
        return keys + [dependent.key for _, dependent in self.dependents(uid)]


def same_place(record: Record, owner: tuple[str, str, str, str, bool], found: Record) -> bool:
    """Whether the object with the owner's uid is the one that the reference names."""
    _, api_version, kind, name, _ = owner
    if (kind, name) != (found.kind, found.key.name):
        return False
    if api_version.rpartition("/")[0] != found.api_version.rpartition("/")[0]:
        return False
    return not found.key.namespace or found.key.namespace == record.key.namespace
