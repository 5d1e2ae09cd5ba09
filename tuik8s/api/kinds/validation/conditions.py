"""metav1.Condition lists, for the kinds that check them.

Source: k8s.io/apimachinery pkg/apis/meta/v1/validation (1.36), ValidateConditions.
"""

from __future__ import annotations

import re
from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import duplicate, invalid, not_supported, required, too_long
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

STATUSES: Final = ("False", "True", "Unknown")
_REASON_LIMIT: Final = 1024
_MESSAGE_LIMIT: Final = 32 * 1024
_REASON = re.compile(r"[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?")
_REASON_TEXT: Final = (
    "a condition reason must start with alphabetic character, optionally followed by a string of "
    "alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' "
    "(e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', "
    "regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')"
)


def validate(errors: Errors, path: str, conditions: list[Object] | None) -> None:
    seen: set[str] = set()
    for i, condition in enumerate(conditions or ()):
        kind = condition.get("type", "")
        if kind in seen:
            errors.append(duplicate(f"{path}[{i}].type", kind))
        seen.add(kind)
        _condition(errors, f"{path}[{i}]", condition)


def _condition(errors: Errors, path: str, condition: Object) -> None:
    check(errors, f"{path}.type", condition.get("type", ""), names.qualified_name)
    status = condition.get("status", "")
    if status not in STATUSES:
        errors.append(not_supported(f"{path}.status", status, STATUSES))
    generation = condition.get("observedGeneration", 0)
    if generation < 0:
        detail = "must be greater than or equal to zero"
        errors.append(invalid(f"{path}.observedGeneration", generation, detail))
    if not condition.get("lastTransitionTime"):
        errors.append(required(f"{path}.lastTransitionTime", "must be set"))
    reason = condition.get("reason", "")
    if not reason:
        errors.append(required(f"{path}.reason", "must be set"))
    else:
        if not _REASON.fullmatch(reason):
            errors.append(invalid(f"{path}.reason", reason, _REASON_TEXT))
        if len(reason) > _REASON_LIMIT:
            errors.append(too_long(f"{path}.reason", _REASON_LIMIT))
    if len(condition.get("message", "")) > _MESSAGE_LIMIT:
        errors.append(too_long(f"{path}.message", _MESSAGE_LIMIT))
