"""Two states, a cluster at two moments or two futures of one past, compared object by object. Pure.

    comparison = Comparison(old, new, kinds)
    for key in comparison.changed_keys():
        one = comparison.of(key)     # has no fields when heartbeats alone differ

A state is what a log holds at a moment: store key -> msgpack bytes. Who reads it (a log on the
disk, an API server) does not matter.

A fork beside its parent has other addresses. That is no difference between two futures, so those
of the new state are taken as they would be in the range of the old one (see `address_move`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from tuik8s.api.address_move import AddressMove, range_of
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


class Comparison:
    """How two states differ. everything: bookkeeping and heartbeats count, too."""

    def __init__(
        self, old: State, new: State, kinds: KindRegistry, *, everything: bool = False
    ) -> None:
        self._kinds = kinds
        self._everything = everything
        self._before, self._after = old.values, new.values
        ranges = _range_of(old), _range_of(new)
        self._move: AddressMove | None = None
        if "" not in ranges and ranges[0] != ranges[1]:
            self._move = AddressMove.between(ranges[1], ranges[0])
            self._after = {self._move.key(key): value for key, value in new.values.items()}

    @property
    def note(self) -> str:
        """What one must know of addresses, "" if nothing."""
        if self._move is None:
            return ""
        return f"addresses of {self._move.old} are shown as in {self._move.new}"

    def changed_keys(self) -> Iterator[str]:
        """The keys whose objects are not the same bytes, in order."""
        before, after = self._before, self._after
        return (key for key in sorted({**before, **after}) if before.get(key) != after.get(key))

    def versions(self, key: str) -> tuple[bytes | None, bytes | None]:
        """The bytes of an object on both sides."""
        return self._before.get(key), self._after.get(key)

    def of(self, key: str) -> ChangedObject:
        """How one object differs."""
        resource = key.partition("/")[0]
        kind = self._kinds.by_resource(resource)
        old, new = (None if value is None else _decode(value) for value in self.versions(key))
        if new is not None and self._move is not None:
            new = self._move.moved(resource, new)
        schema = kind.schema if kind is not None else None
        found = differences(old, new, schema, everything=self._everything)
        return ChangedObject(key, old, new, found)


def _range_of(state: State) -> str:
    """The slice of addresses that a cluster lives in, "" when none can be told."""
    nodes = (_decode(value) for key, value in state.values.items() if key.startswith("nodes/"))
    return range_of(nodes)


def shown_key(kinds: KindRegistry, key: str) -> str:
    """A store key as one would type it: `deployment/web -n shop`."""
    resource, namespace, name = key.split("/", 2)
    kind = kinds.by_resource(resource)
    word = kind.singular if kind is not None and kind.singular else resource
    return f"{word}/{name}" + (f" -n {namespace}" if namespace else "")
