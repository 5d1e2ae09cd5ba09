"""Labels, annotations and label selectors in fields.

Source: k8s.io/apimachinery pkg/apis/meta/v1/validation and pkg/api/validation (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, forbidden, invalid, required
from tuik8s.api.kinds.validation.values import Errors

_ANNOTATIONS_LIMIT_BYTES: Final = 256 * 1024


def label_name(errors: Errors, path: str, value: str) -> None:
    for message in names.qualified_name(value):
        errors.append(invalid(path, value, message))


def label_value(errors: Errors, path: str, value: str) -> None:
    for message in names.label_value(value):
        errors.append(invalid(path, value, message))


def label_map(errors: Errors, path: str, labels: dict[str, str] | None) -> None:
    for key, value in (labels or {}).items():
        label_name(errors, path, key)
        label_value(errors, path, value)


def annotation_map(errors: Errors, path: str, annotations: dict[str, str] | None) -> None:
    if not annotations:
        return
    size = 0
    for key, value in annotations.items():
        for message in names.qualified_name(key.lower()):
            errors.append(invalid(path, key, message))
        size += len(key.encode()) + len(value.encode())
    if size > _ANNOTATIONS_LIMIT_BYTES:
        text = f"Too long: may not be more than {_ANNOTATIONS_LIMIT_BYTES} bytes"
        errors.append(FieldError(path, "FieldValueTooLong", text))


def selector(errors: Errors, path: str, value: dict[str, Any] | None) -> None:
    """A metav1.LabelSelector; None is fine."""
    if not value:
        return
    label_map(errors, f"{path}.matchLabels", value.get("matchLabels"))
    for i, requirement in enumerate(value.get("matchExpressions") or ()):
        _requirement(errors, f"{path}.matchExpressions[{i}]", requirement)


def _requirement(errors: Errors, path: str, requirement: dict[str, Any]) -> None:
    operator, values = requirement.get("operator", ""), requirement.get("values") or []
    if operator in ("In", "NotIn"):
        if not values:
            detail = "must be specified when `operator` is 'In' or 'NotIn'"
            errors.append(required(f"{path}.values", detail))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(forbidden(f"{path}.values", detail))
    else:
        errors.append(invalid(f"{path}.operator", operator, "not a valid selector operator"))
    label_name(errors, f"{path}.key", requirement.get("key", ""))
    for i, value in enumerate(values):
        label_value(errors, f"{path}.values[{i}]", value)


def is_convertible(value: dict[str, Any] | None) -> bool:
    """Whether a selector has a meaning at all (upstream: LabelSelectorAsSelector succeeds)."""
    problems: Errors = []
    selector(problems, "", value)
    return not problems
