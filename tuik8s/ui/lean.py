"""Objects as tables need them: without `managedFields`, half of many objects, which no row shows.

What a kind's objects may have is in its schema; so all other fields can be named, and the decoder
passes over this one. Objects of custom kinds may have anything, and are decoded whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import msgspec

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object

LEFT_OUT = "managedFields"

Decode = Callable[[bytes], Object]


def lean_decoder(kind: Kind) -> Decode:
    """msgpack bytes -> object of a kind, without what is left out."""
    fields = kind.schema.fields or {}
    meta = fields["metadata"].fields if "metadata" in fields else None
    if not meta:
        return msgspec.msgpack.Decoder().decode
    kept = {name: Any for name in meta if name != LEFT_OUT}
    # Made while it runs, from data: no type checker can follow.
    lean = TypedDict("lean", kept, total=False)  # type: ignore[misc]
    parts = {**dict.fromkeys(fields, Any), "metadata": lean}
    whole = TypedDict("whole", parts, total=False)  # type: ignore[misc]
    decoder: Any = msgspec.msgpack.Decoder(whole)
    decode: Decode = decoder.decode
    return decode
