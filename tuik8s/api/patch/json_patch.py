"""JSON patch (RFC 6902) with the habits of upstream's library.

A failing operation is 422 with a bare message, whatever failed. Where the library is laxer than
the RFC, so are we: `replace` of a missing map member adds it, `copy` of one writes null, `test` of
one against null holds, index -1 counts from the end, and whatever stands before the first slash
of a pointer is dropped.

Source: github.com/evanphx/json-patch v4 as used by k8s.io/apiserver pkg/endpoints/handlers/patch.go
"""

from __future__ import annotations

import re
from typing import Any, Final, cast

from tuik8s.api.errors import ApiError, bad_request
from tuik8s.api.meta import copy_object, copy_value
from tuik8s.api.types import Object

OPERATIONS_MAX: Final = 10_000
_ABSENT: Final = object()


class _Failed(Exception):
    """An operation that cannot be done."""


def apply(doc: Object, ops: Any) -> Object:
    """A copy of `doc` with the operations done in order; ApiError when one cannot be."""
    check_operations(ops)
    result = copy_object(doc)
    try:
        for operation in ops:
            _perform(result, operation)
    except _Failed:
        message = "the server rejected our request due to an error in our request"
        raise ApiError(422, "Invalid", message, {}) from None
    return result


def check_operations(ops: Any) -> None:
    """Refuse a patch that is no list of operations, or too long a one."""
    go_type = "Go value of type []handlers.jsonPatchOp"
    if not isinstance(ops, list):
        raise _undecodable(ops, go_type)
    if len(ops) > OPERATIONS_MAX:
        message = (
            "Request entity too large: The allowed maximum operations in a JSON patch is "
            f"{OPERATIONS_MAX}, got {len(ops)}"
        )
        raise ApiError(413, "RequestEntityTooLarge", message, {})
    for operation in ops:
        if not isinstance(operation, dict):
            raise _undecodable(operation, "Go value of type handlers.jsonPatchOp")
        for name in ("op", "path", "from"):
            if not isinstance(operation.get(name, ""), str):
                where = f"Go struct field jsonPatchOp.{name} of type string"
                raise _undecodable(operation[name], where)


def go_kind(value: Any) -> str:
    """What Go's decoder calls a JSON value."""
    if isinstance(value, bool):
        return "bool"
    kinds = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return kinds.get(type(value), "null")


def _undecodable(value: Any, where: str) -> ApiError:
    return bad_request(
        f"error decoding patch: json: cannot unmarshal {go_kind(value)} into {where}"
    )


def _perform(doc: Object, operation: Object) -> None:
    kind = operation.get("op")
    if kind not in ("add", "remove", "replace", "move", "test", "copy"):
        raise _Failed
    if kind == "move":
        value = _take(doc, operation.get("from", ""))
        _add(doc, operation.get("path", ""), value)
        return
    parent, key = _find(doc, operation.get("path", ""))
    if kind == "add":
        _insert(parent, key, copy_value(operation.get("value")))
    elif kind == "remove":
        _remove(parent, key)
    elif kind == "replace":
        _get(parent, key)
        _set(parent, key, copy_value(operation.get("value")))
    elif kind == "test":
        found = _get(parent, key)
        if not same(None if found is _ABSENT else found, operation.get("value")):
            raise _Failed
    else:
        source, source_key = _find(doc, operation.get("from", ""))
        found = _get(source, source_key)
        _insert(parent, key, None if found is _ABSENT else copy_value(found))


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values, which tells 1 from true and from 1.0, unlike Python's."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(v, right[k]) for k, v in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def _find(doc: Object, pointer: str) -> tuple[Any, str]:
    """The container that holds the pointer's last segment, and that segment."""
    steps = [s.replace("~1", "/").replace("~0", "~") for s in pointer.split("/")]
    if len(steps) < 2:
        raise _Failed
    parent: Any = doc
    for step in steps[1:-1]:
        parent = _get(parent, step)
        if not isinstance(parent, dict | list):
            raise _Failed
    return parent, steps[-1]


def _index(key: str, limit: int) -> int:
    """A list index below `limit`; negative ones count back from it."""
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", key):
        raise _Failed
    index = int(key)
    if index >= limit or index < -limit:
        raise _Failed
    return index + limit if index < 0 else index


def _get(parent: Any, key: str) -> Any:
    """The member, `_ABSENT` for a missing map member; a missing list item fails."""
    if isinstance(parent, dict):
        return parent.get(key, _ABSENT)
    return parent[_index(key, len(parent))]


def _set(parent: Any, key: str, value: Any) -> None:
    if isinstance(parent, dict):
        parent[key] = value
    else:
        parent[_index(key, len(parent))] = value


def _insert(parent: Any, key: str, value: Any) -> None:
    if isinstance(parent, dict):
        parent[key] = value
    elif key == "-":
        parent.append(value)
    else:
        parent.insert(_index(key, len(parent) + 1), value)


def _remove(parent: Any, key: str) -> Any:
    if isinstance(parent, dict):
        if key not in parent:
            raise _Failed
        return parent.pop(key)
    return cast("list[Any]", parent).pop(_index(key, len(parent)))


def _take(doc: Object, pointer: str) -> Any:
    return _remove(*_find(doc, pointer))


def _add(doc: Object, pointer: str, value: Any) -> None:
    parent, key = _find(doc, pointer)
    _insert(parent, key, value)
