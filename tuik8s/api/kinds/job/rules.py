"""Defaults, generated selector, validation and columns of jobs.

Source: k8s.io/kubernetes pkg/apis/batch, pkg/registry/batch/job/strategy.go (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import selectors
from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.job import status
from tuik8s.api.kinds.job_spec import defaults, validation
from tuik8s.api.kinds.printing import AGE, NAME, template_columns, text
from tuik8s.api.kinds.strategy import drop_status, spec_of
from tuik8s.api.kinds.validation.labels import is_convertible, selector
from tuik8s.api.kinds.validation.values import Errors, immutable, same
from tuik8s.api.kinds.workloads import workload_warnings
from tuik8s.api.meta import copy_value, is_condition_true
from tuik8s.api.names import dns1123_label
from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object

_UID: Final = ("batch.kubernetes.io/controller-uid", "controller-uid")
_NAME: Final = ("batch.kubernetes.io/job-name", "job-name")
_NO_MATCH: Final = "`selector` does not match template `labels`"
_SCHEDULING: Final = ("nodeSelector", "tolerations", "schedulingGates")


def default(job: Object) -> None:
    spec = spec_of(job)
    defaults.fill_job(spec)
    labels = spec["template"]["metadata"].get("labels")
    metadata = job.setdefault("metadata", {})
    if labels and not metadata.get("labels"):
        metadata["labels"] = dict(labels)


def prepare_for_create(job: Object, now_ms: int) -> None:
    drop_status(job, now_ms)
    spec = job["spec"]
    if not spec.get("manualSelector"):
        _generate_selector(job, spec)


def _generate_selector(job: Object, spec: Object) -> None:
    """Pods are found by the job's uid; its labels are the template's if it has none of its own."""
    metadata, own = job["metadata"], spec["template"]["metadata"]
    before = dict(own.get("labels") or {})
    is_shared = not metadata.get("labels") or metadata["labels"] == before
    labels = dict(before)
    generated = [(key, metadata.get("uid", "")) for key in _UID]
    generated += [(key, metadata.get("name", "")) for key in _NAME]
    for key, value in generated:
        labels.setdefault(key, value)
    own["labels"] = labels
    if is_shared:
        metadata["labels"] = dict(labels)
    if spec.get("selector") is None:
        spec["selector"] = {}
    chosen = spec["selector"]
    chosen["matchLabels"] = {**(chosen.get("matchLabels") or {})}
    chosen["matchLabels"].setdefault(_UID[0], metadata.get("uid", ""))


def validate(job: Object) -> list[FieldError]:
    errors: Errors = []
    spec, metadata = job["spec"], job["metadata"]
    if not spec.get("manualSelector") and spec.get("selector") is not None:
        _generated(errors, metadata, spec)
    _spec(errors, spec)
    completions = spec.get("completions") or 0
    if spec.get("completionMode") == "Indexed" and completions > 0:
        hostname = f"{metadata.get('name', '')}-{completions - 1}"
        if dns1123_label(hostname):
            detail = f"will not able to create pod with invalid DNS label: {hostname}"
            errors.append(invalid("metadata.name", metadata.get("name", ""), detail))
    return errors


def _generated(errors: Errors, metadata: Object, spec: Object) -> None:
    """A generated selector is what it would be if generated again."""
    if not metadata.get("uid"):
        errors.append(required("metadata.uid"))
    labels = spec["template"]["metadata"].get("labels") or {}
    uid, name = metadata.get("uid", ""), metadata.get("name", "")
    expected = {_UID[1]: uid, _NAME[1]: name, _UID[0]: uid, _NAME[0]: name}
    for key, value in expected.items():
        at = f"spec.template.metadata.labels[{key}]"
        if key not in labels:
            errors.append(required(at, f"must be '{value}'"))
        elif labels[key] != value:
            errors.append(invalid(at, labels, f"must be '{value}'"))
    chosen = spec["selector"]
    if is_convertible(chosen) and not selectors.selector_of(chosen).matches(expected):
        errors.append(invalid("spec.selector", chosen, "`selector` not auto-generated"))


def _spec(errors: Errors, spec: Object) -> None:
    validation.validate(errors, "spec", spec)
    chosen = spec.get("selector")
    if chosen is None:
        errors.append(required("spec.selector"))
    else:
        selector(errors, "spec.selector", chosen)
    labels = spec["template"]["metadata"].get("labels")
    if is_convertible(chosen) and not selectors.selector_of(chosen).matches(labels or {}):
        errors.append(invalid("spec.template.metadata.labels", labels, _NO_MATCH))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    spec, before = new["spec"], old["spec"]
    _spec(errors, spec)
    _completions(errors, spec, before)
    immutable(errors, "spec.selector", spec.get("selector"), before.get("selector"))
    _template(errors, spec, old)
    fields = ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy")
    for field in (*fields, "successPolicy"):
        immutable(errors, f"spec.{field}", spec.get(field), before.get(field))
    return errors


def _completions(errors: Errors, spec: Object, before: Object) -> None:
    after = spec.get("completions")
    if spec.get("completionMode") != "Indexed":
        immutable(errors, "spec.completions", after, before.get("completions"))
        return
    is_changed = after is not None and after != before.get("completions")
    if is_changed and after != spec.get("parallelism"):
        detail = "can only be modified in tandem with spec.parallelism"
        errors.append(invalid("spec.completions", after, detail))


def _template(errors: Errors, spec: Object, old: Object) -> None:
    """A suspended job that never started may still be told where to run."""
    own, before = spec["template"], copy_value(old["spec"]["template"])
    is_waiting = old["spec"].get("suspend") and not (old.get("status") or {}).get("startTime")
    if is_waiting:
        for field in _SCHEDULING:
            _copy(before["spec"], own["spec"], field)
        for field in ("labels", "annotations"):
            _copy(before["metadata"], own["metadata"], field)
        affinity = dict(before["spec"].get("affinity") or {})
        _copy(affinity, own["spec"].get("affinity") or {}, "nodeAffinity")
        before["spec"]["affinity"] = affinity
    if not same(own, before):
        errors.append(invalid("spec.template", own, "field is immutable"))


def _copy(owner: Object, source: Object, field: str) -> None:
    if field in source:
        owner[field] = source[field]
    else:
        owner.pop(field, None)


def _status(job: Object, now_ms: int) -> Any:
    if is_condition_true(job, "Complete"):
        return "Complete"
    if is_condition_true(job, "Failed"):
        return "Failed"
    if (job.get("metadata") or {}).get("deletionTimestamp"):
        return "Terminating"
    for kind, shown in (
        ("Suspended", "Suspended"),
        ("FailureTarget", "FailureTarget"),
        ("SuccessCriteriaMet", "SuccessCriteriaMet"),
    ):
        if is_condition_true(job, kind):
            return shown
    return "Running"


def _completed(job: Object, now_ms: int) -> Any:
    spec, succeeded = job.get("spec") or {}, (job.get("status") or {}).get("succeeded", 0)
    if spec.get("completions") is not None:
        return f"{succeeded}/{spec['completions']}"
    parallelism = spec.get("parallelism") or 0
    return f"{succeeded}/1 of {parallelism}" if parallelism > 1 else f"{succeeded}/1"


def _duration(job: Object, now_ms: int) -> Any:
    own = job.get("status") or {}
    if not own.get("startTime"):
        return ""
    end_ms = parse_time(own["completionTime"]) if own.get("completionTime") else now_ms
    return human_duration(end_ms - parse_time(own["startTime"]))


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    validate=validate,
    validate_update=validate_update,
    validate_status=status.validate,
    warnings=workload_warnings,
    columns=(
        NAME,
        text("Status", _status, "Status of the job."),
        text("Completions", _completed, "@status.succeeded"),
        text("Duration", _duration, "Time required to complete the job."),
        AGE,
        *template_columns(),
    ),
    selectable={
        "metadata.name": "metadata.name",
        "metadata.namespace": "metadata.namespace",
        "status.successful": "status.succeeded",
    },
    default_propagation="Orphan",
)
