"""Status of jobs: what may stand there together, and what may not be taken back.

Source: k8s.io/kubernetes pkg/apis/batch/validation (1.36), validateJobStatus.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError, duplicate, invalid, required
from tuik8s.api.kinds.job_spec import indexes
from tuik8s.api.kinds.job_spec.policies import bare_invalid
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.meta import is_condition_true
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object

_COUNTS: Final = ("active", "succeeded", "failed", "ready", "terminating")
_CONDITIONS: Final = "status.conditions"


def validate(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    status, spec = new.get("status") or {}, new["spec"]
    for field in _COUNTS:
        nonnegative(errors, f"status.{field}", status.get(field))
    _uncounted(errors, status)
    _conditions(errors, new, status, spec)
    _finished(errors, new, status)
    _index_lists(errors, status, spec)
    if status.get("ready", 0) > status.get("active", 0):
        detail = "cannot set more ready pods than active"
        errors.append(invalid("status.ready", status.get("ready", 0), detail))
    _changes(errors, new, old)
    return errors


def _uncounted(errors: Errors, status: Object) -> None:
    seen: set[str] = set()
    uncounted = status.get("uncountedTerminatedPods") or {}
    for field in ("succeeded", "failed"):
        for i, uid in enumerate(uncounted.get(field) or ()):
            at = f"status.uncountedTerminatedPods.{field}[{i}]"
            if not uid:
                errors.append(invalid(at, uid, "must not be empty"))
            elif uid in seen:
                errors.append(duplicate(at, uid))
            seen.add(uid)


def _conditions(errors: Errors, job: Object, status: Object, spec: Object) -> None:
    def is_true(kind: str) -> bool:
        return is_condition_true(job, kind)

    def clash(detail: str) -> None:
        errors.append(bare_invalid(_CONDITIONS, detail))

    complete, failed = is_true("Complete"), is_true("Failed")
    met, target = is_true("SuccessCriteriaMet"), is_true("FailureTarget")
    done, start = status.get("completionTime"), status.get("startTime")
    if complete and failed:
        clash("cannot set Complete=True and Failed=true conditions")
    if complete and target:
        clash("cannot set Complete=True and FailureTarget=true conditions")
    at = "status.completionTime"
    if done and not complete:
        detail = "cannot set completionTime when there is no Complete=True condition"
        errors.append(invalid(at, done, detail))
    if complete and not done:
        errors.append(required(at, "completionTime is required for Complete jobs"))
    if done and start and parse_time(done) < parse_time(start):
        errors.append(invalid(at, done, "completionTime cannot be set before startTime"))
    if failed and not target:
        clash("cannot set Failed=True condition without the FailureTarget=true condition")
    if complete and not met:
        clash("cannot set Complete=True condition without the SuccessCriteriaMet=true condition")
    if met and failed:
        clash("cannot set SuccessCriteriaMet=True and Failed=true conditions")
    if met and target:
        clash("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions")
    if spec.get("successPolicy") is not None and complete and not met:
        clash("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True")


def _finished(errors: Errors, job: Object, status: Object) -> None:
    if not (is_condition_true(job, "Complete") or is_condition_true(job, "Failed")):
        return
    if status.get("active", 0) > 0:
        detail = "active>0 is invalid for finished job"
        errors.append(invalid("status.active", status["active"], detail))
    if not status.get("startTime"):
        errors.append(required("status.startTime", "startTime is required for finished job"))
    uncounted = status.get("uncountedTerminatedPods") or {}
    if uncounted.get("succeeded") or uncounted.get("failed"):
        detail = "uncountedTerminatedPods needs to be empty for finished job"
        errors.append(invalid("status.uncountedTerminatedPods", uncounted, detail))
    if status.get("terminating", 0) > 0:
        detail = "terminating>0 is invalid for finished job"
        errors.append(invalid("status.terminating", status["terminating"], detail))


def _index_lists(errors: Errors, status: Object, spec: Object) -> None:
    completions = spec.get("completions")
    completed, failed = status.get("completedIndexes", ""), status.get("failedIndexes")
    parsed: dict[str, list[indexes.Interval]] = {}
    for field, text in (("completedIndexes", completed), ("failedIndexes", failed)):
        if completions is None or text is None:
            continue
        try:
            parsed[field] = indexes.parse(text, completions)
        except ValueError as error:
            errors.append(invalid(f"status.{field}", text, f"error parsing {field}: {error}"))
    if completed and spec.get("completionMode") != "Indexed":
        detail = "cannot set non-empty completedIndexes when non-indexed completion mode"
        errors.append(invalid("status.completedIndexes", completed, detail))
    if failed is not None and spec.get("backoffLimitPerIndex") is None:
        detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null"
        errors.append(invalid("status.failedIndexes", failed, detail))
    if len(parsed) == 2:
        shared = indexes.overlap(parsed["completedIndexes"], parsed["failedIndexes"])
        if shared is not None:
            detail = f"failedIndexes and completedIndexes overlap at index: {shared}"
            errors.append(invalid("status.failedIndexes", failed, detail))


def _changes(errors: Errors, new: Object, old: Object) -> None:
    status, before = new.get("status") or {}, old.get("status") or {}
    for kind in ("Failed", "Complete", "FailureTarget"):
        if is_condition_true(old, kind) and not is_condition_true(new, kind):
            detail = f"cannot disable the terminal {kind}=True condition"
            errors.append(bare_invalid(_CONDITIONS, detail))
    for field in ("failed", "succeeded"):
        if status.get(field, 0) < before.get(field, 0):
            detail = f"cannot decrease the {field} counter"
            errors.append(invalid(f"status.{field}", status.get(field, 0), detail))
    done, was_done = status.get("completionTime"), before.get("completionTime")
    if done and was_done and done != was_done:
        errors.append(invalid("status.completionTime", done, "completionTime cannot be mutated"))
    started = before.get("startTime")
    if started and started != status.get("startTime") and not new["spec"].get("suspend"):
        detail = "startTime cannot be removed for unsuspended job"
        errors.append(required("status.startTime", detail))
    was_met = is_condition_true(old, "SuccessCriteriaMet")
    is_met = is_condition_true(new, "SuccessCriteriaMet")
    if was_met and not is_met:
        detail = "cannot disable the SuccessCriteriaMet=True condition"
        errors.append(bare_invalid(_CONDITIONS, detail))
    if is_condition_true(old, "Complete") and not was_met and is_met:
        detail = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"
        errors.append(bare_invalid(_CONDITIONS, detail))
