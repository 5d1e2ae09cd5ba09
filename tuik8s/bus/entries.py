"""Versions of objects as a clone keeps them: bytes, decoded when somebody looks."""

from __future__ import annotations

from typing import Final

import msgspec

from tuik8s.api.types import Object

DECODED_MAX: Final = 256
"""Decoded objects that one clone keeps; an object is about six times its bytes."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder().decode
_decode_parts: Final = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode


class Shelf:
    """How one clone decodes, and its most recently decoded entries.

    lean: leave out `managedFields`, half of many objects, for those who never look at them; an
    update without them keeps the stored ones (client-go's TransformStripManagedFields).
    decoded_max: how many are kept decoded.
    """

    __slots__ = ("decoded_max", "lean", "recent")

    def __init__(self, lean: bool, decoded_max: int = DECODED_MAX) -> None:
        self.lean = lean
        self.decoded_max = decoded_max
        self.recent: dict[Entry, None] = {}

    def keep(self, entry: Entry) -> None:
        recent = self.recent
        if len(recent) >= self.decoded_max:
            next(iter(recent)).forget()
        recent[entry] = None


def without_managed_fields(data: bytes) -> bytes:
    """An object's msgpack bytes without its `managedFields`; nothing of it is decoded."""
    parts = _decode_parts(data)
    fields = _decode_parts(parts["metadata"])
    if fields.pop("managedFields", None) is None:
        return data
    parts["metadata"] = msgspec.Raw(_encode(fields))
    return _encode(parts)


class Entry:
    """One version of one object."""

    __slots__ = ("_object", "_shelf", "data", "revision")

    def __init__(self, data: bytes, revision: int, shelf: Shelf) -> None:
        self.data = without_managed_fields(data) if shelf.lean else data
        self.revision = revision
        self._shelf = shelf
        self._object: Object | None = None

    @property
    def is_decoded(self) -> bool:
        return self._object is not None

    def forget(self) -> None:
        """Drop the decoded object; who looks again decodes it again."""
        self._object = None
        self._shelf.recent.pop(self, None)

    @property
    def object(self) -> Object:
        """The object, shared: never change it."""
        if self._object is None:
            self._shelf.keep(self)
            self._object = _decode(self.data)
        return self._object
