"""Counting pods exactly once, though their finalizer and the Job's status are two writes.

    pod ended, has finalizer   -> its uid goes into status.uncountedTerminatedPods
    uid noted, has finalizer   -> the finalizer is taken off
    uid noted, no finalizer    -> the count is raised and the uid dropped

So whatever is lost in between, a pod is neither forgotten nor counted twice. Successes of indexed
Jobs are noted by index in completedIndexes and need no uid.

Source: k8s.io/kubernetes pkg/controller/job/job_controller.go
(`trackJobStatusAndRemoveFinalizers`), 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tuik8s.api.meta import is_deleting, uid_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.job import pods as one
from tuik8s.components.controllers.job import policy
from tuik8s.components.controllers.job.indexes import parse
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.workloads import count, status_of

UNCOUNTED_MAX = 500


@dataclass(slots=True)
class Tally:
    """The numbers of one look.

    succeeded and failed are what the status will say once all noted pods are counted; release
    are pods whose finalizer comes off after the status is written.
    """

    counted_succeeded: int = 0
    counted_failed: int = 0
    uncounted_succeeded: list[str] = field(default_factory=list)
    uncounted_failed: list[str] = field(default_factory=list)
    release: list[Object] = field(default_factory=list)
    completed: list[int] = field(default_factory=list)
    failed_indexes: list[int] = field(default_factory=list)
    new_failed: list[Object] = field(default_factory=list)
    new_succeeded: list[Object] = field(default_factory=list)
    fail_job: str = ""

    def settle(self) -> None:
        """All noted pods are without finalizer now: count them."""
        self.counted_succeeded += len(self.uncounted_succeeded)
        self.counted_failed += len(self.uncounted_failed)
        self.uncounted_succeeded.clear()
        self.uncounted_failed.clear()

    @property
    def succeeded(self) -> int:
        return self.counted_succeeded + len(self.uncounted_succeeded)

    @property
    def failed(self) -> int:
        return self.counted_failed + len(self.uncounted_failed)


def take(job: Object, pods: Sequence[Object]) -> Tally:
    """What has ended up to now."""
    tally = _carried_over(job, pods)
    noted = {*tally.uncounted_succeeded, *tally.uncounted_failed}
    completions = job["spec"].get("completions")
    before = set(tally.completed)
    for pod in pods:
        if not one.is_tracked(pod):
            continue
        if len(tally.uncounted_succeeded) + len(tally.uncounted_failed) >= UNCOUNTED_MAX:
            break
        index = one.index_of(pod)
        if podinfo.phase(pod) == "Succeeded":
            tally.release.append(pod)
            if uid_of(pod) in noted:
                continue
            tally.new_succeeded.append(pod)
            if not one.is_indexed(job):
                tally.uncounted_succeeded.append(uid_of(pod))
            elif 0 <= index < (completions or 0) and index not in before:
                before.add(index)
                tally.completed.append(index)
        elif one.has_failed(pod, job):
            note_failed(tally, job, pod, noted)
    if one.is_indexed(job):
        tally.completed.sort()
        tally.counted_succeeded = len(tally.completed)
        _judge_indexes(tally, job, pods)
    return tally


def note_failed(tally: Tally, job: Object, pod: Object, noted: set[str]) -> None:
    """Note one failed pod, as far as the Job's policy counts it."""
    tally.release.append(pod)
    if uid_of(pod) in noted:
        return
    tally.new_failed.append(pod)
    action, why = policy.verdict(job, pod)
    if action == "FailJob" and not tally.fail_job:
        tally.fail_job = why
    if action != "Ignore":
        tally.uncounted_failed.append(uid_of(pod))


def note_all(tally: Tally, job: Object, pods: Sequence[Object]) -> None:
    """The Job has failed: everything that still runs or goes counts as failed."""
    noted = {*tally.uncounted_succeeded, *tally.uncounted_failed}
    released = {uid_of(pod) for pod in tally.release}
    for pod in pods:
        if one.is_tracked(pod) and uid_of(pod) not in released and is_deleting(pod):
            note_failed(tally, job, pod, noted)


def _carried_over(job: Object, pods: Sequence[Object]) -> Tally:
    """Noted pods whose finalizer is off are counted now."""
    tracked = {uid_of(pod) for pod in pods if one.is_tracked(pod)}
    status = status_of(job)
    noted = status.get("uncountedTerminatedPods") or {}
    tally = Tally(count(job, "succeeded"), count(job, "failed"))
    tally.completed = parse(status.get("completedIndexes") or "", job["spec"].get("completions"))
    tally.failed_indexes = parse(status.get("failedIndexes") or "", job["spec"].get("completions"))
    for uid in noted.get("succeeded") or ():
        if uid in tracked:
            tally.uncounted_succeeded.append(uid)
        else:
            tally.counted_succeeded += 1
    for uid in noted.get("failed") or ():
        if uid in tracked:
            tally.uncounted_failed.append(uid)
        else:
            tally.counted_failed += 1
    return tally


def _judge_indexes(tally: Tally, job: Object, pods: Sequence[Object]) -> None:
    """Indexes that have used up their own limit of failures."""
    limit = one.backoff_per_index(job)
    if limit is None:
        return
    failed = set(tally.failed_indexes)
    for pod in pods:
        index = one.index_of(pod)
        if index < 0 or index in failed or index in tally.completed or not one.has_failed(pod, job):
            continue
        action, _ = policy.verdict(job, pod)
        if action == "FailIndex" or (action == "Count" and one.failure_count(pod) >= limit):
            failed.add(index)
    tally.failed_indexes = sorted(failed)
