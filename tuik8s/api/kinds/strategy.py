"""Steps that registry strategies of many kinds share: what becomes of status and of defaults.

Source: k8s.io/kubernetes pkg/registry (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuik8s.api.types import Object


def drop_status(new: Object, now_ms: int) -> None:
    """A created object has no status yet (the field stays, as upstream shows it)."""
    new["status"] = {}


def fresh_status(**fields: Any) -> Callable[[Object, int], None]:
    """The same for kinds whose status starts with some fields."""

    def prepare(new: Object, now_ms: int) -> None:
        new["status"] = dict(fields)

    return prepare


def keep_field(new: Object, old: Object, field: str) -> None:
    """An update leaves the field alone: as it was, or absent if it was."""
    if field in old:
        new[field] = old[field]
    else:
        new.pop(field, None)


def first(owner: Object, field: str, value: Any) -> None:
    """A default for a field that is absent or null."""
    if owner.get(field) is None:
        owner[field] = value


def first_text(owner: Object, field: str, value: str) -> None:
    """A default for a text that is absent or empty."""
    if not owner.get(field):
        owner[field] = value


def drop_empty(owner: Object, field: str) -> None:
    """An empty list that upstream's storage does not tell from an absent one."""
    if owner.get(field) == []:
        del owner[field]


def spec_of(obj: Object) -> Object:
    """The spec, created if need be."""
    spec: Object | None = obj.get("spec")
    if spec is None:
        spec = obj["spec"] = {}
    return spec
