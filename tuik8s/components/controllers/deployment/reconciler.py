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

from dataclasses import replace

from tuik8s.api.meta import (
    generation_of,
    is_deleting,
    is_terminal,
    name_of,
    uid_of,
)
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Event,
    Plan,
    Update,
    View,
    Wake,
    Write,
    itself,
)
from tuik8s.components.controllers.deployment import (
    creation,
    progress,
    revisions,
    scaling,
    sizes,
)
from tuik8s.components.controllers.deployment.cleanup import surplus_deletions
from tuik8s.components.controllers.deployment.revisions import Sets
from tuik8s.components.controllers.deployment.status import RESOURCE, SETS, write_status
from tuik8s.components.controllers.parts.ownership import (
    claim_from,
    controller_key,
    spec_selector,
    wake_owner,
)
from tuik8s.components.controllers.parts.workloads import (
    count,
    find_condition,
    replicas_of,
    status_of,
)


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
    return Plan(writes=(write_status(deployment, changed),), events=(event,))


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
            return self._plain_status((), self.sets)
        if (paused := self._pause_condition()) is not None:
            return Plan(writes=(paused,))
        if deployment["spec"].get("paused") or scaling.is_scaling(deployment, self.sets):
            return self._scale()
        if not sizes.is_rolling(deployment):
            return self._recreate()
        return self._annotate_or_create() or self._roll()

    def _pause_condition(self) -> Update | None:
        """Note that a pause began or ended, so that it is not counted as a lack of progress."""
        if not progress.has_deadline(self.deployment):
            return None
        found = find_condition(status_of(self.deployment), "Progressing")
        reason = found.get("reason") if found else ""
        paused = bool(self.deployment["spec"].get("paused"))
        if reason == "ProgressDeadlineExceeded" or paused == (reason == "DeploymentPaused"):
            return None
        why = ("DeploymentResumed", "Deployment is resumed")
        if paused:
            why = ("DeploymentPaused", "Deployment is paused")
        made = progress.new_condition("Progressing", "Unknown", *why, self.now_ms)
        status = dict(status_of(self.deployment))
        progress.set_condition(status, made)
        return write_status(self.deployment, status)

    def _annotate(self) -> Plan | None:
        return creation.annotate(self.deployment, self.sets, self.now_ms)

    def _annotate_or_create(self) -> Plan | None:
        if self.sets.new is None:
            return creation.create(self.deployment, self.sets, self.view, self.now_ms)
        return self._annotate()

    def _scale(self) -> Plan:
        if (step := self._annotate()) is not None:
            return step
        deployment = self.deployment
        targets = scaling.targets(deployment, self.sets)
        writes, sets = scaling.resized(deployment, self.sets, targets)
        if deployment["spec"].get("paused"):
            writes = (*writes, *surplus_deletions(deployment, self.sets.old))
        return self._plain_status(writes, sets)

    def _roll(self) -> Plan:
        new = self._new()
        wanted, present = replicas_of(self.deployment), replicas_of(new)
        size = min(wanted, sizes.new_size(self.deployment, self.sets.all, present))
        if present != wanted and (present > wanted or size != present):
            return self._resize({name_of(new): size})
        old = scaling.active(self.sets.old)
        shrunk = sizes.scaled_down_old(self.deployment, new, old)
        return self._resize(shrunk) if shrunk else self._finish_rollout()

    def _recreate(self) -> Plan:
        in_use = scaling.active(self.sets.old)
        if in_use:
            return self._annotate() or self._resize({name_of(rs): 0 for rs in in_use})
        if self._old_pods_run():
            return self._annotate() or self._rollout_status((), self.sets)
        if (step := self._annotate_or_create()) is not None:
            return step
        new, wanted = self._new(), replicas_of(self.deployment)
        if replicas_of(new) != wanted:
            return self._resize({name_of(new): wanted})
        return self._finish_rollout()

    def _new(self) -> Object:
        assert self.sets.new is not None, "a rollout without a new ReplicaSet"
        return self.sets.new

    def _old_pods_run(self) -> bool:
        if any(count(rs, "replicas") for rs in self.sets.old):
            return True
        owned = (self.view.glance("pods", "owner", uid_of(rs)) for rs in self.sets.old)
        return any(not is_terminal(pod) for pods in owned for pod in pods)

    def _resize(self, wanted: sizes.Sizes) -> Plan:
        return self._rollout_status(*scaling.resized(self.deployment, self.sets, wanted))

    def _finish_rollout(self) -> Plan:
        writes: tuple[Write, ...] = ()
        if progress.is_complete(self.deployment, status_of(self.deployment)):
            writes = surplus_deletions(self.deployment, self.sets.old)
        return self._rollout_status(writes, self.sets)

    def _plain_status(self, writes: tuple[Write, ...], sets: Sets) -> Plan:
        status = progress.compute_status(self.deployment, sets.all, sets.new, self.now_ms)
        return self._finished(writes, status)

    def _rollout_status(self, writes: tuple[Write, ...], sets: Sets) -> Plan:
        return self._finished(writes, progress.rollout_status(self.deployment, sets, self.now_ms))

    def _finished(self, writes: tuple[Write, ...], status: Object) -> Plan:
        if progress.stored(status) != status_of(self.deployment):
            return Plan(writes=(*writes, write_status(self.deployment, status)))
        if progress.is_complete(self.deployment, status):
            return Plan(writes=writes)
        at_ms = progress.deadline_at_ms(self.deployment, status)
        after_ms = None if at_ms is None else max(at_ms - self.now_ms, 0) + 1000
        return Plan(writes=writes, requeue_after_ms=after_ms)
