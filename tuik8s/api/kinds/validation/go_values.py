"""Values as Go shows an internal struct: its own field names, zero values included.

Error texts show such values where upstream's check has a struct without JSON names in its hands.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuik8s.api.types import Object


@dataclass(frozen=True, slots=True)
class Struct:
    """Go name -> (JSON name, zero value or Struct); `pointer` and `many` say how it is held."""

    fields: Mapping[str, tuple[str, Any]]
    pointer: bool = False
    many: bool = False


def go_value(value: Any, shape: Any) -> Any:
    """A JSON value in the form that a shape gives it (a shape that is no Struct is the zero)."""
    if not isinstance(shape, Struct):
        return shape if value is None or value == [] else value
    if shape.many:
        one = Struct(shape.fields)
        return [go_value(item, one) for item in value] if value else None
    if value is None:
        if shape.pointer:
            return None
        value = {}
    return {name: go_value(value.get(key), zero) for name, (key, zero) in shape.fields.items()}


def json_diff(old: Object, new: Object, sort_keys: bool = False) -> str:
    """A unified diff of two objects as indented JSON, without the file names."""
    lines = [
        json.dumps(value, indent=1, sort_keys=sort_keys, ensure_ascii=False).splitlines()
        for value in (old, new)
    ]
    diff = list(difflib.unified_diff(lines[0], lines[1], lineterm=""))[2:]
    return "".join(f"{line}\n" for line in diff)
