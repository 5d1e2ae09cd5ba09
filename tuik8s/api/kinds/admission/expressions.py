"""Conditions and expressions of webhooks and policies: names and shape, not their CEL.

Source: k8s.io/kubernetes pkg/apis/admissionregistration/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import duplicate, required, too_many
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_MAX_CONDITIONS: Final = 64


def match_conditions(errors: Errors, path: str, conditions: list[Object] | None) -> None:
    conditions = conditions or []
    if len(conditions) > _MAX_CONDITIONS:
        errors.append(too_many(path, len(conditions), _MAX_CONDITIONS))
    seen: set[str] = set()
    for i, condition in enumerate(conditions):
        at, name = f"{path}[{i}]", condition.get("name", "")
        if not condition.get("expression", "").strip():
            errors.append(required(f"{at}.expression"))
        if not name:
            errors.append(required(f"{at}.name"))
            continue
        check(errors, f"{at}.name", name, names.qualified_name)
        if name in seen:
            errors.append(duplicate(f"{at}.name", name))
        seen.add(name)


def variables(errors: Errors, path: str, listed: list[Object] | None) -> None:
    seen: set[str] = set()
    for i, variable in enumerate(listed or ()):
        at, name = f"{path}[{i}]", variable.get("name", "")
        if not name:
            errors.append(required(f"{at}.name", "name is not specified"))
        else:
            check(errors, f"{at}.name", name, names.c_identifier)
            if name in seen:
                errors.append(duplicate(f"{at}.name", name))
            seen.add(name)
        if not variable.get("expression", "").strip():
            errors.append(required(f"{at}.expression", "expression is not specified"))
