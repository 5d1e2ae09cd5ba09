"""HorizontalPodAutoscaler (autoscaling/v2, the stored form; v1 is converted at the door).

Source: k8s.io/kubernetes pkg/apis/autoscaling (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names, quantity
from tuik8s.api.errors import FieldError, forbidden, invalid, not_supported, required
from tuik8s.api.kinds import autoscaler_columns
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.strategy import first, fresh_status, spec_of
from tuik8s.api.kinds.validation.resources import nonnegative_quantity
from tuik8s.api.kinds.validation.text import required_name
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.types import Object

_MAX_WINDOW_SECONDS: Final = 3600
_MAX_PERIOD_SECONDS: Final = 1800
_SELECT_POLICIES: Final = ("Disabled", "Max", "Min")
_POLICY_TYPES: Final = ("Percent", "Pods")
_TARGET_TYPES: Final = ("Utilization", "Value", "AverageValue")
_FIELD_OF_TYPE: Final = {
    "Object": "object",
    "External": "external",
    "Pods": "pods",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}
_NO_LOAD: Final = "must set either a target value for metric or a per-pod target"
_NO_TARGET: Final = "must set either a target raw value or a target utilization"
_TWO_TARGETS: Final = "may not set both a target raw value and a target utilization"
_NO_SOURCE: Final = "must populate information for the given metric source"
_ZERO: Final = (
    "must specify at least one Object or External metric to support scaling to zero replicas"
)


def default(autoscaler: Object) -> None:
    spec = spec_of(autoscaler)
    first(spec, "scaleTargetRef", {})
    first(spec, "minReplicas", 1)
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": 80}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    behavior = spec.get("behavior")
    if behavior is None:
        return
    percent = {"type": "Percent", "value": 100, "periodSeconds": 15}
    pods = {"type": "Pods", "value": 4, "periodSeconds": 15}
    _fill_rules(behavior, "scaleUp", [pods, percent])
    _fill_rules(behavior, "scaleDown", [percent])
    first(behavior["scaleUp"], "stabilizationWindowSeconds", 0)


def _fill_rules(behavior: Object, direction: str, policies: list[Object]) -> None:
    first(behavior, direction, {})
    first(behavior[direction], "selectPolicy", "Max")
    first(behavior[direction], "policies", [dict(policy) for policy in policies])


def validate(autoscaler: Object) -> list[FieldError]:
    errors: Errors = []
    spec = autoscaler["spec"]
    low, high = spec.get("minReplicas"), spec.get("maxReplicas", 0)
    if low is not None and low < 1:
        errors.append(invalid("spec.minReplicas", low, "must be greater than or equal to 1"))
    if high < 1:
        errors.append(invalid("spec.maxReplicas", high, "must be greater than 0"))
    if low is not None and high < low:
        detail = "must be greater than or equal to `minReplicas`"
        errors.append(invalid("spec.maxReplicas", high, detail))
    _object_reference(errors, "spec.scaleTargetRef", spec.get("scaleTargetRef") or {})
    metrics = spec.get("metrics") or []
    for i, metric in enumerate(metrics):
        _metric(errors, f"spec.metrics[{i}]", metric)
    if low == 0 and not any(metric.get("type") in ("Object", "External") for metric in metrics):
        errors.append(forbidden("spec.metrics", _ZERO))
    for direction in ("scaleUp", "scaleDown"):
        rules = (spec.get("behavior") or {}).get(direction)
        if rules is not None:
            _scaling_rules(errors, f"spec.behavior.{direction}", rules)
    return errors


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    status = new.get("status") or {}
    for name in ("currentReplicas", "desiredReplicas"):
        nonnegative(errors, f"status.{name}", status.get(name))
    return errors


def _object_reference(errors: Errors, path: str, ref: Object) -> None:
    for name in ("kind", "name"):
        required_name(errors, f"{path}.{name}", ref.get(name), names.path_segment_name)


def _metric(errors: Errors, path: str, metric: Object) -> None:
    kind = metric.get("type", "")
    if not kind:
        errors.append(required(f"{path}.type", "must specify a metric source type"))
    if kind not in _FIELD_OF_TYPE:
        errors.append(not_supported(f"{path}.type", kind, sorted(_FIELD_OF_TYPE)))
    given = [name for name in _SOURCES if metric.get(name) is not None]
    if given:
        _SOURCES[given[0]](errors, f"{path}.{given[0]}", metric[given[0]])
    expected = _FIELD_OF_TYPE.get(kind, "")
    if expected not in given:
        errors.append(required(f"{path}.{expected}", _NO_SOURCE))
    if len(given) != 1:
        detail = "must populate the given metric source only"
        errors.extend(forbidden(f"{path}.{name}", detail) for name in given if name != expected)


def _identifier(errors: Errors, path: str, metric: Object) -> None:
    name = metric.get("name", "")
    if not name:
        errors.append(required(f"{path}.name", "must specify a metric name"))
    else:
        required_name(errors, f"{path}.name", name, names.path_segment_name)


def _target(errors: Errors, path: str, target: Object) -> None:
    kind = target.get("type", "")
    if not kind:
        errors.append(required(f"{path}.type", "must specify a metric target type"))
    if kind not in _TARGET_TYPES:
        detail = "must be either Utilization, Value, or AverageValue"
        errors.append(invalid(f"{path}.type", kind, detail))
    for name in ("value", "averageValue"):
        amount = target.get(name)
        if amount is not None and not _is_positive(amount):
            errors.append(invalid(f"{path}.{name}", amount, "must be positive"))
    percent = target.get("averageUtilization")
    if percent is not None and percent < 1:
        errors.append(invalid(f"{path}.averageUtilization", percent, "must be greater than 0"))


def _is_positive(amount: str) -> bool:
    return quantity.parse(amount) > quantity.parse("0")


def _named_target(errors: Errors, path: str, source: Object) -> Object:
    _identifier(errors, f"{path}.metric", source.get("metric") or {})
    target: Object = source.get("target") or {}
    _target(errors, f"{path}.target", target)
    return target


def _object(errors: Errors, path: str, source: Object) -> None:
    _object_reference(errors, f"{path}.describedObject", source.get("describedObject") or {})
    target = _named_target(errors, path, source)
    if target.get("value") is None and target.get("averageValue") is None:
        errors.append(required(f"{path}.target.averageValue", _NO_LOAD))


def _external(errors: Errors, path: str, source: Object) -> None:
    target = _named_target(errors, path, source)
    value, average = target.get("value"), target.get("averageValue")
    if value is None and average is None:
        errors.append(required(f"{path}.target.averageValue", _NO_LOAD))
    if value is not None and average is not None:
        detail = "may not set both a target value for metric and a per-pod target"
        errors.append(forbidden(f"{path}.target.value", detail))


def _pods(errors: Errors, path: str, source: Object) -> None:
    average = _named_target(errors, path, source).get("averageValue")
    if average is None or not _is_positive(average):
        detail = "must specify a positive target averageValue"
        errors.append(required(f"{path}.target.averageValue", detail))


def _resource(errors: Errors, path: str, source: Object) -> None:
    if not source.get("name"):
        errors.append(required(f"{path}.name", "must specify a resource name"))
    _resource_target(errors, f"{path}.target", source.get("target") or {})


def _container_resource(errors: Errors, path: str, source: Object) -> None:
    if not source.get("name"):
        errors.append(required(f"{path}.name", "must specify a resource name"))
    if not source.get("container"):
        errors.append(required(f"{path}.container", "must specify a container"))
    _resource_target(errors, f"{path}.target", source.get("target") or {})


def _resource_target(errors: Errors, path: str, target: Object) -> None:
    _target(errors, path, target)
    percent, average = target.get("averageUtilization"), target.get("averageValue")
    if percent is None and average is None:
        errors.append(required(f"{path}.averageUtilization", _NO_TARGET))
    if percent is not None and average is not None:
        errors.append(forbidden(f"{path}.averageValue", _TWO_TARGETS))


_SOURCES: Final = {
    "object": _object,
    "external": _external,
    "pods": _pods,
    "resource": _resource,
    "containerResource": _container_resource,
}


def _scaling_rules(errors: Errors, path: str, rules: Object) -> None:
    window = rules.get("stabilizationWindowSeconds")
    at = f"{path}.stabilizationWindowSeconds"
    if window is not None and window < 0:
        errors.append(invalid(at, window, "must be greater than or equal to zero"))
    if window is not None and window > _MAX_WINDOW_SECONDS:
        detail = f"must be less than or equal to {_MAX_WINDOW_SECONDS}"
        errors.append(invalid(at, window, detail))
    choice = rules.get("selectPolicy")
    if choice is not None and choice not in _SELECT_POLICIES:
        errors.append(not_supported(f"{path}.selectPolicy", choice, _SELECT_POLICIES))
    policies = rules.get("policies")
    if not policies:
        errors.append(required(f"{path}.policies", "must specify at least one Policy"))
    for i, policy in enumerate(policies or ()):
        _scaling_policy(errors, f"{path}.policies[{i}]", policy)
    if rules.get("tolerance") is not None:
        nonnegative_quantity(errors, f"{path}.tolerance", rules["tolerance"])


def _scaling_policy(errors: Errors, path: str, policy: Any) -> None:
    kind = policy.get("type", "")
    if kind not in _POLICY_TYPES:
        errors.append(not_supported(f"{path}.type", kind, _POLICY_TYPES))
    for name in ("value", "periodSeconds"):
        if policy.get(name, 0) <= 0:
            errors.append(
                invalid(f"{path}.{name}", policy.get(name, 0), "must be greater than zero")
            )
    if policy.get("periodSeconds", 0) > _MAX_PERIOD_SECONDS:
        detail = f"must be less than or equal to {_MAX_PERIOD_SECONDS}"
        errors.append(invalid(f"{path}.periodSeconds", policy["periodSeconds"], detail))


RULES = Rules(
    default=default,
    prepare_for_create=fresh_status(desiredReplicas=0),
    validate=validate,
    validate_status=validate_status,
    columns=autoscaler_columns.COLUMNS,
    generation_ignores=None,
)
