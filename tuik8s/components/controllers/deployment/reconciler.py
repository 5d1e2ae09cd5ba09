"""One look at a Deployment: at most one step of its rollout, then the status.

Upstream does several steps in one sync and carries changed copies along. Here each step that
makes something (a ReplicaSet, a revision) ends the look, and its own write wakes the next one;
the order of writes is the same. The steps in order:

    adopt -> pause or resume condition -> [paused, or spec.replicas changed: scale, status]
    -> new ReplicaSet -> its annotations -> the Deployment's revision -> sizes -> clean up -> status

Source: k8s.io/kubernetes pkg/controller/deployment/{deployment_controller,sync,rolling,
recreate}.go, 1.36. Rollback by the annotation of extensions/v1beta1 is left out: nothing that is
served today writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuik8s.api.meta import (
    annotations_of,
    controller_of,
    generation_of,
    is_deleting,
    is_terminal,
    name_of,
    namespace_of,
    uid_of,
)
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Create,
    Event,
    Outcomes,
    Plan,
    Update,
    View,
    Wake,
    Write,
    itself,
)
from tuik8s.components.controllers.deployment import progress, revisions, sizes
from tuik8s.components.controllers.deployment.cleanup import surplus_deletions
from tuik8s.components.controllers.deployment.revisions import Sets
from tuik8s.components.controllers.parts.ownership import (
    claim_from,
    controller_key,
    spec_selector,
    wake_owner,
)
from tuik8s.components.controllers.parts.templates import with_status
from tuik8s.components.controllers.parts.workloads import (
    count,
    find_condition,
    min_ready_seconds_of,
    replicas_of,
    status_of,
)

RESOURCE = "deployments.apps"
SETS = "replicasets.apps"


def _gone_pod_keys(change: Change, view: View) -> list[Key]:
    """A Recreate rollout waits for the last old pod to be gone."""
    if change.new is not None or change.old is None:
        return []
    rs_key = controller_key(change.old, "ReplicaSet", SETS)
    rs = view.get(*rs_key) if rs_key is not None else None
    key = controller_key(rs, "Deployment", RESOURCE) if rs is not None else None
    deployment = view.get(*key) if key is not None else None
    if key is None or deployment is None or sizes.is_rolling(deployment):
        return []
    return [key]


class DeploymentReconciler:
    """Roll each Deployment's pods to its template, through ReplicaSets."""

    name = "deployment"
    account = "deployment-controller"
    component = "deployment-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        wake_owner(SETS, "Deployment", RESOURCE, spec_selector),
        Wake("pods", _gone_pod_keys),
    )

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        deployment = view.get(RESOURCE, key.namespace, key.name)
        if deployment is None:
            return NOTHING
        if not deployment["spec"].get("selector"):
            return _selects_all(deployment)
        claimed = claim_from(view, deployment, spec_selector(deployment), SETS)
        sets = revisions.sort_out(deployment, claimed.owned)
        plan = _Look(deployment, sets, view, now_ms).plan()
        return replace(plan, writes=(*claimed.writes, *plan.writes))


def _selects_all(deployment: Object) -> Plan:
    text = "This deployment is selecting all pods. A non-empty selector is required."
    event = Event(deployment, "Warning", "SelectingAll", text)
    status = status_of(deployment)
    if (status.get("observedGeneration") or 0) >= generation_of(deployment):
        return Plan(events=(event,))
    changed = {**status, "observedGeneration": generation_of(deployment)}
    return Plan(writes=(_write_status(deployment, changed),), events=(event,))


def _write_status(deployment: Object, status: Object) -> Update:
    changed = with_status(deployment, progress.stored(status))
    return Update(resource=RESOURCE, obj=changed, subresource="status")


class _Look:
    """One pass over one Deployment; its methods only read and compute."""

    def __init__(self, deployment: Object, sets: Sets, view: View, now_ms: int) -> None:
        self.deployment = deployment
        self.sets = sets
        self.view = view
        self.now_ms = now_ms

    def plan(self) -> Plan:
        deployment = self.deployment
        if is_deleting(deployment):
            return self._plain_status(self.sets, ())
        if (paused := self._pause_condition()) is not None:
            return Plan(writes=(paused,))
        if deployment["spec"].get("paused") or self._is_scaling():
            return self._sync_sizes()
        if not sizes.is_rolling(deployment):
            return self._recreate()
        return self._annotate_or_create() or self._roll()

    # Pausing and resuming.

    def _pause_condition(self) -> Update | None:
        """Note that a pause began or ended, so that it is not counted as a lack of progress."""
        if not progress.has_deadline(self.deployment):
            return None
        found = find_condition(status_of(self.deployment), "Progressing")
        reason = found.get("reason") if found else ""
        paused = bool(self.deployment["spec"].get("paused"))
        if reason == "ProgressDeadlineExceeded" or paused == (reason == "DeploymentPaused"):
            return None
        name, text = ("DeploymentPaused", "Deployment is paused")
        if not paused:
            name, text = ("DeploymentResumed", "Deployment is resumed")
        made = progress.new_condition("Progressing", "Unknown", name, text, self.now_ms)
        status = dict(status_of(self.deployment))
        progress.set_condition(status, made)
        return _write_status(self.deployment, status)

    # Scaling without rolling.

    def _is_scaling(self) -> bool:
        wanted = replicas_of(self.deployment)
        desired = [revisions.desired_annotation(rs) for rs in self._active(self.sets.all)]
        return any(number is not None and number != wanted for number in desired)

    def _sync_sizes(self) -> Plan:
        if (annotate := self._annotate()) is not None:
            return annotate
        writes, sets = self._resized(self._scale_targets())
        if self.deployment["spec"].get("paused"):
            writes = (*writes, *surplus_deletions(self.deployment, self.sets.old))
        return self._plain_status(sets, writes)

    def _scale_targets(self) -> sizes.Sizes:
        wanted = replicas_of(self.deployment)
        active = self._active(self.sets.all)
        if len(active) <= 1:
            only = active[0] if active else self.sets.new or next(reversed(self.sets.old), None)
            return {} if only is None else {name_of(only): wanted}
        if self._is_saturated():
            return {name_of(rs): 0 for rs in self._active(self.sets.old)}
        if not sizes.is_rolling(self.deployment):
            return {}
        growing = wanted + sizes.surge_of(self.deployment) > sizes.total(active)
        ordered = sizes.largest_first(active, growing)
        return sizes.proportional(self.deployment, ordered)

    def _is_saturated(self) -> bool:
        new, wanted = self.sets.new, replicas_of(self.deployment)
        return (
            new is not None
            and revisions.desired_annotation(new) == wanted
            and replicas_of(new) == wanted
            and count(new, "availableReplicas") == wanted
        )

    # Rolling.

    def _annotate_or_create(self) -> Plan | None:
        return self._create() if self.sets.new is None else self._annotate()

    def _roll(self) -> Plan:
        new = self.sets.new
        assert new is not None, "a rollout without a new ReplicaSet"
        wanted, present = replicas_of(self.deployment), replicas_of(new)
        size = min(wanted, sizes.new_size(self.deployment, self.sets.all, present))
        if present != wanted and (present > wanted or size != present):
            return self._rollout_status(*self._resized({name_of(new): size}))
        shrunk = sizes.scaled_down_old(self.deployment, new, self._active(self.sets.old))
        if shrunk:
            return self._rollout_status(*self._resized(shrunk))
        return self._finish_rollout()

    def _recreate(self) -> Plan:
        active = self._active(self.sets.old)
        if active:
            if (annotate := self._annotate()) is not None:
                return annotate
            return self._rollout_status(*self._resized({name_of(rs): 0 for rs in active}))
        if self._old_pods_run():
            return self._annotate() or self._rollout_status((), self.sets)
        if (step := self._annotate_or_create()) is not None:
            return step
        new = self.sets.new
        assert new is not None, "a rollout without a new ReplicaSet"
        wanted = replicas_of(self.deployment)
        if replicas_of(new) != wanted:
            return self._rollout_status(*self._resized({name_of(new): wanted}))
        return self._finish_rollout()

    def _old_pods_run(self) -> bool:
        if any(count(rs, "replicas") for rs in self.sets.old):
            return True
        owned = (self.view.by_index("pods", "owner", uid_of(rs)) for rs in self.sets.old)
        return any(not is_terminal(pod) for pods in owned for pod in pods)

    def _finish_rollout(self) -> Plan:
        writes: tuple[Write, ...] = ()
        if progress.is_complete(self.deployment, status_of(self.deployment)):
            writes = surplus_deletions(self.deployment, self.sets.old)
        return self._rollout_status(writes, self.sets)

    # The new ReplicaSet and its revision.

    def _create(self) -> Plan:
        deployment, old = self.deployment, self.sets.old
        size = sizes.new_size(deployment, old, 0)
        revision = revisions.next_revision(old)
        rs = revisions.new_replica_set(deployment, size, revision)
        name = name_of(rs)
        text = f"Scaled up replica set {name} from 0 to {size}"
        said = Event(deployment, "Normal", "ScalingReplicaSet", text) if size > 0 else None
        created = Create(resource=SETS, obj=rs, said=said, tolerate=(409,))

        def then(outcomes: Outcomes) -> Plan:
            outcome = outcomes[-1]
            if outcome.ok:
                return self._record_revision(
                    str(revision), "NewReplicaSetCreated", f'Created new replica set "{name}"'
                )
            if outcome.code == 409:
                return self._collided(name)
            if "NamespaceTerminating" in outcome.causes:
                return NOTHING
            return self._create_failed(name, outcome.message)

        return Plan(writes=(created,), then=then)

    def _collided(self, name: str) -> Plan:
        """The name is taken: by ours that the cache had not seen, or by another template."""
        taken = self.view.get(SETS, namespace_of(self.deployment), name)
        if taken is None:
            return Plan(failed="replica set exists and is not in the cache yet")
        owner = controller_of(taken)
        ours = owner is not None and owner.get("uid") == uid_of(self.deployment)
        if ours and revisions.same_template(taken, self.deployment):
            return Plan(requeue_after_ms=1)
        status = dict(status_of(self.deployment))
        status["collisionCount"] = (status.get("collisionCount") or 0) + 1
        return Plan(writes=(_write_status(self.deployment, status),))

    def _create_failed(self, name: str, error: str) -> Plan:
        text = f'Failed to create new replica set "{name}": {error}'
        event = Event(self.deployment, "Warning", "ReplicaSetCreateError", text)
        if not progress.has_deadline(self.deployment):
            return Plan(events=(event,))
        made = progress.new_condition(
            "Progressing", "False", "ReplicaSetCreateError", text, self.now_ms
        )
        status = dict(status_of(self.deployment))
        progress.set_condition(status, made)
        return Plan(writes=(_write_status(self.deployment, status),), events=(event,))

    def _annotate(self) -> Plan | None:
        """Bring annotations of the new ReplicaSet, then of the Deployment, up to date."""
        new, deployment = self.sets.new, self.deployment
        if new is None:
            return None
        revision = revisions.next_revision(self.sets.old)
        wanted = revisions.annotations_for(deployment, new, revision, exists=True)
        min_ready = min_ready_seconds_of(deployment)
        if wanted != annotations_of(new) or min_ready_seconds_of(new) != min_ready:
            changed = _with_annotations(new, wanted)
            changed["spec"] = {**new["spec"], "minReadySeconds": min_ready}
            return Plan(writes=(Update(resource=SETS, obj=changed),))
        number = wanted.get(revisions.REVISION, "")
        known = annotations_of(deployment).get(revisions.REVISION) == number
        found = find_condition(status_of(deployment), "Progressing")
        if known and (found is not None or not progress.has_deadline(deployment)):
            return None
        text = f'Found new replica set "{name_of(new)}"'
        return self._record_revision(number, "FoundNewReplicaSet", text, unless=found is not None)

    def _record_revision(self, number: str, reason: str, text: str, unless: bool = False) -> Plan:
        """Revision and Progressing go into one write of the status."""
        status = dict(status_of(self.deployment))
        if progress.has_deadline(self.deployment) and not unless:
            made = progress.new_condition("Progressing", "True", reason, text, self.now_ms)
            progress.set_condition(status, made)
        noted = {**annotations_of(self.deployment), revisions.REVISION: number}
        return Plan(writes=(_write_status(_with_annotations(self.deployment, noted), status),))

    # Sizes and status.

    @staticmethod
    def _active(sets: Sequence[Object]) -> list[Object]:
        return [rs for rs in sets if replicas_of(rs) > 0]

    def _resized(self, wanted: sizes.Sizes) -> tuple[tuple[Write, ...], Sets]:
        """Writes that give ReplicaSets these sizes, and the sets as they will be."""
        notes = revisions.size_annotations(self.deployment)
        writes: list[Write] = []
        after: dict[str, Object] = {}
        for rs in self.sets.all:
            size = wanted.get(name_of(rs))
            if size is None:
                continue
            annotations = {**annotations_of(rs), **notes}
            if size == replicas_of(rs) and annotations == annotations_of(rs):
                continue
            changed = _with_annotations(rs, annotations)
            changed["spec"] = {**rs["spec"], "replicas": size}
            after[name_of(rs)] = changed
            said = self._scaling_event(rs, size)
            writes.append(Update(resource=SETS, obj=changed, said=said))
        new = self.sets.new
        if new is not None:
            new = after.get(name_of(new), new)
        old = tuple(after.get(name_of(rs), rs) for rs in self.sets.old)
        return tuple(writes), Sets(new, old)

    def _scaling_event(self, rs: Object, size: int) -> Event | None:
        before = replicas_of(rs)
        if size == before:
            return None
        way = "up" if size > before else "down"
        text = f"Scaled {way} replica set {name_of(rs)} from {before} to {size}"
        return Event(self.deployment, "Normal", "ScalingReplicaSet", text)

    def _plain_status(self, sets: Sets, writes: tuple[Write, ...]) -> Plan:
        status = progress.compute_status(self.deployment, sets.all, sets.new, self.now_ms)
        return self._finished(writes, status)

    def _rollout_status(self, writes: tuple[Write, ...], sets: Sets) -> Plan:
        return self._finished(writes, progress.rollout_status(self.deployment, sets, self.now_ms))

    def _finished(self, writes: tuple[Write, ...], status: Object) -> Plan:
        if progress.stored(status) != status_of(self.deployment):
            return Plan(writes=(*writes, _write_status(self.deployment, status)))
        if progress.is_complete(self.deployment, status):
            return Plan(writes=writes)
        at_ms = progress.deadline_at_ms(self.deployment, status)
        after_ms = None if at_ms is None else max(at_ms - self.now_ms, 0) + 1000
        return Plan(writes=writes, requeue_after_ms=after_ms)


def _with_annotations(obj: Object, annotations: dict[str, str]) -> Object:
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}
