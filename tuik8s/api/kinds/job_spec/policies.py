"""Failure and success policies of jobs.

Source: k8s.io/kubernetes pkg/apis/batch/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import (
    FieldError,
    duplicate,
    invalid,
    not_supported,
    required,
    too_long,
    too_many,
)
from tuik8s.api.kinds.job_spec import indexes
from tuik8s.api.kinds.validation.text import qualified_name
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.types import Object

_ACTIONS: Final = ("Count", "FailIndex", "FailJob", "Ignore")
_OPERATORS: Final = ("In", "NotIn")
_STATUSES: Final = ("False", "True", "Unknown")
_RULES_MAX: Final = 20
_VALUES_MAX: Final = 255
_INDEXES_MAX_BYTES: Final = 64 * 1024


def bare_invalid(path: str, detail: str) -> FieldError:
    """`Invalid value` without the value."""
    return FieldError(path, "FieldValueInvalid", f"Invalid value: {detail}")


def _one_of(errors: Errors, path: str, value: str, supported: tuple[str, ...]) -> None:
    if not value:
        listed = " ".join(f'"{each}"' for each in supported)
        errors.append(required(path, f"valid values: [{listed}]"))
    elif value not in supported:
        errors.append(not_supported(path, value, supported))


def failure(errors: Errors, path: str, spec: Object) -> None:
    rules = spec["podFailurePolicy"].get("rules") or []
    if len(rules) > _RULES_MAX:
        errors.append(too_many(f"{path}.rules", len(rules), _RULES_MAX))
    pod_spec = (spec.get("template") or {}).get("spec") or {}
    names = {
        container.get("name", "")
        for field in ("containers", "initContainers")
        for container in pod_spec.get(field) or ()
    }
    for i, rule in enumerate(rules):
        _rule(errors, f"{path}.rules[{i}]", rule, spec, names)


def _rule(errors: Errors, path: str, rule: Object, spec: Object, names: set[str]) -> None:
    action = rule.get("action", "")
    if action == "FailIndex":
        if spec.get("backoffLimitPerIndex") is None:
            detail = "requires the backoffLimitPerIndex to be set"
            errors.append(invalid(f"{path}.action", action, detail))
    else:
        _one_of(errors, f"{path}.action", action, _ACTIONS)
    codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions") or []
    if codes is not None:
        _exit_codes(errors, f"{path}.onExitCodes", codes, names)
    if len(conditions) > _RULES_MAX:
        errors.append(too_many(f"{path}.onPodConditions", len(conditions), _RULES_MAX))
    for i, pattern in enumerate(conditions):
        at = f"{path}.onPodConditions[{i}]"
        qualified_name(errors, f"{at}.type", pattern.get("type", ""))
        _one_of(errors, f"{at}.status", pattern.get("status", ""), _STATUSES)
    if codes is not None and conditions:
        detail = "specifying both OnExitCodes and OnPodConditions is not supported"
        errors.append(bare_invalid(path, detail))
    if codes is None and not conditions:
        detail = "specifying one of OnExitCodes and OnPodConditions is required"
        errors.append(bare_invalid(path, detail))


def _exit_codes(errors: Errors, path: str, codes: Object, names: set[str]) -> None:
    operator, values = codes.get("operator", ""), codes.get("values") or []
    _one_of(errors, f"{path}.operator", operator, _OPERATORS)
    name = codes.get("containerName")
    if name is not None and name not in names:
        detail = "must be one of the container or initContainer names in the pod template"
        errors.append(invalid(f"{path}.containerName", name, detail))
    at = f"{path}.values"
    if not values:
        errors.append(invalid(at, codes.get("values"), "at least one value is required"))
    elif len(values) > _VALUES_MAX:
        errors.append(too_many(at, len(values), _VALUES_MAX))
    for i, value in enumerate(values):
        if operator == "In" and value == 0:
            errors.append(invalid(f"{at}[{i}]", value, "must not be 0 for the In operator"))
        if value in values[:i]:
            errors.append(duplicate(f"{at}[{i}]", value))
    if values != sorted(values):
        errors.append(invalid(at, values, "must be ordered"))


def success(errors: Errors, path: str, spec: Object) -> None:
    rules = spec["successPolicy"].get("rules") or []
    if not rules:
        detail = "at least one rules must be specified when the successPolicy is specified"
        errors.append(required(f"{path}.rules", detail))
    if len(rules) > _RULES_MAX:
        errors.append(too_many(f"{path}.rules", len(rules), _RULES_MAX))
    for i, rule in enumerate(rules):
        _success_rule(errors, f"{path}.rules[{i}]", rule, spec.get("completions") or 0)


def _success_rule(errors: Errors, path: str, rule: Object, completions: int) -> None:
    count, listed = rule.get("succeededCount"), rule.get("succeededIndexes")
    if count is None and listed is None:
        detail = "at least one of succeededCount or succeededIndexes must be specified"
        errors.append(required(path, detail))
    total = 0
    if listed is not None:
        at = f"{path}.succeededIndexes"
        if len(listed) > _INDEXES_MAX_BYTES:
            errors.append(too_long(at, _INDEXES_MAX_BYTES))
        try:
            total = indexes.count(indexes.parse(listed, completions))
        except ValueError as error:
            errors.append(invalid(at, listed, f"error parsing succeededIndexes: {error}"))
    if count is None:
        return
    at, limit = f"{path}.succeededCount", "must be less than or equal to"
    nonnegative(errors, at, count)
    if count > completions:
        detail = f"{limit} {completions} (the number of specified completions)"
        errors.append(invalid(at, count, detail))
    if listed is not None and count > total:
        detail = f"{limit} {total} (the number of indexes in the specified succeededIndexes field)"
        errors.append(invalid(at, count, detail))
