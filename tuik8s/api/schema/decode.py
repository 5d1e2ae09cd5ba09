"""Bodies to objects: read JSON, then walk the object along its schema.

    value, duplicates = decode_json(body)
    obj, problems = decode_object(value, kind.schema, kind, "Warn", duplicates)

`decode_object` works in place. `problems` are the texts of Warning headers ("Warn"), part of the
refusal ("Strict"), or empty ("Ignore"). A value that does not fit is an `ApiError` in upstream's
words if a kind is given, otherwise the bare `DecodeError` (patches wrap it in words of their own).

How repeated keys are found without a slow parser: the parsed value is written again, compactly,
and the number of keys in both texts is compared by counting `":`, which is a key's end wherever it
is not preceded by a backslash. Only where the counts differ (or blanks before a colon make them
differ) is the text parsed in Python.

Source: k8s.io/apimachinery pkg/runtime/serializer/json; apiserver's fieldValidation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from tuik8s.api.errors import ApiError, bad_request
from tuik8s.api.kinds.base import Kind
from tuik8s.api.schema.json_words import syntax_error
from tuik8s.api.schema.node import Node
from tuik8s.api.schema.scalars import DecodeError
from tuik8s.api.schema.strict import merge_duplicates, strict_error, take_unknown
from tuik8s.api.schema.walk import walk_of
from tuik8s.api.types import Object

__all__ = ["DecodeError", "cannot_handle", "decode_json", "decode_object", "validation_of"]

IGNORE: Final = "Ignore"
WARN: Final = "Warn"
STRICT: Final = "Strict"

_DECODER: Final = msgspec.json.Decoder()
_ENCODER: Final = msgspec.json.Encoder()


def decode_json(body: bytes) -> tuple[Any, list[str]]:
    """The value of a JSON text and its repeated keys; DecodeError with Go's syntax words."""
    try:
        value = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        words = syntax_error(body)
        if words:
            raise DecodeError(words) from None
        # Go reads text that is not UTF-8, and numbers without bounds.
        return merge_duplicates(body.decode("utf-8", "replace"))
    except RecursionError:
        raise DecodeError("exceeded max depth") from None
    if _keys_count(body) == _keys_count(_ENCODER.encode(value)):
        return value, []
    return merge_duplicates(body)


def _keys_count(text: bytes) -> int:
    return text.count(b'":') - text.count(b'\\":')


def decode_object(
    value: Any,
    node: Node,
    kind: Kind | None = None,
    strict: str = WARN,
    duplicates: Sequence[str] = (),
) -> tuple[Object, list[str]]:
    """Prune, check, normalise and default an object in place.

    Args: value - a JSON value. node - its schema. kind - names it in refusals; without one a
    refusal is a DecodeError. strict - Ignore, Warn or Strict. duplicates - as decode_json found.
    Returns: the object, and the problems to warn of.
    Errors: ApiError 400, or DecodeError.
    """
    try:
        found: list[tuple[dict[str, Any], str]] = []
        obj = walk_of(node)(value, found)
        problems = take_unknown(obj, node) if found else []
        if strict == IGNORE:
            return obj, []
        problems = [*duplicates, *problems]
        if problems and strict == STRICT:
            raise DecodeError(strict_error(problems))
        return obj, problems
    except DecodeError as error:
        if kind is None:
            raise
        raise cannot_handle(kind, error.text) from None


def cannot_handle(kind: Kind, text: str) -> ApiError:
    """400: an object that does not decode as the kind that was asked for."""
    return bad_request(
        f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: {text}'
    )


def validation_of(values: Sequence[str]) -> str:
    """The directive of a request's fieldValidation parameter (absent or empty: Warn)."""
    return values[0] if values and values[0] else WARN
