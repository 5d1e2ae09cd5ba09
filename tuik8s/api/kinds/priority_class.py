"""PriorityClass.

Source: k8s.io/kubernetes pkg/apis/scheduling (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, forbidden
from tuik8s.api.kinds.base import Column, Rules
from tuik8s.api.kinds.pod_spec.spec import preemption_policy
from tuik8s.api.kinds.printing import AGE, NAME, field, number, text
from tuik8s.api.kinds.strategy import first
from tuik8s.api.kinds.validation.values import Errors, immutable
from tuik8s.api.types import Object

_PREFIX: Final = "system-"
_MAX_USER_VALUE: Final = 1_000_000_000
_SYSTEM: Final = {
    "system-node-critical": 2_000_001_000,
    "system-cluster-critical": 2_000_000_000,
}


def default(priority_class: Object) -> None:
    first(priority_class, "preemptionPolicy", "PreemptLowerPriority")


def _not_system(name: str, value: int, is_global: bool) -> str:
    """Why a class is none of the system's own, or nothing."""
    known = _SYSTEM.get(name)
    if known is None:
        return f"{name} is not a known system priority class"
    if value != known:
        return f"value of {name} PriorityClass must be {known}"
    return f"globalDefault of {name} PriorityClass must be false" if is_global else ""


def validate(priority_class: Object) -> list[FieldError]:
    errors: Errors = []
    name, value = priority_class["metadata"].get("name", ""), priority_class.get("value", 0)
    if name.startswith(_PREFIX):
        why = _not_system(name, value, bool(priority_class.get("globalDefault")))
        if why:
            detail = (
                f"priority class names with '{_PREFIX}' prefix are reserved for system use only. "
                f"error: {why}"
            )
            errors.append(forbidden("metadata.name", detail))
    elif value > _MAX_USER_VALUE:
        detail = f"maximum allowed value of a user defined priority is {_MAX_USER_VALUE}"
        errors.append(forbidden("value", detail))
    policy = priority_class.get("preemptionPolicy")
    if policy is not None:
        preemption_policy(errors, "preemptionPolicy", policy)
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    if new.get("value", 0) != old.get("value", 0):
        errors.append(forbidden("value", "may not be changed in an update."))
    policies = [side.get("preemptionPolicy") for side in (new, old)]
    immutable(errors, "preemptionPolicy", *policies)
    return errors


def _is_global(priority_class: Object, now_ms: int) -> Any:
    return bool(priority_class.get("globalDefault"))


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    columns=(
        NAME,
        number("Value", field("value", 0), "@value"),
        Column("Global-Default", "boolean", _is_global, description="@globalDefault"),
        AGE,
        text("PreemptionPolicy", field("preemptionPolicy"), "@preemptionPolicy"),
    ),
    generation_ignores=("value", "globalDefault", "description", "preemptionPolicy"),
)
