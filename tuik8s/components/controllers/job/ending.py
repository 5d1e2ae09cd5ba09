"""When a Job is over, and with which words.

A Job ends in two steps: SuccessCriteriaMet or FailureTarget first, Complete or Failed when all
its pods have ended and are counted.

Source: k8s.io/kubernetes pkg/controller/job/job_controller.go (`syncJob`), 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuik8s.api.meta import condition
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.job import pods as one
from tuik8s.components.controllers.job import policy
from tuik8s.components.controllers.job.tally import Tally
from tuik8s.components.controllers.parts import pods as podinfo


@dataclass(frozen=True, slots=True)
class Ending:
    """The interim condition of a Job that ends."""

    kind: str
    reason: str
    message: str

    @property
    def final(self) -> str:
        return "Complete" if self.kind == "SuccessCriteriaMet" else "Failed"


def deadline_left_ms(job: Object, started: str | None, now_ms: int) -> int | None:
    """Time until activeDeadlineSeconds is over; None when there is no such limit now."""
    seconds = job["spec"].get("activeDeadlineSeconds")
    if seconds is None or not started or job["spec"].get("suspend"):
        return None
    return parse_time(started) + int(seconds) * 1000 - now_ms


def ending(
    job: Object, tally: Tally, active: Sequence[Object], left_ms: int | None
) -> Ending | None:
    """How the Job ends now; None while it goes on."""
    for kind in ("FailureTarget", "SuccessCriteriaMet"):
        found = condition(job, kind)
        if found is not None and found.get("status") == "True":
            return Ending(kind, found.get("reason") or "", found.get("message") or "")
    return _failure(job, tally, active, left_ms) or _success(job, tally, active)


def _failure(
    job: Object, tally: Tally, active: Sequence[Object], left_ms: int | None
) -> Ending | None:
    def fail(reason: str, message: str) -> Ending:
        return Ending("FailureTarget", reason, message)

    if tally.fail_job:
        return fail("PodFailurePolicy", tally.fail_job)
    if _is_over_backoff_limit(job, tally, active):
        return fail("BackoffLimitExceeded", "Job has reached the specified backoff limit")
    if left_ms is not None and left_ms <= 0:
        return fail("DeadlineExceeded", "Job was active longer than specified deadline")
    failed, limit = tally.failed_indexes, job["spec"].get("maxFailedIndexes")
    if limit is not None and len(failed) > limit:
        text = "Job has exceeded the specified maximal number of failed indexes"
        return fail("MaxFailedIndexesExceeded", text)
    completions = job["spec"].get("completions")
    if failed and completions is not None and len(failed) + len(tally.completed) >= completions:
        return fail("FailedIndexes", "Job has failed indexes")
    return None


def _is_over_backoff_limit(job: Object, tally: Tally, active: Sequence[Object]) -> bool:
    given = job["spec"].get("backoffLimit")
    limit = 6 if given is None else int(given)
    if tally.failed > limit:
        return True
    template = job["spec"]["template"].get("spec") or {}
    if template.get("restartPolicy") != "OnFailure":
        return False
    restarts = sum(podinfo.restarts(pod) for pod in active)
    return restarts > 0 if limit == 0 else restarts >= limit


def _success(job: Object, tally: Tally, active: Sequence[Object]) -> Ending | None:
    rule = policy.met_rule(job, tally.completed) if one.is_indexed(job) else None
    if rule is not None:
        return Ending("SuccessCriteriaMet", "SuccessPolicy", f"Matched rules at index {rule}")
    completions, succeeded = job["spec"].get("completions"), tally.succeeded
    enough = succeeded > 0 if completions is None else succeeded >= completions
    if not enough or active:
        return None
    text = "Reached expected number of succeeded pods"
    return Ending("SuccessCriteriaMet", "CompletionsReached", text)
