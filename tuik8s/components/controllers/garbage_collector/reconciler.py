"""What to do with one object because of its owners or its dependents.

    orphaning            -> take the reference off every dependent, then the finalizer off it
    waiting (foreground) -> delete dependents that block; none left: take the finalizer off
    otherwise            -> sort its owners:
        some are there          leave it; take references to absent and waiting owners off
        none, one is waiting    delete it; in the foreground when it has dependents itself
        none                    delete it, in the way its finalizers ask for

An owner counts as absent only if we saw it deleted or the API server says so now. A reference to
a kind that is not served is left alone, whatever it means.

Source: k8s.io/kubernetes pkg/controller/garbagecollector/garbagecollector.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuik8s.api.meta import (
    finalizers_of,
    is_deleting,
    name_of,
    namespace_of,
    owners_of,
    uid_of,
)
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Delete,
    Event,
    Get,
    Outcome,
    Outcomes,
    Patch,
    Plan,
    View,
    Wake,
)
from tuik8s.components.controllers.garbage_collector.graph import FOREGROUND, ORPHAN, Graph
from tuik8s.components.controllers.parts.kinds import CRDS, served_kind

UNKNOWN_KIND_RECHECK_MS = 30_000


@dataclass(frozen=True, slots=True)
class _Owners:
    """An object's owner references, sorted out."""

    solid: tuple[Object, ...] = ()
    dangling: tuple[Object, ...] = ()
    waiting: tuple[Object, ...] = ()
    unknown: bool = False


class GarbageCollectorReconciler:
    """Delete what nobody owns any more."""

    name = "garbagecollector"
    account = "generic-garbage-collector"
    component = "garbage-collector-controller"
    reads: tuple[str, ...] = (CRDS,)
    starts: tuple[Key, ...] = ()

    def __init__(self) -> None:
        self._graph = Graph()
        self.wakes: tuple[Wake, ...] = (Wake("*", self._on_change),)

    def _on_change(self, change: Change, view: View) -> Sequence[Key]:
        return self._graph.apply(change)

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        obj = view.get(*key)
        if obj is None:
            return NOTHING
        if is_deleting(obj):
            if ORPHAN in finalizers_of(obj):
                return self._orphan(key, obj, view)
            if FOREGROUND in finalizers_of(obj):
                return self._wait(key, obj)
            return NOTHING
        if not owners_of(obj):
            return NOTHING
        return self._judge(key, obj, view)

    # Deletions that concern dependents.

    def _orphan(self, key: Key, obj: Object, view: View) -> Plan:
        uid = uid_of(obj)
        patches = []
        for _, record in self._graph.dependents(uid):
            dependent = view.get(*record.key)
            if dependent is not None:
                patches.append(_drop_owners(record.key.resource, dependent, [uid]))

        def then(outcomes: Outcomes) -> Plan:
            if any(not outcome.settled for outcome in outcomes):
                return NOTHING
            return Plan(writes=(_drop_finalizer(key, obj, ORPHAN),))

        return Plan(writes=tuple(patches), then=then)

    def _wait(self, key: Key, obj: Object) -> Plan:
        uid = uid_of(obj)
        blocking = [
            (u, r)
            for u, r in self._graph.dependents(uid)
            if any(owner[0] == uid and owner[4] for owner in r.owners)
        ]
        if not blocking:
            return Plan(writes=(_drop_finalizer(key, obj, FOREGROUND),))
        return NOTHING  # each dependent was woken by itself when the wait began

    # An object and its owners.

    def _judge(self, key: Key, obj: Object, view: View) -> Plan:
        found, asked = self._classify(obj, view)
        if not asked:
            return self._decide(key, obj, found)
        gets = tuple(get for _, get in asked)

        def then(outcomes: Outcomes) -> Plan:
            answered = _answered(found, [ref for ref, _ in asked], outcomes)
            return NOTHING if answered is None else self._decide(key, obj, answered)

        return Plan(writes=gets, then=then, events=tuple(self._misplaced(key, obj)))

    def _classify(self, obj: Object, view: View) -> tuple[_Owners, list[tuple[Object, Get]]]:
        """Owners as the graph knows them, and questions about those it does not know."""
        solid: list[Object] = []
        dangling: list[Object] = []
        waiting: list[Object] = []
        asked: list[tuple[Object, Get]] = []
        unknown = False
        namespace = namespace_of(obj)
        for ref in owners_of(obj):
            served = served_kind(view, ref.get("apiVersion") or "", ref.get("kind") or "")
            uid, name = ref.get("uid") or "", ref.get("name") or ""
            if served is None or (served.namespaced and not namespace):
                unknown = True
                continue
            owner_namespace = namespace if served.namespaced else ""
            place = Key(served.resource, owner_namespace, name)
            record = self._graph.get(uid)
            if record is not None and record.key == place:
                (waiting if record.waits else solid).append(ref)
            elif self._graph.is_gone(uid):
                dangling.append(ref)
            else:
                get = Get(resource=served.resource, namespace=owner_namespace, name=name)
                asked.append((ref, get))
        owners = _Owners(tuple(solid), tuple(dangling), tuple(waiting), unknown)
        return owners, asked

    def _misplaced(self, key: Key, obj: Object) -> list[Event]:
        """Events for owners that exist, in another namespace."""
        events = []
        for ref in owners_of(obj):
            record = self._graph.get(ref.get("uid") or "")
            if record is None or record.key.namespace in ("", key.namespace):
                continue
            coordinates = (
                f"[{ref.get('apiVersion')}/{ref.get('kind')}, namespace: {key.namespace}, "
                f"name: {ref.get('name')}, uid: {ref.get('uid')}]"
            )
            text = f'ownerRef {coordinates} does not exist in namespace "{key.namespace}"'
            events.append(Event(obj, "Warning", "OwnerRefInvalidNamespace", text))
        return events

    def _decide(self, key: Key, obj: Object, owners: _Owners) -> Plan:
        if owners.unknown:
            return Plan(requeue_after_ms=UNKNOWN_KIND_RECHECK_MS)
        if owners.solid:
            lost = [ref["uid"] for ref in (*owners.dangling, *owners.waiting)]
            return Plan(writes=(_drop_owners(key.resource, obj, lost),)) if lost else NOTHING
        if owners.waiting and self._graph.dependents(uid_of(obj)):
            return Plan(writes=(_delete(key, obj, "Foreground"),))
        finalizers = finalizers_of(obj)
        policy = "Background"
        if ORPHAN in finalizers:
            policy = "Orphan"
        elif FOREGROUND in finalizers:
            policy = "Foreground"
        return Plan(writes=(_delete(key, obj, policy),))


def _answered(
    found: _Owners, refs: Sequence[Object], outcomes: Sequence[Outcome]
) -> _Owners | None:
    """The owners with the answers put in; None when one could not be had."""
    for ref, outcome in zip(refs, outcomes, strict=True):
        if outcome.code == 404:
            found = replace(found, dangling=(*found.dangling, ref))
        elif not outcome.ok:
            return None
        elif uid_of(outcome.obj) != ref.get("uid"):
            found = replace(found, dangling=(*found.dangling, ref))
        elif is_deleting(outcome.obj) and FOREGROUND in finalizers_of(outcome.obj):
            found = replace(found, waiting=(*found.waiting, ref))
        else:
            found = replace(found, solid=(*found.solid, ref))
    return found


def _drop_owners(resource: str, obj: Object, owner_uids: Sequence[str]) -> Patch:
    left = [ref for ref in owners_of(obj) if ref.get("uid") not in owner_uids]
    return _patch_metadata(resource, obj, "ownerReferences", left)


def _patch_metadata(resource: str, obj: Object, field: str, left: list[Any]) -> Patch:
    """A list in the metadata, as it was seen less something: hence the resourceVersion."""
    metadata = {"resourceVersion": obj["metadata"]["resourceVersion"], field: left or None}
    return Patch(
        resource=resource,
        namespace=namespace_of(obj),
        name=name_of(obj),
        patch={"metadata": metadata},
        tolerate=(404,),
    )


def _drop_finalizer(key: Key, obj: Object, finalizer: str) -> Patch:
    left = [name for name in finalizers_of(obj) if name != finalizer]
    return _patch_metadata(key.resource, obj, "finalizers", left)


def _delete(key: Key, obj: Object, policy: str) -> Delete:
    return Delete(
        resource=key.resource,
        namespace=key.namespace,
        name=name_of(obj),
        uid=uid_of(obj),
        propagation=policy,
        tolerate=(404, 409),
    )
