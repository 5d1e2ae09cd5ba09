"""The new ReplicaSet of a Deployment: making it, annotating it, recording its revision.

Source: k8s.io/kubernetes pkg/controller/deployment/sync.go (`getNewReplicaSet`), 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import annotations_of, is_controlled_by, name_of, namespace_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Create,
    Event,
    Outcomes,
    Plan,
    Update,
    View,
)
from tuik8s.components.controllers.deployment import progress, revisions, sizes
from tuik8s.components.controllers.deployment.revisions import Sets
from tuik8s.components.controllers.deployment.status import SETS, with_annotations, write_status
from tuik8s.components.controllers.parts.workloads import (
    find_condition,
    min_ready_seconds_of,
    status_of,
)


def create(deployment: Object, sets: Sets, view: View, now_ms: int) -> Plan:
    """Make the ReplicaSet of the present template, then record its revision."""
    size = sizes.new_size(deployment, sets.old, 0)
    revision = revisions.next_revision(sets.old)
    rs = revisions.new_replica_set(deployment, size, revision)
    name = name_of(rs)
    text = f"Scaled up replica set {name} from 0 to {size}"
    said = Event(deployment, "Normal", "ScalingReplicaSet", text) if size > 0 else None
    created = Create(resource=SETS, obj=rs, said=said, tolerate=(409,))

    def then(outcomes: Outcomes) -> Plan:
        outcome = outcomes[-1]
        if outcome.ok:
            made = f'Created new replica set "{name}"'
            return record(deployment, str(revision), ("NewReplicaSetCreated", made), now_ms)
        if outcome.code == 409:
            return _collided(deployment, name, view)
        if "NamespaceTerminating" in outcome.causes:
            return NOTHING
        return _failed(deployment, name, outcome.message, now_ms)

    return Plan(writes=(created,), then=then)


def _collided(deployment: Object, name: str, view: View) -> Plan:
    """The name is taken: by ours that the cache had not seen, or by another template."""
    taken = view.get(SETS, namespace_of(deployment), name)
    if taken is None:
        return Plan(failed="replica set exists and is not in the cache yet")
    if is_controlled_by(taken, deployment) and revisions.same_template(taken, deployment):
        return Plan(requeue_after_ms=1)
    status = dict(status_of(deployment))
    status["collisionCount"] = (status.get("collisionCount") or 0) + 1
    return Plan(writes=(write_status(deployment, status),))


def _failed(deployment: Object, name: str, error: str, now_ms: int) -> Plan:
    text = f'Failed to create new replica set "{name}": {error}'
    reason = "ReplicaSetCreateError"
    event = Event(deployment, "Warning", reason, text)
    if not progress.has_deadline(deployment):
        return Plan(events=(event,))
    status = dict(status_of(deployment))
    made = progress.new_condition("Progressing", "False", reason, text, now_ms)
    progress.set_condition(status, made)
    return Plan(writes=(write_status(deployment, status),), events=(event,))


def annotate(deployment: Object, sets: Sets, now_ms: int) -> Plan | None:
    """Bring annotations of the new ReplicaSet, then of the Deployment, up to date."""
    new = sets.new
    if new is None:
        return None
    revision = revisions.next_revision(sets.old)
    wanted = revisions.annotations_for(deployment, new, revision, exists=True)
    min_ready = min_ready_seconds_of(deployment)
    if wanted != annotations_of(new) or min_ready_seconds_of(new) != min_ready:
        changed = with_annotations(new, wanted)
        spec = {k: v for k, v in new["spec"].items() if k != "minReadySeconds"}
        changed["spec"] = {**spec, "minReadySeconds": min_ready} if min_ready else spec
        return Plan(writes=(Update(resource=SETS, obj=changed),))
    number = wanted.get(revisions.REVISION, "")
    known = annotations_of(deployment).get(revisions.REVISION) == number
    found = find_condition(status_of(deployment), "Progressing")
    if known and (found is not None or not progress.has_deadline(deployment)):
        return None
    why = ("FoundNewReplicaSet", f'Found new replica set "{name_of(new)}"')
    return record(deployment, number, why if found is None else None, now_ms)


def record(deployment: Object, number: str, why: tuple[str, str] | None, now_ms: int) -> Plan:
    """Revision and Progressing (reason and message) go into one write of the status."""
    status = dict(status_of(deployment))
    if progress.has_deadline(deployment) and why is not None:
        made = progress.new_condition("Progressing", "True", *why, now_ms)
        progress.set_condition(status, made)
    noted = {**annotations_of(deployment), revisions.REVISION: number}
    return Plan(writes=(write_status(with_annotations(deployment, noted), status),))
