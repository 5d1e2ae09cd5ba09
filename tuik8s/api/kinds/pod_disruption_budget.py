"""PodDisruptionBudget.

Source: k8s.io/kubernetes pkg/apis/policy/validation, pkg/registry/policy (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, invalid, not_supported
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, number, text
from tuik8s.api.kinds.strategy import fresh_status, spec_of
from tuik8s.api.kinds.validation import conditions
from tuik8s.api.kinds.validation.go_values import Struct, go_value
from tuik8s.api.kinds.validation.labels import selector
from tuik8s.api.kinds.validation.values import (
    Errors,
    at_most_hundred_percent,
    int_or_percent,
    nonnegative,
)
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_POLICIES: Final = ("AlwaysAllow", "IfHealthyBudget")
_SPEC: Final = Struct(
    {
        "MinAvailable": ("minAvailable", None),
        "Selector": ("selector", None),
        "MaxUnavailable": ("maxUnavailable", None),
        "UnhealthyPodEvictionPolicy": ("unhealthyPodEvictionPolicy", None),
    }
)


def default(budget: Object) -> None:
    spec_of(budget)


def validate(budget: Object) -> list[FieldError]:
    errors: Errors = []
    spec = budget["spec"]
    low, high = spec.get("minAvailable"), spec.get("maxUnavailable")
    if low is not None and high is not None:
        detail = "minAvailable and maxUnavailable cannot be both set"
        errors.append(invalid("spec", go_value(spec, _SPEC), detail))
    for name, value in (("minAvailable", low), ("maxUnavailable", high)):
        if value is not None:
            int_or_percent(errors, f"spec.{name}", value)
            at_most_hundred_percent(errors, f"spec.{name}", value)
    selector(errors, "spec.selector", spec.get("selector"))
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in _POLICIES:
        errors.append(not_supported("spec.unhealthyPodEvictionPolicy", policy, _POLICIES))
    return errors


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    status = new.get("status") or {}
    conditions.validate(errors, "status.conditions", status.get("conditions"))
    for name in ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"):
        nonnegative(errors, f"status.{name}", status.get(name))
    return errors


def _shown(path: str) -> Any:
    def cell(budget: Object, now_ms: int) -> Any:
        value = get_path(budget, path)
        return "N/A" if value is None else str(value)

    return cell


RULES = Rules(
    default=default,
    prepare_for_create=fresh_status(
        disruptionsAllowed=0, currentHealthy=0, desiredHealthy=0, expectedPods=0
    ),
    validate=validate,
    validate_status=validate_status,
    columns=(
        NAME,
        text(
            "Min Available",
            _shown("spec.minAvailable"),
            "The minimum number of pods that must be available.",
        ),
        text(
            "Max Unavailable",
            _shown("spec.maxUnavailable"),
            "The maximum number of pods that may be unavailable.",
        ),
        number(
            "Allowed Disruptions",
            field("status.disruptionsAllowed", 0),
            "Calculated number of pods that may be disrupted at this time.",
        ),
        AGE,
    ),
    unconditional_update=False,
)
