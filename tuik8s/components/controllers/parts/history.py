"""ControllerRevisions: the templates that a StatefulSet or DaemonSet had, numbered.

A template that comes back takes the next number instead of a new revision.

Source: k8s.io/kubernetes pkg/controller/history/controller_history.go and
pkg/controller/statefulset/stateful_set_control.go (`getStatefulSetRevisions`), 1.36. Upstream
hashes revisions of DaemonSets in another way; here both are hashed as those of StatefulSets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tuik8s.api.meta import (
    annotations_of,
    get_path,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    uid_of,
)
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Create, Delete, Update, Write
from tuik8s.components.controllers.parts.templates import revision_hash
from tuik8s.components.controllers.parts.workloads import status_of

RESOURCE = "controllerrevisions.apps"


@dataclass(frozen=True, slots=True)
class History:
    """All revisions of an owner, oldest first, and the one of its present template.

    write: what must be written before `update` is there as it should be; None when it is.
    """

    revisions: tuple[Object, ...]
    update: Object
    write: Write | None

    def named(self, name: str) -> Object | None:
        return next((r for r in self.revisions if name_of(r) == name), None)


def history_of(owner: Object, owned: Iterable[Object], hash_label: str) -> History:
    """Sort out the revisions of an owner."""
    revisions = sorted(owned, key=lambda r: (r.get("revision") or 0, name_of(r)))
    data = _data(owner)
    number = (revisions[-1].get("revision") or 0) + 1 if revisions else 1
    equal = [r for r in revisions if r.get("data") == data]
    if not equal:
        made = _new(owner, data, number, hash_label)
        return History(tuple(revisions), made, Create(resource=RESOURCE, obj=made, tolerate=(409,)))
    found = equal[-1]
    if found is revisions[-1]:
        return History(tuple(revisions), found, None)
    raised = {**found, "revision": number}
    return History(tuple(revisions), raised, Update(resource=RESOURCE, obj=raised))


def _data(owner: Object) -> Object:
    return {"spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}}


def template_in(revision: Object) -> Object:
    """The pod template that a revision holds; none in one that somebody else wrote."""
    template: Object = get_path(revision, "data.spec.template", {})
    return {key: value for key, value in template.items() if key != "$patch"}


def _new(owner: Object, data: Object, number: int, hash_label: str) -> Object:
    hashed = revision_hash(data, status_of(owner).get("collisionCount") or 0)
    metadata: Object = {
        "name": f"{name_of(owner)[:223]}-{hashed}",
        "namespace": namespace_of(owner),
        "labels": {**labels_of(owner["spec"]["template"]), hash_label: hashed},
    }
    if annotations_of(owner):
        metadata["annotations"] = annotations_of(owner)
    metadata["ownerReferences"] = [owner_reference(owner)]
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata,
        "data": data,
        "revision": number,
    }


def truncated(history: History, limit: int | None, live: Iterable[str]) -> tuple[Write, ...]:
    """Deletions of revisions that nobody uses, oldest first, beyond the limit."""
    in_use = {name_of(history.update), *live}
    spare: Sequence[Object] = [r for r in history.revisions if name_of(r) not in in_use]
    surplus = len(spare) - (10 if limit is None else limit)
    return tuple(
        Delete(resource=RESOURCE, namespace=namespace_of(r), name=name_of(r), uid=uid_of(r))
        for r in spare[: max(0, surplus)]
    )
