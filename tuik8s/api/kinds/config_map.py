"""ConfigMap.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/configmap (1.36).
"""

from __future__ import annotations

import base64
from typing import Any, Final

from tuik8s.api.errors import FieldError, forbidden, invalid, too_long
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, text
from tuik8s.api.kinds.validation.text import config_key
from tuik8s.api.kinds.validation.values import Errors, same
from tuik8s.api.types import Object

SIZE_MAX_BYTES: Final = 1024 * 1024


def default(config_map: Object) -> None:
    data = config_map.get("data") or {}
    for key, value in data.items():
        if value is None:
            data[key] = ""


def validate(config_map: Object) -> list[FieldError]:
    errors: Errors = []
    data, binary = config_map.get("data") or {}, config_map.get("binaryData") or {}
    size = 0
    for key, value in data.items():
        config_key(errors, f"data[{key}]", key)
        if key in binary:
            errors.append(invalid(f"data[{key}]", key, "duplicate of key present in binaryData"))
        size += len(value.encode())
    for key, value in binary.items():
        config_key(errors, f"binaryData[{key}]", key)
        size += len(base64.b64decode(value or ""))
    if size > SIZE_MAX_BYTES:
        errors.append(too_long("", SIZE_MAX_BYTES))
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    frozen(errors, new, old, "data", "binaryData")
    return errors + validate(new)


def frozen(errors: Errors, new: Object, old: Object, *fields: str) -> None:
    """What `immutable` forbids."""
    if not old.get("immutable"):
        return
    detail = "field is immutable when `immutable` is set"
    if not new.get("immutable"):
        errors.append(forbidden("immutable", detail))
    for field in fields:
        if not same(new.get(field), old.get(field)):
            errors.append(forbidden(field, detail))


def _count(config_map: Object, now_ms: int) -> Any:
    return len(config_map.get("data") or ()) + len(config_map.get("binaryData") or ())


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    columns=(NAME, text("Data", _count, "@data"), AGE),
    generation_ignores=None,
)
