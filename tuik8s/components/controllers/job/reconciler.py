"""One look at a Job: count what ended, conclude or go on, and write it down.

    delete or create pods -> status (numbers, uncounted pods, interim condition)
                          -> finalizers off -> status (counted, final condition)

Source: k8s.io/kubernetes pkg/controller/job/job_controller.go, 1.36. The back-off between
retries is remembered per Job and forgotten at a restart, as upstream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuik8s.api.meta import is_deleting, uid_of
from tuik8s.api.times import format_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Event,
    Outcomes,
    Plan,
    View,
    Wake,
    Write,
    itself,
)
from tuik8s.components.controllers.job import pods as one
from tuik8s.components.controllers.job import tally
from tuik8s.components.controllers.job.ending import Ending, deadline_left_ms, ending
from tuik8s.components.controllers.job.indexes import shown
from tuik8s.components.controllers.job.sizing import Retries, release, sizing
from tuik8s.components.controllers.job.tally import Tally
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.ownership import claim_from, spec_selector, wake_owner
from tuik8s.components.controllers.parts.pod_control import delete_pod
from tuik8s.components.controllers.parts.workloads import (
    drop_condition,
    find_condition,
    finish_of,
    status_of,
    status_update,
    without_zeros,
)

RESOURCE = "jobs.batch"
BATCH_MS = 1_000
"""After ended pods were counted, what else happens to the Job's pods waits for so long."""
_OURSELVES = "kubernetes.io/job-controller"
_KEPT = ("terminating", "uncountedTerminatedPods", "ready", "failedIndexes")


class JobReconciler:
    """Run each Job's pods to completion."""

    name = "job"
    account = "job-controller"
    component = "job-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        wake_owner("pods", "Job", RESOURCE, spec_selector),
    )

    def __init__(self) -> None:
        self._retries: dict[Key, Retries] = {}

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        job = view.get(RESOURCE, key.namespace, key.name)
        if job is None:
            self._retries.pop(key, None)
            return NOTHING
        if job["spec"].get("managedBy") not in (None, "", _OURSELVES):
            return NOTHING
        claimed = claim_from(view, job, spec_selector(job), "pods")
        if finish_of(job) is not None:
            self._retries.pop(key, None)
            late = [release(pod) for pod in claimed.owned if one.is_tracked(pod)]
            return Plan(writes=tuple(late))  # nobody counts any more
        found = tally.take(job, claimed.owned)
        retries = self._remember(key, job, found, now_ms)
        plan = _Look(job, claimed.owned, found, retries, now_ms).plan()
        return replace(plan, writes=(*claimed.writes, *plan.writes))

    def _remember(self, key: Key, job: Object, found: Tally, now_ms: int) -> Retries:
        retries = self._retries.get(key)
        if retries is None or retries.uid != uid_of(job):
            retries = self._retries[key] = Retries(uid_of(job))
        if any(uid_of(pod) not in retries.noted for pod in found.new_succeeded):
            retries.failures = 0
        for pod in found.new_failed:
            if uid_of(pod) not in retries.noted:
                retries.failures += 1
                retries.last_ms = max(retries.last_ms, one.ended_at_ms(pod, now_ms))
        retries.noted.update(uid_of(pod) for pod in (*found.new_succeeded, *found.new_failed))
        return retries


class _Look:
    """One pass over one Job; its methods only read and compute."""

    def __init__(
        self, job: Object, pods: Sequence[Object], found: Tally, retries: Retries, now_ms: int
    ) -> None:
        self.job = job
        self.pods = pods
        self.tally = found
        self.retries = retries
        self.now_ms = now_ms
        self.active = [pod for pod in pods if podinfo.is_active(pod)]
        self.terminating = sum(1 for pod in pods if podinfo.is_terminating(pod))
        self.suspended = bool(job["spec"].get("suspend"))
        self.after_ms: int | None = None
        self.events: list[Event] = []
        self.status: Object = dict(status_of(job))
        self.status["conditions"] = list(self.status.get("conditions") or [])

    def plan(self) -> Plan:
        if not self.status.get("startTime") and not self.suspended:
            self.status["startTime"] = format_time(self.now_ms)
        left_ms = deadline_left_ms(self.job, self.status.get("startTime"), self.now_ms)
        end = ending(self.job, self.tally, self.active, left_ms)
        if end is not None:
            deletions = tuple(delete_pod(self.job, pod) for pod in self.active)
            if end.final == "Failed":
                tally.note_all(self.tally, self.job, self.pods)
            return self._carry_out(deletions, -len(deletions), end)
        if is_deleting(self.job):
            return self._carry_out((), 0, None)
        wanted = sizing(self.job, self.pods, self.tally, self.retries, self.now_ms)
        waits = [ms for ms in (left_ms, wanted.wait_ms) if ms is not None]
        self.after_ms = min(waits, default=None)
        self._note_suspension()
        return self._carry_out(wanted.writes, wanted.gained, None)

    def _note_suspension(self) -> None:
        found = find_condition(self.status, "Suspended")
        is_noted = found is not None and found["status"] == "True"
        if self.suspended and not is_noted:
            self._set("Suspended", "True", "JobSuspended", "Job suspended")
            self.status.pop("startTime", None)
            self.events.append(Event(self.job, "Normal", "Suspended", "Job suspended"))
        elif not self.suspended and is_noted:
            self._set("Suspended", "False", "JobResumed", "Job resumed")
            self.status["startTime"] = format_time(self.now_ms)
            self.events.append(Event(self.job, "Normal", "Resumed", "Job resumed"))

    # Writing it down.

    def _carry_out(self, changes: tuple[Write, ...], gained: int, end: Ending | None) -> Plan:
        events = tuple(self.events)
        if not changes:
            return replace(self._write_down(len(self.active), end), events=events)

        def then(outcomes: Outcomes) -> Plan:
            made = sum(1 for outcome in outcomes if outcome.ok) if gained > 0 else gained
            self.terminating += max(0, -made)
            return self._write_down(len(self.active) + made, end)

        return Plan(writes=changes, then=then, events=events, slow_start=gained > 0)

    def _write_down(self, active: int, end: Ending | None) -> Plan:
        """The status with what is not counted yet; then let those pods go, then count them."""
        self._put_counts(active)
        if end is not None and find_condition(self.status, end.kind) is None:
            self._set(end.kind, "True", end.reason, end.message)
        if not self.tally.release:
            return self._conclude(self.job, active, end)
        releases = tuple(release(pod) for pod in self.tally.release)
        status = without_zeros(self.status, keep=_KEPT)
        if status == status_of(self.job):
            return Plan(
                writes=releases, then=lambda done: self._counted(done, self.job, active, end)
            )
        write = status_update(RESOURCE, self.job, status)

        def then(outcomes: Outcomes) -> Plan:
            if not outcomes[0].ok:
                return NOTHING
            job = outcomes[0].obj
            return Plan(writes=releases, then=lambda done: self._counted(done, job, active, end))

        return Plan(writes=(write,), then=then)

    def _counted(self, done: Outcomes, job: Object, active: int, end: Ending | None) -> Plan:
        """The finalizers are off: the pods noted before count now, unless one may still be on."""
        if not all(outcome.settled for outcome in done):
            return NOTHING
        self.tally.settle()
        self._put_counts(active)
        return self._conclude(job, active, end)

    def _conclude(self, job: Object, active: int, end: Ending | None) -> Plan:
        """The last status of this look; the final one when nothing is left to wait for."""
        events: tuple[Event, ...] = ()
        pending = self.tally.uncounted_succeeded or self.tally.uncounted_failed
        if end is not None and not (active or self.terminating or pending or self._deleted()):
            events = self._finish(end)
        status = without_zeros(self.status, keep=_KEPT)
        pace_ms = BATCH_MS if self.tally.release and end is None else len(self.pods) // 10
        pace_ms = min(pace_ms, BATCH_MS)
        if status == status_of(job):
            return Plan(requeue_after_ms=self.after_ms, pace_ms=pace_ms)
        write = status_update(RESOURCE, job, status)

        def then(outcomes: Outcomes) -> Plan:
            return Plan(events=events if outcomes[0].ok else (), pace_ms=pace_ms)

        return Plan(writes=(write,), then=then, requeue_after_ms=self.after_ms)

    def _deleted(self) -> bool:
        """Whether this look deleted active pods: they are still to be counted or gone."""
        return bool(self.active)

    def _put_counts(self, active: int) -> None:
        found, status = self.tally, self.status
        noted = (("succeeded", found.uncounted_succeeded), ("failed", found.uncounted_failed))
        status.update(
            active=active,
            succeeded=found.counted_succeeded,
            failed=found.counted_failed,
            terminating=self.terminating,
            uncountedTerminatedPods={name: list(uids) for name, uids in noted if uids},
            ready=sum(1 for pod in self.active if podinfo.is_ready(pod)),
        )
        if one.is_indexed(self.job):
            status["completedIndexes"] = shown(found.completed) or None
            if one.backoff_per_index(self.job) is not None:
                status["failedIndexes"] = shown(found.failed_indexes)

    def _finish(self, end: Ending) -> tuple[Event, ...]:
        self._set(end.final, "True", end.reason, end.message)
        if end.final == "Complete":
            self.status["completionTime"] = format_time(self.now_ms)
            return (Event(self.job, "Normal", "Completed", "Job completed"),)
        return (Event(self.job, "Warning", end.reason, end.message),)

    def _set(self, kind: str, status: str, reason: str, message: str) -> None:
        now = format_time(self.now_ms)
        made = {
            "type": kind,
            "status": status,
            "lastProbeTime": now,
            "lastTransitionTime": now,
            "reason": reason,
            "message": message,
        }
        self.status["conditions"] = [*drop_condition(self.status["conditions"], kind), made]
