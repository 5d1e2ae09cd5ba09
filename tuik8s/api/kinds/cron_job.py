"""CronJob.

Source: k8s.io/kubernetes pkg/apis/batch, pkg/registry/batch/cronjob (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, invalid, not_supported
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.job_spec import defaults, schedule, validation
from tuik8s.api.kinds.pod_spec import template
from tuik8s.api.kinds.printing import (
    AGE,
    NAME,
    NONE,
    UNSET,
    age_of,
    containers,
    count_of,
    field,
    number,
    selector_text,
    text,
)
from tuik8s.api.kinds.strategy import drop_status, first, first_text, spec_of
from tuik8s.api.kinds.validation.values import Errors, nonnegative, required_one_of
from tuik8s.api.kinds.workloads import hostname_warnings
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_NAME_MAX: Final = 52
_POLICIES: Final = ("Allow", "Forbid", "Replace")


def default(cron_job: Object) -> None:
    spec = spec_of(cron_job)
    first_text(spec, "concurrencyPolicy", "Allow")
    first(spec, "suspend", False)
    first(spec, "successfulJobsHistoryLimit", 3)
    first(spec, "failedJobsHistoryLimit", 1)
    if spec.get("jobTemplate") is None:
        spec["jobTemplate"] = {}
    own = spec["jobTemplate"]
    first(own, "metadata", {})
    defaults.fill(spec_of(own))
    defaults.fill_failure_policy(own["spec"].get("podFailurePolicy"))


def validate(cron_job: Object) -> list[FieldError]:
    errors: Errors = []
    _spec(errors, cron_job["spec"], None)
    name = cron_job["metadata"].get("name", "")
    if len(name) > _NAME_MAX:
        detail = f"must be no more than {_NAME_MAX} characters"
        errors.append(invalid("metadata.name", name, detail))
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    _spec(errors, new["spec"], old["spec"])
    return errors


def _spec(errors: Errors, spec: Object, old: Object | None) -> None:
    zone, before = spec.get("timeZone"), None if old is None else old.get("schedule", "")
    schedule.validate(errors, "spec.schedule", spec.get("schedule", ""), zone, before)
    nonnegative(errors, "spec.startingDeadlineSeconds", spec.get("startingDeadlineSeconds"))
    if old is None or old.get("timeZone") != zone:
        schedule.time_zone(errors, "spec.timeZone", zone)
    policy = spec.get("concurrencyPolicy")
    required_one_of(errors, "spec.concurrencyPolicy", policy, _POLICIES)
    _job_template(errors, "spec.jobTemplate.spec", spec["jobTemplate"]["spec"])
    for limit in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        nonnegative(errors, f"spec.{limit}", spec.get(limit))


def _job_template(errors: Errors, path: str, spec: Object) -> None:
    validation.validate(errors, path, spec)
    if spec.get("selector") is not None:
        detail = "`selector` will be auto-generated"
        errors.append(invalid(f"{path}.selector", spec["selector"], detail))
    if spec.get("manualSelector"):
        errors.append(not_supported(f"{path}.manualSelector", True, ("nil", "false")))


def warn(new: Object, old: Object | None) -> list[str]:
    found = hostname_warnings(new) if old is None else []
    if "TZ" in new["spec"].get("schedule", ""):
        found.append(
            "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
            if old is None
            else "spec.schedule: use of TZ or CRON_TZ in schedule is deprecated, use timeZone"
        )
    own = new["spec"]["jobTemplate"]["spec"].get("template")
    return found + template.warn(own, "spec.jobTemplate.spec.template.")


def _suspended(cron_job: Object, now_ms: int) -> Any:
    value = (cron_job.get("spec") or {}).get("suspend")
    return UNSET if value is None else str(value)


def _last(cron_job: Object, now_ms: int) -> Any:
    time = (cron_job.get("status") or {}).get("lastScheduleTime")
    return age_of(time, now_ms) if time else NONE


def _selector(cron_job: Object, now_ms: int) -> Any:
    return selector_text(get_path(cron_job, "spec.jobTemplate.spec.selector") or {})


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    validate=validate,
    validate_update=validate_update,
    warnings=warn,
    columns=(
        NAME,
        text("Schedule", field("spec.schedule"), "@spec.schedule"),
        text("Timezone", field("spec.timeZone", NONE), "@spec.timeZone"),
        text("Suspend", _suspended, "@spec.suspend"),
        number("Active", count_of("status.active"), "@status.active"),
        text("Last Schedule", _last, "@status.lastScheduleTime"),
        AGE,
        *containers("spec.jobTemplate.spec.template.spec"),
        text("Selector", _selector, "@spec.jobTemplate.spec.selector", 1),
    ),
)
