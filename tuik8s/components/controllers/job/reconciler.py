"""One look at a Job: count what ended, conclude or go on, and write it down.

    delete or create pods -> status (numbers, uncounted pods, interim condition)
                          -> finalizers off -> [next look] status (counted, final condition)

A Job ends in two steps: SuccessCriteriaMet or FailureTarget first, Complete or Failed when all
its pods have ended and are counted.

Source: k8s.io/kubernetes pkg/controller/job/job_controller.go, 1.36. The back-off between
retries is remembered per Job and forgotten at a restart, as upstream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuik8s.api.meta import (
    finalizers_of,
    is_deleting,
    name_of,
    namespace_of,
    uid_of,
)
from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Create,
    Delete,
    Event,
    Outcomes,
    Patch,
    Plan,
    Update,
    View,
    Wake,
    Write,
    itself,
)
from tuik8s.components.controllers.job import pods as one
from tuik8s.components.controllers.job import policy, tally
from tuik8s.components.controllers.job.indexes import shown
from tuik8s.components.controllers.job.tally import Tally
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.ownership import claim_from, spec_selector, wake_owner
from tuik8s.components.controllers.parts.templates import with_status
from tuik8s.components.controllers.parts.workloads import find_condition, status_of, without_zeros

RESOURCE = "jobs.batch"
BURST = 500
_OURSELVES = "kubernetes.io/job-controller"
_KEPT = ("terminating", "uncountedTerminatedPods", "ready", "failedIndexes")


@dataclass(frozen=True, slots=True)
class _End:
    """How a Job ends: the interim condition's type, reason and message."""

    kind: str
    reason: str
    message: str

    @property
    def final(self) -> str:
        return "Complete" if self.kind == "SuccessCriteriaMet" else "Failed"


@dataclass(slots=True)
class _Retries:
    """Failures since the last success, and when the last one was."""

    failures: int = 0
    last_ms: int = 0


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
        self._retries: dict[str, _Retries] = {}
        self._noted: dict[str, set[str]] = {}

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        job = view.get(RESOURCE, key.namespace, key.name)
        if job is None or job["spec"].get("managedBy") not in (None, "", _OURSELVES):
            return NOTHING
        claimed = claim_from(view, job, spec_selector(job), "pods")
        if is_finished(job):
            self._retries.pop(uid_of(job), None)
            self._noted.pop(uid_of(job), None)
            return _release_rest(claimed.owned)
        found = tally.take(job, claimed.owned)
        retries = self._remember(job, found, now_ms)
        plan = _Look(job, claimed.owned, found, retries, now_ms).plan()
        return replace(plan, writes=(*claimed.writes, *plan.writes))

    def _remember(self, job: Object, found: Tally, now_ms: int) -> _Retries:
        retries = self._retries.setdefault(uid_of(job), _Retries())
        noted = self._noted.setdefault(uid_of(job), set())
        for pod in found.new_succeeded:
            if uid_of(pod) not in noted:
                retries.failures = 0
                noted.add(uid_of(pod))
        for pod in found.new_failed:
            if uid_of(pod) not in noted:
                retries.failures += 1
                retries.last_ms = max(retries.last_ms, one.ended_at_ms(pod, now_ms))
                noted.add(uid_of(pod))
        return retries


def is_finished(job: Object) -> bool:
    status = status_of(job)
    found = (find_condition(status, kind) for kind in ("Complete", "Failed"))
    return any(condition is not None and condition["status"] == "True" for condition in found)


def _release_rest(pods: Sequence[Object]) -> Plan:
    """Nobody counts any more: what ended late must not be held by our finalizer."""
    return Plan(writes=tuple(_release(pod) for pod in pods if one.is_tracked(pod)))


def _release(pod: Object) -> Patch:
    left = [name for name in finalizers_of(pod) if name != one.FINALIZER]
    metadata = {"uid": uid_of(pod), "finalizers": left or None}
    return Patch(
        resource="pods",
        namespace=namespace_of(pod),
        name=name_of(pod),
        patch={"metadata": metadata},
        tolerate=(404, 409, 422),
    )


class _Look:
    """One pass over one Job; its methods only read and compute."""

    def __init__(
        self, job: Object, pods: Sequence[Object], found: Tally, retries: _Retries, now_ms: int
    ) -> None:
        self.job = job
        self.spec = job["spec"]
        self.pods = pods
        self.tally = found
        self.retries = retries
        self.now_ms = now_ms
        self.active = [pod for pod in pods if podinfo.is_active(pod)]
        self.suspended = bool(self.spec.get("suspend"))
        self.requeue_after_ms: int | None = None
        self.events: list[Event] = []
        self.status: Object = dict(status_of(job))
        self.status["conditions"] = list(self.status.get("conditions") or [])

    def plan(self) -> Plan:
        if not self.status.get("startTime") and not self.suspended:
            self.status["startTime"] = format_time(self.now_ms)
        end = self._end()
        if end is not None:
            deletions = [self._delete(pod) for pod in self.active]
            if end.final == "Failed":
                tally.note_all(self.tally, self.job, self.pods)
            return self._carry_out(tuple(deletions), -len(deletions), end)
        if is_deleting(self.job):
            return self._carry_out((), 0, None)
        changes, gained = self._manage()
        self._note_suspension()
        return self._carry_out(changes, gained, None)

    # Is it over?

    def _end(self) -> _End | None:
        for kind in ("FailureTarget", "SuccessCriteriaMet"):
            found = find_condition(self.status, kind)
            if found is not None and found["status"] == "True":
                return _End(kind, found.get("reason") or "", found.get("message") or "")
        return self._failure() or self._success()

    def _failure(self) -> _End | None:
        def fail(reason: str, message: str) -> _End:
            return _End("FailureTarget", reason, message)

        if self.tally.fail_job:
            return fail("PodFailurePolicy", self.tally.fail_job)
        if self._is_over_backoff_limit():
            return fail("BackoffLimitExceeded", "Job has reached the specified backoff limit")
        if self._is_over_deadline():
            return fail("DeadlineExceeded", "Job was active longer than specified deadline")
        failed, limit = self.tally.failed_indexes, self.spec.get("maxFailedIndexes")
        if limit is not None and len(failed) > limit:
            text = "Job has exceeded the specified maximal number of failed indexes"
            return fail("MaxFailedIndexesExceeded", text)
        completions = self.spec.get("completions")
        done = len(failed) + len(self.tally.completed)
        if failed and completions is not None and done >= completions:
            return fail("FailedIndexes", "Job has failed indexes")
        return None

    def _is_over_backoff_limit(self) -> bool:
        given = self.spec.get("backoffLimit")
        limit = 6 if given is None else int(given)
        if self.tally.failed > limit:
            return True
        template = self.spec["template"].get("spec") or {}
        if template.get("restartPolicy") != "OnFailure":
            return False
        restarts = sum(podinfo.restarts(pod) for pod in self.active)
        return restarts > 0 if limit == 0 else restarts >= limit

    def _is_over_deadline(self) -> bool:
        seconds = self.spec.get("activeDeadlineSeconds")
        started = self.status.get("startTime")
        if seconds is None or not started or self.suspended:
            return False
        left_ms: int = parse_time(started) + int(seconds) * 1000 - self.now_ms
        if left_ms > 0:
            self._look_again(left_ms)
        return left_ms <= 0

    def _success(self) -> _End | None:
        rule = policy.met_rule(self.job, self.tally.completed) if one.is_indexed(self.job) else None
        if rule is not None:
            return _End("SuccessCriteriaMet", "SuccessPolicy", f"Matched rules at index {rule}")
        completions, succeeded = self.spec.get("completions"), self.tally.succeeded
        enough = succeeded > 0 if completions is None else succeeded >= completions
        if not enough or self.active:
            return None
        text = "Reached expected number of succeeded pods"
        return _End("SuccessCriteriaMet", "CompletionsReached", text)

    # Pods to make or delete.

    def _manage(self) -> tuple[tuple[Write, ...], int]:
        """Writes, and by how much they change the number of active pods."""
        ordered = one.removal_order(self.active, self.job, self.now_ms)
        if self.suspended:
            return self._remove(ordered)
        wanted = self._wanted()
        surplus = len(self.active) - wanted
        if surplus > 0:
            return self._remove(ordered[:surplus])
        missing = wanted - len(self.active)
        if one.replaces_only_failed(self.job):
            missing -= sum(1 for pod in self.pods if podinfo.is_terminating(pod))
        missing = min(missing, BURST)
        if missing <= 0:
            return (), 0
        wait_ms = self.retries.last_ms + one.backoff_ms(self.retries.failures) - self.now_ms
        if self.retries.failures and wait_ms > 0 and one.backoff_per_index(self.job) is None:
            self._look_again(wait_ms)
            return (), 0
        return tuple(self._creations(missing)), missing

    def _wanted(self) -> int:
        parallelism = self.spec.get("parallelism")
        parallelism = 1 if parallelism is None else int(parallelism)
        completions = self.spec.get("completions")
        if completions is None:
            return len(self.active) if self.tally.succeeded else parallelism
        left = int(completions) - self.tally.succeeded - len(self.tally.failed_indexes)
        return max(0, min(left, parallelism))

    def _creations(self, missing: int) -> list[Write]:
        if not one.is_indexed(self.job):
            return [self._create(-1, 0)] * missing
        taken = {one.index_of(pod) for pod in self.active}
        if one.replaces_only_failed(self.job):
            taken |= {one.index_of(pod) for pod in self.pods if podinfo.is_terminating(pod)}
        taken |= {*self.tally.completed, *self.tally.failed_indexes}
        free = [n for n in range(self.spec.get("completions") or 0) if n not in taken]
        return [self._create(index, self._failures_of(index)) for index in free[:missing]]

    def _failures_of(self, index: int) -> int:
        failed = [p for p in self.pods if one.index_of(p) == index and one.has_failed(p, self.job)]
        return max((one.failure_count(pod) + 1 for pod in failed), default=0)

    def _create(self, index: int, failures: int) -> Create:
        return Create(
            resource="pods",
            obj=one.new_pod(self.job, index, failures),
            said=Event(self.job, "Normal", "SuccessfulCreate", "Created pod: {name}"),
            failed=Event(self.job, "Warning", "FailedCreate", "Error creating: {error}"),
        )

    def _remove(self, pods: Sequence[Object]) -> tuple[tuple[Write, ...], int]:
        """Delete pods that are not to be counted: their finalizer goes first."""
        writes: list[Write] = []
        for pod in pods:
            if one.is_tracked(pod):
                writes.append(_release(pod))
            writes.append(self._delete(pod))
        return tuple(writes), -len(pods)

    def _delete(self, pod: Object) -> Delete:
        name = name_of(pod)
        return Delete(
            resource="pods",
            namespace=namespace_of(pod),
            name=name,
            uid=uid_of(pod),
            tolerate=(404, 409),
            said=Event(self.job, "Normal", "SuccessfulDelete", f"Deleted pod: {name}"),
            failed=Event(self.job, "Warning", "FailedDelete", "Error deleting: {error}"),
        )

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

    def _carry_out(self, changes: tuple[Write, ...], gained: int, end: _End | None) -> Plan:
        events = tuple(self.events)
        if not changes:
            return replace(self._write_down(len(self.active), end), events=events)

        def then(outcomes: Outcomes) -> Plan:
            active = len(self.active) + gained
            if gained > 0:
                active = len(self.active) + sum(1 for outcome in outcomes if outcome.ok)
            return self._write_down(active, end)

        return Plan(writes=changes, then=then, events=events, slow_start=gained > 0)

    def _write_down(self, active: int, end: _End | None) -> Plan:
        self._count(active)
        events: tuple[Event, ...] = ()
        if end is not None:
            if find_condition(self.status, end.kind) is None:
                self._set(end.kind, "True", end.reason, end.message)
            if self._is_settled(active):
                events = self._finish(end)
        releases = tuple(_release(pod) for pod in self.tally.release)
        status = without_zeros(self.status, keep=_KEPT)
        if status == status_of(self.job):
            return Plan(writes=releases, requeue_after_ms=self.requeue_after_ms)
        changed = with_status(self.job, status)
        write = Update(resource=RESOURCE, obj=changed, subresource="status")

        def then(outcomes: Outcomes) -> Plan:
            if not outcomes[0].ok:
                return NOTHING
            return Plan(writes=releases, events=events)

        return Plan(writes=(write,), then=then, requeue_after_ms=self.requeue_after_ms)

    def _count(self, active: int) -> None:
        found, status = self.tally, self.status
        uncounted = {
            name: uids
            for name, uids in (
                ("succeeded", found.uncounted_succeeded),
                ("failed", found.uncounted_failed),
            )
            if uids
        }
        status.update(
            active=active,
            succeeded=found.counted_succeeded,
            failed=found.counted_failed,
            terminating=sum(1 for pod in self.pods if podinfo.is_terminating(pod)),
            uncountedTerminatedPods=uncounted,
            ready=sum(1 for pod in self.active if podinfo.is_ready(pod)),
        )
        if one.is_indexed(self.job):
            status["completedIndexes"] = shown(found.completed) or None
            if one.backoff_per_index(self.job) is not None:
                status["failedIndexes"] = shown(found.failed_indexes)

    def _is_settled(self, active: int) -> bool:
        """Whether every pod has ended and is counted."""
        return (
            active == 0
            and not self.tally.release
            and not any(podinfo.is_terminating(pod) for pod in self.pods)
            and not any(one.is_tracked(pod) for pod in self.pods)
        )

    def _finish(self, end: _End) -> tuple[Event, ...]:
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
        others = [c for c in self.status["conditions"] if c.get("type") != kind]
        self.status["conditions"] = [*others, made]

    def _look_again(self, after_ms: int) -> None:
        if self.requeue_after_ms is None or after_ms < self.requeue_after_ms:
            self.requeue_after_ms = after_ms
