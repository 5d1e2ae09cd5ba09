"""JSON merge patch (RFC 7386): null deletes, maps merge, everything else replaces.

Source: github.com/evanphx/json-patch v4 merge.go; decode errors as in k8s.io/apiserver
pkg/endpoints/handlers/patch.go.
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.errors import bad_request
from tuik8s.api.meta import copy_object, copy_value
from tuik8s.api.patch.json_patch import go_kind, same
from tuik8s.api.types import Object


def apply(doc: Object, patch: Any) -> Object:
    """A copy of `doc` with the patch merged in; ApiError when the patch is no map."""
    if patch is None:
        raise bad_request("Invalid JSON Patch")
    if not isinstance(patch, dict):
        raise bad_request(
            f"error decoding patch: json: cannot unmarshal {go_kind(patch)} "
            "into Go value of type map[string]interface {}"
        )
    result = copy_object(doc)
    _merge(result, patch)
    return result


def diff(old: Object, new: Object) -> Object:
    """The smallest merge patch that turns `old` into `new` (which must hold no nulls)."""
    patch: Object = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            if inner := diff(before, value):
                patch[key] = inner
        elif not same(before, value):
            patch[key] = copy_value(value)
    return patch


def _merge(doc: Object, patch: Object) -> None:
    for key, value in patch.items():
        before = doc.get(key)
        if value is None:
            doc.pop(key, None)
        elif isinstance(before, dict) and isinstance(value, dict):
            _merge(before, value)
        else:
            doc[key] = without_nulls(value)


def without_nulls(value: Any) -> Any:
    """A copy without map members that are null; null list items stay."""
    if isinstance(value, dict):
        return {key: without_nulls(v) for key, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value
