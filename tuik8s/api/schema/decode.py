"""Bodies to objects: read JSON, then walk the object along its schema.

    value, duplicates = decode_json(body)
    obj, problems = decode_object(value, kind.schema, kind.kind)

`decode_object` works in place. `problems` are unknown fields and, with `duplicates`, become the
texts of Warning headers, or one refusal (`strict_error`), as the request's fieldValidation says.

How repeated keys are found without a slow parser: the parsed value is written again, compactly,
and the number of keys in both texts is compared by counting `":`, which is a key's end wherever it
is not preceded by a backslash. Only where the counts differ (or blanks before a colon make them
differ) is the text parsed in Python.

Source: k8s.io/apimachinery pkg/runtime/serializer/json; apiserver's fieldValidation.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tuik8s.api.schema.json_words import syntax_error
from tuik8s.api.schema.node import Node
from tuik8s.api.schema.scalars import DecodeError, mismatch
from tuik8s.api.schema.strict import merge_duplicates, strict_error, take_unknown
from tuik8s.api.schema.structural import StructuralRoot
from tuik8s.api.schema.walk import go_type_of, walk_of
from tuik8s.api.types import Object

__all__ = ["DecodeError", "decode_json", "decode_object", "strict_error"]

_TOO_DEEP: Final = "exceeded max depth"
_DECODER: Final = msgspec.json.Decoder()
_ENCODER: Final = msgspec.json.Encoder()


def decode_json(body: bytes) -> tuple[Any, list[str]]:
    """The value of a JSON text and its repeated keys; DecodeError with Go's syntax words."""
    try:
        return _decoded(body)
    except RecursionError:
        raise DecodeError(_TOO_DEEP) from None


def _decoded(body: bytes) -> tuple[Any, list[str]]:
    try:
        value = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        words = syntax_error(body)
        if words:
            raise DecodeError(words) from None
        # Go reads text that is not UTF-8, and numbers without bounds.
        return merge_duplicates(body.decode("utf-8", "replace"))
    if _keys_count(body) == _keys_count(_ENCODER.encode(value)):
        return value, []
    return merge_duplicates(body)


def _keys_count(text: bytes) -> int:
    return text.count(b'":') - text.count(b'\\":')


def decode_object(
    value: Any, node: Node, kind: str = "", strict: bool = True
) -> tuple[Object, list[str]]:
    """Prune, check, normalise and default an object in place.

    Args: value - a JSON value. node - its schema. kind - what it should be, for errors. strict -
    whether unknown fields are to be named, or dropped in silence.
    Returns: the object, and `unknown field "..."` problems in the order of the document.
    Errors: DecodeError with Go's words, without the prefix that names the kind.
    """
    if type(value) is not dict:
        raise mismatch(value, f"v1.{kind}" if kind else go_type_of(node))
    found: list[tuple[dict[str, Any], str]] = []
    try:
        obj = walk_of(node)(value, found)
        problems = take_unknown(obj, node) if found else []
        if isinstance(node, StructuralRoot):
            problems.sort()
    except RecursionError:
        raise DecodeError(_TOO_DEEP) from None
    return obj, problems if strict else []
