"""LimitRange.

Source: k8s.io/kubernetes pkg/apis/core/v1/defaults.go and pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Any, Final

from tuik8s.api import names, quantity
from tuik8s.api.errors import FieldError, duplicate, forbidden, invalid, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec.defaults import round_up
from tuik8s.api.kinds.printing import DEFAULT_COLUMNS
from tuik8s.api.kinds.strategy import drop_empty, spec_of
from tuik8s.api.kinds.validation.resources import (
    container_resource_name,
    is_overcommit_allowed,
    resource_name,
)
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_TYPES: Final = ("Container", "PersistentVolumeClaim", "Pod")
_ONE: Final = quantity.parse("1")
_NEITHER: Final = "either minimum or maximum storage value is required, but neither was provided"

Amounts = dict[str, str]


def default(limit_range: Object) -> None:
    spec = spec_of(limit_range)
    drop_empty(spec, "limits")
    for limit in spec.get("limits") or ():
        for field in ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio"):
            round_up(limit.get(field))
        if limit.get("type") != "Container":
            continue
        limits = {**(limit.get("max") or {}), **(limit.get("default") or {})}
        requests = {**(limit.get("min") or {}), **limits, **(limit.get("defaultRequest") or {})}
        if limits:
            limit["default"] = limits
        if requests:
            limit["defaultRequest"] = requests


def prepare_for_create(limit_range: Object, now_ms: int) -> None:
    """The one kind that gets a name when it has none."""
    metadata = limit_range["metadata"]
    if not metadata.get("name"):
        digest = hashlib.sha256(metadata.get("uid", "").encode()).hexdigest()
        metadata["name"] = "-".join(digest[at:to] for at, to in pairwise((0, 8, 12, 16, 20, 32)))


def validate(limit_range: Object) -> list[FieldError]:
    errors: Errors = []
    seen: set[str] = set()
    for i, limit in enumerate(limit_range["spec"].get("limits") or ()):
        path, kind = f"spec.limits[{i}]", limit.get("type", "")
        _type_name(errors, f"{path}.type", kind)
        if kind in seen:
            errors.append(duplicate(f"{path}.type", kind))
        seen.add(kind)
        _limit(errors, path, kind, limit)
    return errors


def _type_name(errors: Errors, path: str, kind: str) -> None:
    messages = names.qualified_name(kind)
    errors.extend(invalid(path, kind, message) for message in messages)
    if not messages and "/" not in kind and kind not in _TYPES:
        detail = "must be a standard limit type or fully qualified"
        errors.append(invalid(path, kind, detail))


def _limit(errors: Errors, path: str, kind: str, limit: Object) -> None:
    _names(errors, path, kind, limit, "max")
    _names(errors, path, kind, limit, "min")
    for field in ("default", "defaultRequest"):
        if kind != "Pod":
            _names(errors, path, kind, limit, field)
        elif limit.get(field):
            detail = "may not be specified when `type` is 'Pod'"
            errors.append(forbidden(f"{path}.{field}", detail))
    if kind == "PersistentVolumeClaim" and not any(
        "storage" in (limit.get(field) or {}) for field in ("min", "max")
    ):
        errors.append(required(f"{path}.limits", _NEITHER))
    _names(errors, path, kind, limit, "maxLimitRequestRatio")
    fields = ["max", "min", "maxLimitRequestRatio"]
    if kind != "Pod":
        fields += ["default", "defaultRequest"]
    maps: dict[str, Amounts] = {field: limit.get(field) or {} for field in fields}
    for name in sorted({name for amounts in maps.values() for name in amounts}):
        given = {field: amounts[name] for field, amounts in maps.items() if name in amounts}
        _order(errors, path, name, given)
        _ratio(errors, path, name, given)
        _no_overcommit(errors, path, name, given)


def _names(errors: Errors, path: str, kind: str, limit: Object, field: str) -> None:
    check = container_resource_name if kind in ("Pod", "Container") else resource_name
    for name in limit.get(field) or ():
        check(errors, f"{path}.{field}[{name}]", name)


# (smaller, larger, field and value shown, words); upstream's order.
_COMPARISONS: Final = (
    ("min", "max", "min", "min", "min value {} is greater than max value {}"),
    (
        "min",
        "defaultRequest",
        "defaultRequest",
        "defaultRequest",
        "min value {} is greater than default request value {}",
    ),
    (
        "defaultRequest",
        "max",
        "defaultRequest",
        "defaultRequest",
        "default request value {} is greater than max value {}",
    ),
    (
        "defaultRequest",
        "default",
        "defaultRequest",
        "defaultRequest",
        "default request value {} is greater than default limit value {}",
    ),
    ("min", "default", "default", "min", "min value {} is greater than default value {}"),
    ("default", "max", "default", "max", "default value {} is greater than max value {}"),
)


def _order(errors: Errors, path: str, name: str, given: Amounts) -> None:
    for smaller, larger, field, shown, words in _COMPARISONS:
        low, high = given.get(smaller), given.get(larger)
        if low is None or high is None or quantity.parse(low) <= quantity.parse(high):
            continue
        errors.append(invalid(f"{path}.{field}[{name}]", given[shown], words.format(low, high)))


def _ratio(errors: Errors, path: str, name: str, given: Amounts) -> None:
    ratio = given.get("maxLimitRequestRatio")
    if ratio is None:
        return
    at = f"{path}.maxLimitRequestRatio[{name}]"
    if quantity.parse(ratio) < _ONE:
        errors.append(invalid(at, ratio, f"ratio {ratio} is less than 1"))
    low, high = (_milli(given.get(field)) for field in ("min", "max"))
    if low and high is not None and _milli(ratio) / 1000 > high / low:
        detail = f"ratio {ratio} is greater than max/min = {high / low:f}"
        errors.append(invalid(at, ratio, detail))


def _milli(amount: str | None) -> Any:
    return None if amount is None else quantity.parse(amount).milli_value()


def _no_overcommit(errors: Errors, path: str, name: str, given: Amounts) -> None:
    limit, request = given.get("default"), given.get("defaultRequest")
    if limit is None or request is None or is_overcommit_allowed(name):
        return
    if quantity.parse(limit) != quantity.parse(request):
        detail = f"default value {limit} must equal to defaultRequest value {request} in {name}"
        errors.append(invalid(f"{path}.defaultRequest[{name}]", request, detail))


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    validate=validate,
    columns=DEFAULT_COLUMNS,
    generation_ignores=None,
    create_on_update=True,
)
