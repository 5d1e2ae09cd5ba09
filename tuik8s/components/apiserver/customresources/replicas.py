"""What the scale subresource of a definition asks of its objects: replicas that can be counted.

Source: k8s.io/apiextensions-apiserver pkg/registry/customresource/validator.go (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, invalid
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_MAX: Final = 2**31 - 1


def judge(obj: Object, scale: Object | None) -> list[FieldError]:
    """Errors about the replicas of an object; scale: of the definition, None when it has none."""
    if scale is None:
        return []
    found: list[FieldError] = []
    for name in ("specReplicasPath", "statusReplicasPath"):
        path = scale[name]
        value: Any = get_path(obj, path.lstrip("."))
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            found.append(invalid(path, value, "should be an integer"))
        elif value < 0:
            found.append(invalid(path, value, "should be a non-negative integer"))
        elif value > _MAX:
            found.append(invalid(path, value, f"should be less than or equal to {_MAX}"))
    return found
