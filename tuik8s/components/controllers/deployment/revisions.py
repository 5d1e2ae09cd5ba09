"""The ReplicaSets of a Deployment: the new one, the old ones, and what annotations they carry.

Source: k8s.io/kubernetes pkg/controller/deployment/util/deployment_util.go
(`FindNewReplicaSet`, `SetNewReplicaSetAnnotations`) and sync.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tuik8s.api.meta import (
    annotations_of,
    copy_object,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
)
from tuik8s.api.types import Object
from tuik8s.components.controllers.deployment.sizes import MAX, surge_of
from tuik8s.components.controllers.parts.templates import hash_of
from tuik8s.components.controllers.parts.workloads import (
    annotated_number,
    creation_order,
    min_ready_seconds_of,
    replicas_of,
    status_of,
)

HASH_LABEL = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
_NOT_COPIED = frozenset(
    (
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        REVISION_HISTORY,
        DESIRED,
        MAX,
        "deprecated.deployment.rollback.to",
    )
)
_HISTORY_CHARS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Sets:
    """A Deployment's ReplicaSets; old ones oldest first."""

    new: Object | None
    old: tuple[Object, ...]

    @property
    def all(self) -> tuple[Object, ...]:
        return self.old if self.new is None else (*self.old, self.new)


def sort_out(deployment: Object, owned: Iterable[Object]) -> Sets:
    """The oldest ReplicaSet with the Deployment's template is the new one."""
    ordered = sorted(owned, key=creation_order)
    wanted = _without_hash(deployment["spec"]["template"])
    new = next((rs for rs in ordered if _without_hash(rs["spec"]["template"]) == wanted), None)
    return Sets(new, tuple(rs for rs in ordered if rs is not new))


def _without_hash(template: Object) -> Object:
    metadata = template.get("metadata") or {}
    labels = {k: v for k, v in (metadata.get("labels") or {}).items() if k != HASH_LABEL}
    kept = {k: v for k, v in metadata.items() if k != "creationTimestamp" and v}
    return {**template, "metadata": {**kept, "labels": labels}}


def same_template(rs: Object, deployment: Object) -> bool:
    template, wanted = rs["spec"]["template"], deployment["spec"]["template"]
    return _without_hash(template) == _without_hash(wanted)


def revision_number(obj: Object) -> int:
    return annotated_number(obj, REVISION) or 0


def next_revision(old: Sequence[Object]) -> int:
    return max((revision_number(rs) for rs in old), default=0) + 1


def new_replica_set(deployment: Object, replicas: int, revision: int) -> Object:
    """The ReplicaSet for the Deployment's present template."""
    template = copy_object(deployment["spec"]["template"])
    hashed = hash_of(template, status_of(deployment).get("collisionCount"))
    labels = {**labels_of(template), HASH_LABEL: hashed}
    template.setdefault("metadata", {})["labels"] = labels
    selector = copy_object(deployment["spec"]["selector"])
    selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH_LABEL: hashed}
    rs: Object = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{name_of(deployment)}-{hashed}",
            "namespace": namespace_of(deployment),
            "labels": labels,
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {"replicas": replicas, "selector": selector, "template": template},
    }
    if min_ready_seconds_of(deployment):
        rs["spec"]["minReadySeconds"] = min_ready_seconds_of(deployment)
    rs["metadata"]["annotations"] = annotations_for(deployment, rs, revision, exists=False)
    return rs


def annotations_for(deployment: Object, rs: Object, revision: int, exists: bool) -> dict[str, str]:
    """The annotations that the new ReplicaSet should have."""
    copied = {k: v for k, v in annotations_of(deployment).items() if k not in _NOT_COPIED}
    wanted = {**annotations_of(rs), **copied}
    before = wanted.get(REVISION, "")
    if revision_number(rs) < revision:
        wanted[REVISION] = str(revision)
        if before:
            wanted[REVISION_HISTORY] = _remember(wanted.get(REVISION_HISTORY, ""), before)
    if not exists:
        wanted.update(size_annotations(deployment))
    return wanted


def size_annotations(deployment: Object) -> dict[str, str]:
    replicas = replicas_of(deployment)
    return {DESIRED: str(replicas), MAX: str(replicas + surge_of(deployment))}


def _remember(history: str, revision: str) -> str:
    revisions = [*history.split(","), revision] if history else [revision]
    while len(",".join(revisions)) > _HISTORY_CHARS_MAX:
        del revisions[0]
    return ",".join(revisions)


def desired_annotation(rs: Object) -> int | None:
    return annotated_number(rs, DESIRED)
