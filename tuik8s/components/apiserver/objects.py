"""Objects in the store: keys, bytes, revisions, and the JSON of each revision, made once.

Stored bytes begin with kind and apiVersion, so the JSON of an object without them, which list
items need, is a slice of the JSON with them.

    pods/default/web -> msgpack {kind, apiVersion, metadata{..., resourceVersion}, spec, status}
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec

from tuik8s.api.errors import bare_internal_error
from tuik8s.api.kinds.base import Kind
from tuik8s.api.schema.nulls import fill_nulls
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import encode_json, encode_msgpack
from tuik8s.components.apiserver.config import Limits
from tuik8s.components.apiserver.conversions.registry import conversion_of
from tuik8s.components.store.store import Store
from tuik8s.components.store.types import Change, Entry

_HEAD = ("kind", "apiVersion")
"""What stands first in every stored object."""

decode_msgpack = msgspec.msgpack.Decoder().decode


def storage_of(kind: Kind) -> str:
    """Resource id under which objects of a kind are stored."""
    return kind.storage or kind.resource


def is_native(kind: Kind) -> bool:
    """Whether stored objects are in the kind's own version for certain."""
    return not kind.storage and not kind.custom and conversion_of(kind) is None


def item_prefix(kind: Kind) -> bytes:
    """What the JSON of every object of a kind begins with."""
    return f'{{"kind":"{kind.kind}","apiVersion":"{kind.api_version}",'.encode()


class Encodings:
    """JSON by revision, bounded in bytes; the oldest go first."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._known: dict[int, bytes] = {}
        self.encoded_count = 0

    def get(self, revision: int) -> bytes | None:
        return self._known.get(revision)

    def add(self, revision: int, text: bytes) -> bytes:
        self.encoded_count += 1
        self._known[revision] = text
        self._bytes += len(text)
        while self._bytes > self._bytes_max:
            oldest = next(iter(self._known))
            self._bytes -= len(self._known.pop(oldest))
        return text

    def forget_after(self, revision: int) -> None:
        """Drop the JSON of every later revision."""
        for later in [known for known in self._known if known > revision]:
            self.forget(later)

    def forget(self, revision: int) -> None:
        text = self._known.pop(revision, None)
        if text is not None:
            self._bytes -= len(text)


class Objects:
    """Reads and writes objects of kinds; knows nothing of rules."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self.store = store
        self.encodings = Encodings(limits.encodings_bytes_max)
        self._bytes_max = limits.object_bytes_max

    def key(self, kind: Kind, namespace: str, name: str) -> str:
        return f"{kind.storage or kind.resource}/{namespace}/{name}"

    def entry(self, kind: Kind, namespace: str, name: str) -> Entry | None:
        return self.store.get(f"{kind.storage or kind.resource}/{namespace}/{name}")

    def read(self, kind: Kind, value: bytes) -> Object:
        """A fresh copy of a stored object, in the version of the kind."""
        obj: Object = decode_msgpack(value)
        if obj["apiVersion"] != kind.api_version:
            obj = convert(obj, kind)
        return obj

    def json(self, kind: Kind, value: bytes, revision: int) -> bytes:
        """The JSON of a stored object in the version of the kind."""
        known = self.encodings.get(revision)
        if known is None:
            obj = decode_msgpack(value)
            if obj["apiVersion"] != kind.api_version:
                return encoded(convert(obj, kind), kind)
            return self.encodings.add(revision, encoded(obj, kind))
        prefix = item_prefix(kind)
        if known.startswith(prefix):
            return known
        return encoded(self.read(kind, value), kind)

    def create(self, kind: Kind, obj: Object, author: str, cause: int, ttl_ms: int = 0) -> Entry:
        """Store a new object; sets its resourceVersion. Errors: Mismatch when the key is taken."""
        meta = obj["metadata"]
        key = self.key(kind, meta.get("namespace") or "", meta["name"])
        value = self._packed(kind, obj)
        return self._keep(
            kind,
            obj,
            self.store.put(key, value, expect=0, author=author, cause=cause, ttl_ms=ttl_ms),
        )

    def replace(self, kind: Kind, obj: Object, entry: Entry, author: str, cause: int) -> Entry:
        """Store an object over the one at entry. Errors: Mismatch when that was changed."""
        value = self._packed(kind, obj)
        self.encodings.forget(entry.revision)
        return self._keep(
            kind,
            obj,
            self.store.put(entry.key, value, expect=entry.revision, author=author, cause=cause),
        )

    def remove(self, entry: Entry, author: str, cause: int) -> Change:
        """Remove an object; watchers get what was stored, under the revision of the deletion."""
        value = last_state(entry, self.store.next_revision)
        self.encodings.forget(entry.revision)
        return self.store.delete(
            entry.key, value=value, expect=entry.revision, author=author, cause=cause
        )

    def _packed(self, kind: Kind, obj: Object) -> bytes:
        obj["metadata"]["resourceVersion"] = str(self.store.next_revision)
        stored = to_stored(obj, kind)
        if tuple(islice(stored, 2)) != _HEAD:
            stored = {**{name: stored[name] for name in _HEAD}, **stored}
        value = encode_msgpack(stored)
        if len(value) > self._bytes_max:
            raise bare_internal_error("etcdserver: request is too large")
        return value

    def _keep(self, kind: Kind, obj: Object, entry: Entry) -> Entry:
        assert obj["metadata"]["resourceVersion"] == str(entry.revision), entry.key
        return entry


def encoded(obj: Object, kind: Kind) -> bytes:
    """An object of a kind as JSON, with the nulls that Go writes; changes the object."""
    if not kind.custom:
        fill_nulls(obj, kind.schema)
    return encode_json(obj)


def convert(obj: Object, kind: Kind) -> Object:
    """A stored object in the version of a kind that shares its storage."""
    conversion = conversion_of(kind)
    if conversion is not None:
        obj = conversion.from_stored(obj)
    return {**obj, "kind": kind.kind, "apiVersion": kind.api_version}


def to_stored(obj: Object, kind: Kind) -> Object:
    """An object of a kind as it is stored."""
    conversion = conversion_of(kind)
    return obj if conversion is None else conversion.to_stored(obj)


def last_state(entry: Entry, revision: int) -> bytes:
    """What watchers are told of an object that expires."""
    obj = decode_msgpack(entry.value)
    return encode_msgpack(merged_metadata(obj, resourceVersion=str(revision)))


def merged_metadata(obj: Object, **fields: Any) -> Object:
    """A shallow copy of an object with some metadata replaced."""
    return {**obj, "metadata": {**obj["metadata"], **fields}}
