"""Subresources and printer columns of a CustomResourceDefinition.

Source: k8s.io/apiextensions-apiserver pkg/apis/apiextensions/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import invalid, required
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_TYPES: Final = ("boolean", "date", "integer", "number", "string")
_FORMATS: Final = (
    "byte",
    "date",
    "date-time",
    "double",
    "float",
    "int32",
    "int64",
    "password",
)


def subresources(errors: Errors, path: str, value: Object | None) -> None:
    scale = (value or {}).get("scale")
    if scale is None:
        return
    for field, root in (("specReplicasPath", "spec"), ("statusReplicasPath", "status")):
        at, place = f"{path}.scale.{field}", scale.get(field, "")
        if not place:
            errors.append(required(at))
            continue
        before = len(errors)
        _simple_path(errors, at, place)
        if len(errors) == before and not place.startswith(f".{root}."):
            errors.append(invalid(at, place, f"should be a json path under .{root}"))
    place = scale.get("labelSelectorPath")
    if not place:
        return
    at, before = f"{path}.scale.labelSelectorPath", len(errors)
    _simple_path(errors, at, place)
    if len(errors) == before and not place.startswith((".spec.", ".status.")):
        detail = "should be a json path under either .spec or .status"
        errors.append(invalid(at, place, detail))


def column(errors: Errors, path: str, value: Object) -> None:
    if not value.get("name"):
        errors.append(required(f"{path}.name"))
    kind = value.get("type", "")
    detail = f"must be one of {','.join(_TYPES)}"
    if not kind:
        errors.append(required(f"{path}.type", detail))
    elif kind not in _TYPES:
        errors.append(invalid(f"{path}.type", kind, detail))
    form = value.get("format", "")
    if form and form not in _FORMATS:
        detail = f"must be one of {','.join(_FORMATS)}"
        errors.append(invalid(f"{path}.format", form, detail))
    place = value.get("jsonPath", "")
    if not place:
        errors.append(required(f"{path}.JSONPath"))
    else:
        _simple_path(errors, f"{path}.JSONPath", place)


def _simple_path(errors: Errors, path: str, value: str) -> None:
    if not value.startswith("."):
        errors.append(invalid(path, value, "must be a simple json path starting with ."))
