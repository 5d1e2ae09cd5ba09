"""Ratcheting: an update is not blamed for values that it leaves as they were.

Source: k8s.io/apiextensions-apiserver pkg/apiserver/validation/ratcheting.go (1.36).
"""

from __future__ import annotations

import re
from typing import Any, Final

from tuik8s.api.errors import FieldError
from tuik8s.api.numbers import parse_int
from tuik8s.api.schema.check import check
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object

_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def unforgiven(found: list[FieldError], new: Object, old: Object, node: Node) -> list[FieldError]:
    """The errors of new that are about something that old did not have just so."""
    if not found:
        return found
    before = {(error.field, error.text) for error in check(old, node)}
    return [
        error
        for error in found
        if (error.field, error.text) not in before or _differs(error, new, old)
    ]


def _differs(error: FieldError, new: Object, old: Object) -> bool:
    path = error.field
    if error.reason == "FieldValueRequired":  # found wrong with what the field is missing from
        path = path.rpartition(".")[0]
    if not path:
        return _bare(new) != _bare(old)
    return bool(_at(new, path) != _at(old, path))


def _bare(obj: Object) -> Object:
    return {key: value for key, value in obj.items() if key != "metadata"}


def _at(value: Any, path: str) -> Any:
    """The value at a path such as `spec.ports[0].name`, None where there is none."""
    for index, name in _STEP.findall(path):
        if index and isinstance(value, list):
            at = parse_int(index)
            value = value[at] if at is not None and at < len(value) else None
        elif name and isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value
