"""ResourceQuota.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/resourcequota (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec.defaults import round_up
from tuik8s.api.kinds.printing import AGE, NAME, text
from tuik8s.api.kinds.strategy import drop_status, spec_of
from tuik8s.api.kinds.validation.go_values import Struct, go_value
from tuik8s.api.kinds.validation.resources import (
    is_standard_quota,
    quantity_value,
    quota_resource_name,
)
from tuik8s.api.kinds.validation.values import IMMUTABLE, Errors
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_POD_RESOURCES: Final = frozenset(
    {
        "pods",
        "cpu",
        "memory",
        "requests.cpu",
        "requests.memory",
        "limits.cpu",
        "limits.memory",
    }
)
_SCOPES: Final[dict[str, frozenset[str]]] = {
    "Terminating": _POD_RESOURCES,
    "NotTerminating": _POD_RESOURCES,
    "BestEffort": frozenset({"pods"}),
    "NotBestEffort": _POD_RESOURCES,
    "PriorityClass": _POD_RESOURCES,
    "CrossNamespacePodAffinity": _POD_RESOURCES,
    "VolumeAttributesClass": frozenset({"persistentvolumeclaims", "requests.storage"}),
}
_WITHOUT_VALUES: Final = frozenset(_SCOPES) - {"PriorityClass", "VolumeAttributesClass"}
_OPPOSITES: Final = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})
_MUST_EXIST: Final = (
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, "
    "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
    "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)
_SELECTOR: Final = Struct(
    {
        "MatchExpressions": (
            "matchExpressions",
            Struct(
                {
                    "ScopeName": ("scopeName", ""),
                    "Operator": ("operator", ""),
                    "Values": ("values", None),
                },
                many=True,
            ),
        )
    }
)


def default(quota: Object) -> None:
    round_up(spec_of(quota).get("hard"))
    for field in ("hard", "used"):
        round_up((quota.get("status") or {}).get(field))


def validate(quota: Object) -> list[FieldError]:
    errors: Errors = []
    spec = quota["spec"]
    hard = spec.get("hard") or {}
    _amounts(errors, "spec.hard", hard)
    if spec.get("scopes"):
        _scopes(errors, "spec.scopes", spec["scopes"], spec["scopes"], hard)
    if spec.get("scopeSelector") is not None:
        _selector(errors, "spec.scopeSelector.matchExpressions", spec["scopeSelector"], hard)
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    scopes = new["spec"].get("scopes") or []
    if set(scopes) != set(old["spec"].get("scopes") or ()):
        errors.append(invalid("spec.scopes", scopes or None, IMMUTABLE))
    return errors


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    for field in ("hard", "used"):
        _amounts(errors, f"status.{field}", (new.get("status") or {}).get(field) or {})
    return errors


def _amounts(errors: Errors, path: str, amounts: dict[str, str]) -> None:
    for name, amount in amounts.items():
        quota_resource_name(errors, f"{path}[{name}]", name)
        quantity_value(errors, f"{path}[{name}]", name, amount)


def _scopes(errors: Errors, path: str, scopes: list[str], shown: Any, hard: dict[str, str]) -> None:
    for scope in scopes:
        if scope not in _SCOPES:
            errors.append(invalid(path, shown, "unsupported scope"))
        _resources_of_scope(errors, path, scope, shown, hard)
    _opposites(errors, path, scopes, shown)


def _resources_of_scope(
    errors: Errors, path: str, scope: str, shown: Any, hard: dict[str, str]
) -> None:
    allowed = _SCOPES.get(scope)
    for name in sorted(hard):
        if allowed is not None and is_standard_quota(name) and name not in allowed:
            errors.append(invalid(path, shown, "unsupported scope applied to resource"))


def _opposites(errors: Errors, path: str, scopes: list[str], shown: Any) -> None:
    for pair in _OPPOSITES:
        if pair <= set(scopes):
            errors.append(invalid(path, shown, "conflicting scopes"))


def _selector(errors: Errors, path: str, selector: Object, hard: dict[str, str]) -> None:
    shown = go_value(selector, _SELECTOR)
    requirements = selector.get("matchExpressions") or []
    for requirement in requirements:
        scope, operator = requirement.get("scopeName", ""), requirement.get("operator", "")
        if scope not in _SCOPES:
            errors.append(invalid(f"{path}.scopeName", scope, "unsupported scope"))
        _resources_of_scope(errors, path, scope, shown, hard)
        if scope in _WITHOUT_VALUES and operator != "Exists":
            errors.append(invalid(f"{path}.operator", operator, _MUST_EXIST))
        _values(errors, path, operator, requirement.get("values"))
    _opposites(errors, path, [entry.get("scopeName", "") for entry in requirements], shown)


def _values(errors: Errors, path: str, operator: str, values: list[str] | None) -> None:
    if operator in ("In", "NotIn"):
        if not values:
            detail = (
                "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
            )
            errors.append(required(f"{path}.values", detail))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = (
                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
            )
            errors.append(invalid(f"{path}.values", values, detail))
    else:
        errors.append(invalid(f"{path}.operator", operator, "not a valid selector operator"))


def _used(quota: Object, limits: bool) -> str:
    hard = get_path(quota, "status.hard") or {}
    used = get_path(quota, "status.used") or {}
    return ", ".join(
        f"{name}: {used.get(name, '0')}/{hard[name]}"
        for name in sorted(hard)
        if name.startswith("limits.") is limits
    )


def _requested(quota: Object, now_ms: int) -> Any:
    return _used(quota, limits=False)


def _limited(quota: Object, now_ms: int) -> Any:
    return _used(quota, limits=True)


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    columns=(
        NAME,
        text(
            "Request",
            _requested,
            "Request represents a minimum amount of cpu/memory that a container may consume.",
        ),
        text(
            "Limit",
            _limited,
            "Limits control the maximum amount of cpu/memory that a container may use "
            "independent of contention on the node.",
        ),
        AGE,
    ),
    generation_ignores=None,
    delete_returns_object=True,
)
