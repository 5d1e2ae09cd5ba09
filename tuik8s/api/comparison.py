"""Two states, a cluster at two moments or two futures of one past, compared object by object. Pure.

    for key in changed_keys(old, new):
        one = changed_object(key, old, new, kinds)     # its fields may differ in heartbeats alone

A state is what a log holds at a moment: store key -> msgpack bytes. Who reads it (a log on the
disk, an API server) does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from tuik8s.api.difference import Difference, differences
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.reasons import what_differs
from tuik8s.api.types import Key, Object

NOISE: Final = ("events", "leases.coordination.k8s.io")
"""What differs between any two moments, and is left out unless asked for."""

WORDS: Final = {"ADDED": "added", "DELETED": "gone", "MODIFIED": "changed"}
SIGNS: Final = {"ADDED": "+", "DELETED": "-", "MODIFIED": "~"}

_decode: Final = msgspec.msgpack.Decoder().decode


class State(NamedTuple):
    """All objects of a cluster at a moment. name: of the cluster."""

    name: str
    revision: int
    at_ms: int
    values: Mapping[str, bytes]


class ChangedObject(NamedTuple):
    """An object that differs. old or new is None where there is none."""

    key: str
    old: Object | None
    new: Object | None
    fields: Sequence[Difference]

    @property
    def type(self) -> str:
        """As an event would say: ADDED, MODIFIED or DELETED."""
        if self.old is None:
            return "ADDED"
        return "DELETED" if self.new is None else "MODIFIED"

    @property
    def resource(self) -> str:
        return self.key.partition("/")[0]

    @property
    def what(self) -> str:
        """The differences that matter most, in a line."""
        if self.old is None or self.new is None:
            return WORDS[self.type]
        return what_differs(Key(*self.key.split("/", 2)), self.new, self.fields)


def changed_keys(old: State, new: State) -> Iterator[str]:
    """The keys whose objects are not the same bytes, in order."""
    before, after = old.values, new.values
    return (key for key in sorted({**before, **after}) if before.get(key) != after.get(key))


def changed_object(
    key: str, old: State, new: State, kinds: KindRegistry, *, everything: bool = False
) -> ChangedObject:
    """How one object differs. everything: bookkeeping and heartbeats, too."""
    kind = kinds.by_resource(key.partition("/")[0])
    before, after = (
        None if value is None else _decode(value)
        for value in (old.values.get(key), new.values.get(key))
    )
    schema = kind.schema if kind is not None else None
    found = differences(before, after, schema, everything=everything)
    return ChangedObject(key, before, after, found)


def shown_key(kinds: KindRegistry, key: str) -> str:
    """A store key as one would type it: `deployment/web -n shop`."""
    resource, namespace, name = key.split("/", 2)
    kind = kinds.by_resource(resource)
    word = kind.singular if kind is not None and kind.singular else resource
    return f"{word}/{name}" + (f" -n {namespace}" if namespace else "")
