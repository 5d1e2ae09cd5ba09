"""Versions of objects as a clone keeps them: bytes, decoded when somebody looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from tuik8s.api.types import Object

DECODED_MAX: Final = 1_000
"""Decoded objects that one clone keeps; an object is about six times its bytes."""
FORGOTTEN_MAX: Final = 200
"""Replaced versions that may wait among the decoded ones before they are swept out."""

_decode: Final = msgspec.msgpack.Decoder().decode
_decode_parts: Final = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode


class Shelf:
    """How one clone decodes, and its most recently decoded entries.

    lean: leave out `managedFields`, half of many objects, for those who never look at them; an
    update without them keeps the stored ones (client-go's TransformStripManagedFields).
    """

    __slots__ = ("decode", "recent")

    def __init__(self, lean: bool) -> None:
        self.decode: Callable[[bytes], Object] = decode_lean if lean else _decode
        self.recent: deque[Entry] = deque()

    def keep(self, entry: Entry) -> None:
        if len(self.recent) >= DECODED_MAX:
            self.recent.popleft().forget()
        self.recent.append(entry)

    def sweep(self, room: int) -> None:
        """Let go of entries that were forgotten, when there are many beyond `room`."""
        recent = self.recent
        if len(recent) > room + FORGOTTEN_MAX:
            kept = [entry for entry in recent if entry.is_decoded]
            recent.clear()
            recent.extend(kept)


def decode_lean(data: bytes) -> Object:
    """An object without its `managedFields`, which are not even decoded."""
    obj: Object = {}
    for name, part in _decode_parts(data).items():
        if name == "metadata":
            fields = _decode_parts(part)
            fields.pop("managedFields", None)
            obj[name] = {key: _decode(value) for key, value in fields.items()}
        else:
            obj[name] = _decode(part)
    return obj


class Entry:
    """One version of one object."""

    __slots__ = ("_object", "_shelf", "data", "revision")

    def __init__(self, data: bytes, revision: int, shelf: Shelf) -> None:
        self.data = data
        self.revision = revision
        self._shelf = shelf
        self._object: Object | None = None

    @property
    def is_decoded(self) -> bool:
        return self._object is not None

    def forget(self) -> None:
        """Drop the decoded object; who looks again decodes it again."""
        self._object = None

    @property
    def object(self) -> Object:
        """The object, shared: never change it."""
        if self._object is None:
            self._object = self._shelf.decode(self.data)
            self._shelf.keep(self)
        return self._object
