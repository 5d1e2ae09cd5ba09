"""Event of events.k8s.io: the core group's events under other field names, more strictly checked.

Source: k8s.io/kubernetes pkg/apis/core/validation/events.go (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds import event
from tuik8s.api.kinds.base import Column, Rules
from tuik8s.api.kinds.validation.values import Errors, immutable
from tuik8s.api.types import Object

_OLD_NAMES: Final = {
    "regarding": "involvedObject",
    "note": "message",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
    "reportingController": "reportingComponent",
}
_TYPES: Final = ("Normal", "Warning")
_FIXED: Final = (
    "involvedObject",
    "reason",
    "message",
    "source",
    "firstTimestamp",
    "lastTimestamp",
    "count",
    "reason",  # twice, upstream too
    "type",
    "eventTime",
    "action",
    "related",
    "reportingComponent",
    "reportingInstance",
)
_MIN_COUNT: Final = 2
_SELECTABLE: Final = (
    *("regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid"),
    *("regarding.apiVersion", "regarding.resourceVersion", "regarding.fieldPath"),
    *("metadata.name", "metadata.namespace", "reason", "reportingController", "type"),
)


def _old_form(new: Object) -> Object:
    return {_OLD_NAMES.get(name, name): value for name, value in new.items()}


def validate(new: Object) -> list[FieldError]:
    errors: Errors = []
    old = _old_form(new)
    errors.extend(event.legacy_errors(old, "reportingController"))
    _series(errors, old.get("series"))
    if not old.get("eventTime"):
        errors.append(required("eventTime"))
    for name in ("firstTimestamp", "lastTimestamp"):
        if old.get(name):
            errors.append(invalid(name, "", "needs to be unset"))
    if old.get("count"):
        errors.append(invalid("count", "", "needs to be unset"))
    source = old.get("source") or {}
    if source.get("component") or source.get("host"):
        errors.append(invalid("source", "", "needs to be unset"))
    kind = old.get("type", "")
    if kind not in _TYPES:
        errors.append(invalid("type", "", f"has invalid value: {kind}"))
    return errors


def _series(errors: Errors, series: Object | None) -> None:
    if series is None:
        return
    if series.get("count", 0) < _MIN_COUNT:
        errors.append(invalid("series.count", "", "should be at least 2"))
    if not series.get("lastObservedTime"):
        errors.append(required("series.lastObservedTime"))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    after, before = _old_form(new), _old_form(old)
    for name in _FIXED:
        immutable(errors, name, after.get(name), before.get(name))
    _series(errors, after.get("series"))
    return errors


def _of_new_form(column: Column) -> Column:
    value: Callable[[Object, int], Any] = column.value
    return replace(column, value=lambda obj, now_ms: value(_old_form(obj), now_ms))


RULES = Rules(
    validate=validate,
    validate_update=validate_update,
    columns=tuple(map(_of_new_form, event.COLUMNS)),
    validate_name=event.RULES.validate_name,
    selectable={field: field for field in _SELECTABLE},
    generation_ignores=None,
    create_on_update=event.RULES.create_on_update,
)
