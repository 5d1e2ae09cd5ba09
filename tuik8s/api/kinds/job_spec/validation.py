"""Validation of job specs.

Source: k8s.io/kubernetes pkg/apis/batch/validation (1.36), validateJobSpec.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import invalid, not_supported, required, too_long
from tuik8s.api.kinds.job_spec import policies
from tuik8s.api.kinds.pod_spec import template
from tuik8s.api.kinds.validation.text import domain_prefixed_path
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.types import Object

_COUNTS: Final = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)
_MODES: Final = ("NonIndexed", "Indexed")
_REPLACEMENTS: Final = ("Failed", "TerminatingOrFailed")
_MANAGED_BY_MAX: Final = 63
_LIMIT: Final = 100_000
_HIGH_LIMIT: Final = 10_000


def validate(errors: Errors, path: str, spec: Object) -> None:
    for field in _COUNTS:
        nonnegative(errors, f"{path}.{field}", spec.get(field))
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        detail = "when maxFailedIndexes is specified"
        errors.append(required(f"{path}.backoffLimitPerIndex", detail))
    manager = spec.get("managedBy")
    if manager is not None:
        domain_prefixed_path(errors, f"{path}.managedBy", manager)
        if len(manager) > _MANAGED_BY_MAX:
            errors.append(too_long(f"{path}.managedBy", _MANAGED_BY_MAX))
    _completion_mode(errors, path, spec)
    if spec.get("podFailurePolicy") is not None:
        policies.failure(errors, f"{path}.podFailurePolicy", spec)
    if spec.get("successPolicy") is not None:
        if spec.get("completionMode") == "Indexed":
            policies.success(errors, f"{path}.successPolicy", spec)
        else:
            detail = "requires indexed completion mode"
            errors.append(invalid(f"{path}.successPolicy", spec["successPolicy"], detail))
    _replacement(errors, f"{path}.podReplacementPolicy", spec)
    template.validate(errors, f"{path}.template", spec.get("template") or {})
    _restart_policy(errors, f"{path}.template.spec.restartPolicy", spec)


def _completion_mode(errors: Errors, path: str, spec: Object) -> None:
    mode = spec.get("completionMode")
    if mode is not None and mode not in _MODES:
        errors.append(not_supported(f"{path}.completionMode", mode, _MODES))
    if mode == "Indexed":
        _indexed(errors, path, spec)
    elif mode in (None, "NonIndexed"):
        for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(field) is not None:
                detail = "requires indexed completion mode"
                errors.append(invalid(f"{path}.{field}", spec[field], detail))


def _indexed(errors: Errors, path: str, spec: Object) -> None:
    completions, parallelism = spec.get("completions"), spec.get("parallelism")
    failed, at = spec.get("maxFailedIndexes"), f"{path}.maxFailedIndexes"
    if completions is None:
        detail = "when completion mode is Indexed"
        errors.append(required(f"{path}.completions", detail))
    if parallelism is not None and parallelism > _LIMIT:
        detail = f"must be less than or equal to {_LIMIT} when completion mode is Indexed"
        errors.append(invalid(f"{path}.parallelism", parallelism, detail))
    if completions is not None and failed is not None and failed > completions:
        errors.append(invalid(at, failed, "must be less than or equal to completions"))
    if failed is not None and failed > _LIMIT:
        errors.append(invalid(at, failed, f"must be less than or equal to {_LIMIT}"))
    if (completions or 0) <= _LIMIT or spec.get("backoffLimitPerIndex") is None:
        return
    if failed is None:
        detail = f"must be specified when completions is above {_LIMIT}"
        errors.append(required(at, detail))
    detail = (
        f"must be less than or equal to {_HIGH_LIMIT} when completions are above {_LIMIT} and "
        "used with backoff limit per index"
    )
    for field, value in (("parallelism", parallelism), ("maxFailedIndexes", failed)):
        if value is not None and value > _HIGH_LIMIT:
            errors.append(invalid(f"{path}.{field}", value, detail))


def _replacement(errors: Errors, path: str, spec: Object) -> None:
    policy = spec.get("podReplacementPolicy")
    supported = _REPLACEMENTS if spec.get("podFailurePolicy") is None else _REPLACEMENTS[:1]
    if policy is not None and policy not in supported:
        errors.append(not_supported(path, policy, supported))


def _restart_policy(errors: Errors, path: str, spec: Object) -> None:
    policy = ((spec.get("template") or {}).get("spec") or {}).get("restartPolicy", "")
    if policy in ("Always", ""):
        errors.append(required(path, 'valid values: "OnFailure", "Never"'))
    elif policy not in ("OnFailure", "Never"):
        errors.append(not_supported(path, policy, ("OnFailure", "Never")))
    elif spec.get("podFailurePolicy") is not None and policy != "Never":
        detail = 'only "Never" is supported when podFailurePolicy is specified'
        errors.append(invalid(path, policy, detail))
