"""One look at a CronJob: forget ended Jobs, clean up old ones, make the one that is due.

Only the latest missed time is made up for. A Job is named after its time, so that it is made once
however often one tries.

Source: k8s.io/kubernetes pkg/controller/cronjob/{cronjob_controllerv2,utils}.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import (
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
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
    Plan,
    View,
    Wake,
    Write,
    itself,
)
from tuik8s.components.controllers.cronjob.schedule import Schedule, parse
from tuik8s.components.controllers.parts.ownership import wake_controller
from tuik8s.components.controllers.parts.workloads import finish_of, status_of, status_update

RESOURCE = "cronjobs.batch"
JOBS = "jobs.batch"
_SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"
_NAME_MAX = 52
_LATE_MS = 100
_MISSED_MAX = 100


class CronJobReconciler:
    """Make Jobs by the clock."""

    name = "cronjob"
    account = "cronjob-controller"
    component = "cronjob-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake(RESOURCE, itself), wake_controller(JOBS, "CronJob", RESOURCE))

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        cronjob = view.get(RESOURCE, key.namespace, key.name)
        if cronjob is None:
            return NOTHING
        jobs = view.by_index(JOBS, "owner", uid_of(cronjob))
        return _Look(cronjob, jobs, now_ms).plan()


def _ending(job: Object) -> str:
    """Complete or Failed for a Job that has ended, else ""."""
    return str((finish_of(job) or {}).get("type", ""))


class _Look:
    """One pass over one CronJob; its methods only read and compute."""

    def __init__(self, cronjob: Object, jobs: Sequence[Object], now_ms: int) -> None:
        self.cronjob = cronjob
        self.spec = cronjob["spec"]
        self.jobs = jobs
        self.now_ms = now_ms
        self.status: Object = dict(status_of(cronjob))
        self.active: list[Object] = list(self.status.get("active") or ())
        self.events: list[Event] = []
        self.writes: list[Write] = []

    def plan(self) -> Plan:
        self._clean_up()
        self._forget_ended()
        if is_deleting(self.cronjob) or self.spec.get("suspend"):
            return self._finish(None)
        schedule = parse(self.spec["schedule"], self.spec.get("timeZone") or "")
        due_ms = self._due_ms(schedule)
        after_ms = self._until_next_ms(schedule)
        if due_ms is None or not self._may_start(due_ms):
            return self._finish(after_ms)
        if self.spec.get("concurrencyPolicy") == "Replace":
            for reference in self.active:
                self._delete(reference["name"], reference.get("uid") or "")
            self.active = []
        return self._start(due_ms, after_ms)

    def _say(self, kind: str, reason: str, text: str) -> None:
        self.events.append(Event(self.cronjob, kind, reason, text))

    # What has ended.

    def _clean_up(self) -> None:
        """Delete ended Jobs beyond the limits, oldest first."""
        for ending, field in (
            ("Complete", "successfulJobsHistoryLimit"),
            ("Failed", "failedJobsHistoryLimit"),
        ):
            limit = self.spec.get(field)
            if limit is None:
                continue
            ended = [job for job in self.jobs if _ending(job) == ending]
            ended.sort(key=lambda job: (status_of(job).get("startTime") or "", name_of(job)))
            for job in ended[: max(0, len(ended) - limit)]:
                if not is_deleting(job):
                    self._delete(name_of(job), uid_of(job))

    def _delete(self, name: str, uid: str) -> None:
        said = Event(self.cronjob, "Normal", "SuccessfulDelete", f"Deleted job {name}")
        failed = Event(self.cronjob, "Warning", "FailedDelete", "Deleted job: {error}")
        self.active = [r for r in self.active if r.get("uid") != uid]
        self.writes.append(
            Delete(
                resource=JOBS,
                namespace=namespace_of(self.cronjob),
                name=name,
                uid=uid,
                propagation="Background",
                tolerate=(404, 409),
                said=said,
                failed=failed,
            )
        )

    def _forget_ended(self) -> None:
        """Bring the list of active Jobs in line with the Jobs there are."""
        by_uid = {uid_of(job): job for job in self.jobs}
        listed = {reference.get("uid") for reference in self.active}
        for uid, job in by_uid.items():
            ending = _ending(job)
            if uid not in listed and not ending:
                text = f"Saw a job that the controller did not create or forgot: {name_of(job)}"
                self._say("Warning", "UnexpectedJob", text)
            elif uid in listed and ending:
                text = f"Saw completed job: {name_of(job)}, condition: {ending}"
                self._say("Normal", "SawCompletedJob", text)
                self._note_success(job, ending)
                self.active = [r for r in self.active if r.get("uid") != uid]
        for reference in list(self.active):
            if reference.get("uid") not in by_uid:
                text = f"Active job went missing: {reference.get('name')}"
                self._say("Normal", "MissingJob", text)
                self.active.remove(reference)

    def _note_success(self, job: Object, ending: str) -> None:
        at = status_of(job).get("completionTime")
        if ending == "Complete" and at and at > (self.status.get("lastSuccessfulTime") or ""):
            self.status["lastSuccessfulTime"] = at

    # What is due.

    def _due_ms(self, schedule: Schedule) -> int | None:
        """The latest time up to now that was not served yet."""
        last = self.status.get("lastScheduleTime") or self.cronjob["metadata"]["creationTimestamp"]
        start_ms = parse_time(last)
        deadline = self.spec.get("startingDeadlineSeconds")
        if deadline is not None:
            start_ms = max(start_ms, self.now_ms - deadline * 1000)
        due_ms, missed = latest(schedule, start_ms, self.now_ms)
        if missed > _MISSED_MAX:
            text = (
                "too many missed start times. Set or decrease .spec.startingDeadlineSeconds "
                "or check clock skew"
            )
            self._say("Warning", "TooManyMissedTimes", text)
        return due_ms

    def _until_next_ms(self, schedule: Schedule) -> int | None:
        at_ms = schedule.next_ms(self.now_ms)
        return None if at_ms is None else at_ms - self.now_ms + _LATE_MS

    def _job_name(self, due_ms: int) -> str:
        return f"{name_of(self.cronjob)[:_NAME_MAX]}-{due_ms // 60_000}"

    def _may_start(self, due_ms: int) -> bool:
        deadline = self.spec.get("startingDeadlineSeconds")
        if deadline is not None and due_ms + deadline * 1000 < self.now_ms:
            text = f"Missed scheduled time to start a job: {format_time(due_ms)}"
            self._say("Warning", "MissSchedule", text)
            return False
        name = self._job_name(due_ms)
        if any(reference.get("name") == name for reference in self.active):
            return False
        if self.active and self.spec.get("concurrencyPolicy") == "Forbid":
            text = (
                "Not starting job because prior execution is running and concurrency policy "
                "is Forbid"
            )
            self._say("Normal", "JobAlreadyActive", text)
            return False
        return True

    def _start(self, due_ms: int, after_ms: int | None) -> Plan:
        name = self._job_name(due_ms)
        create = Create(
            resource=JOBS,
            obj=self._job(name, due_ms),
            tolerate=(409,),
            said=Event(self.cronjob, "Normal", "SuccessfulCreate", f"Created job {name}"),
            failed=Event(self.cronjob, "Warning", "FailedCreate", "Error creating job: {error}"),
        )

        def then(outcomes: Outcomes) -> Plan:
            outcome = outcomes[-1]
            if not outcome.settled:
                return Plan(requeue_after_ms=after_ms)
            self.writes, self.events = [], []
            if outcome.ok:
                self.active.append(_reference(outcome.obj))
            self.status["lastScheduleTime"] = format_time(due_ms)
            return self._finish(after_ms)

        return Plan(writes=(*self.writes, create), events=tuple(self.events), then=then)

    def _job(self, name: str, due_ms: int) -> Object:
        template = self.spec["jobTemplate"]
        annotations = (template.get("metadata") or {}).get("annotations") or {}
        metadata: Object = {"name": name, "namespace": namespace_of(self.cronjob)}
        if labels_of(template):
            metadata["labels"] = labels_of(template)
        metadata["annotations"] = {**annotations, _SCHEDULED_AT: format_time(due_ms)}
        metadata["ownerReferences"] = [owner_reference(self.cronjob)]
        return {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": metadata,
            "spec": template.get("spec") or {},
        }

    def _finish(self, after_ms: int | None) -> Plan:
        status = {k: v for k, v in self.status.items() if k != "active"}
        if self.active:
            status = {"active": self.active, **status}
        writes = list(self.writes)
        if status != status_of(self.cronjob):
            writes.append(status_update(RESOURCE, self.cronjob, status))
        return Plan(writes=tuple(writes), events=tuple(self.events), requeue_after_ms=after_ms)


def latest(schedule: Schedule, start_ms: int, now_ms: int) -> tuple[int | None, int]:
    """The latest time after start_ms and up to now_ms, and about how many there are.

    Far behind, it jumps near the end by the distance of the first two times.
    """
    first_ms = schedule.next_ms(start_ms)
    if first_ms is None or first_ms > now_ms:
        return None, 0
    second_ms = schedule.next_ms(first_ms)
    if second_ms is None or second_ms > now_ms:
        return first_ms, 1
    gap_ms = second_ms - first_ms
    missed = (now_ms - first_ms) // gap_ms + 1
    due_ms = first_ms
    at_ms = schedule.next_ms(first_ms + max(0, missed - 2) * gap_ms - 1)
    while at_ms is not None and at_ms <= now_ms:
        due_ms, at_ms = at_ms, schedule.next_ms(at_ms)
    return due_ms, missed


def _reference(job: Object) -> Object:
    return {
        "kind": "Job",
        "namespace": namespace_of(job),
        "name": name_of(job),
        "uid": uid_of(job),
        "apiVersion": "batch/v1",
        "resourceVersion": job["metadata"].get("resourceVersion"),
    }
