"""States of clusters at moments, and how two of them differ, object by object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from tuik8s.api.difference import Difference, differences
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.types import Object
from tuik8s.cli.kinds import CRDS, kind_named, kinds_with
from tuik8s.cli.log_directory import log_in, opened_log
from tuik8s.cli.moments import moment_in
from tuik8s.components.store import Moment
from tuik8s.components.supervisor.directory import directory_of

decode = msgspec.msgpack.Decoder().decode


class State(NamedTuple):
    """All objects of a log at a moment: store key -> msgpack bytes. log: its directory."""

    name: str
    log: Path
    moment: Moment
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


class Compared(NamedTuple):
    """Two states and what differs, in key order; left_out: objects that nobody asked for."""

    old: State
    new: State
    kinds: KindRegistry
    objects: Sequence[ChangedObject]
    left_out: int


def state_at(default: Path, text: str) -> State:
    """The state that `[CLUSTER]@WHEN` or `CLUSTER` means; default: the log of no CLUSTER.

    Raises Refusal.
    """
    cluster, _, when = text.rpartition("@") if "@" in text else (text, "", "")
    path = log_of(cluster) if cluster else default
    with opened_log(path) as store:
        moment = moment_in(store, when)
        page = store.range("", revision=moment.revision)
        name = cluster or (path.parent.name if path.name == "store" else str(path))
        return State(name, path, moment, {entry.key: entry.value for entry in page.entries})


def log_of(cluster: str) -> Path:
    """The log of a cluster by its name, or by the path of a directory."""
    if "/" in cluster or cluster.startswith((".", "~")):
        return log_in(cluster)
    return directory_of(cluster, "").log


def compare(
    old: State, new: State, namespace: str, word: str, *, skipped: Sequence[str], everything: bool
) -> Compared:
    """How two states differ. word: of the one kind; skipped: resource ids that do not count.

    Raises Refusal when there is no such kind in either.
    """
    definitions = {**_of_resource(old, CRDS), **_of_resource(new, CRDS)}
    kinds = kinds_with(map(decode, definitions.values()))
    wanted = ""
    if word:
        kind = kind_named(kinds, word)
        wanted = kind.storage or kind.resource
    found: list[ChangedObject] = []
    left_out = 0
    for key in _changed_keys(old, new):
        resource, where, _ = key.split("/", 2)
        if (wanted and resource != wanted) or (namespace and where != namespace):
            continue
        if resource in skipped:
            left_out += 1
            continue
        one = _changed(kinds, resource, key, old, new, everything=everything)
        if one.fields:
            found.append(one)
    return Compared(old, new, kinds, found, left_out)


def _changed_keys(old: State, new: State) -> Iterator[str]:
    before, after = old.values, new.values
    return (key for key in sorted({**before, **after}) if before.get(key) != after.get(key))


def _changed(
    kinds: KindRegistry, resource: str, key: str, old: State, new: State, *, everything: bool
) -> ChangedObject:
    kind = kinds.by_resource(resource)
    before, after = (
        None if value is None else decode(value)
        for value in (old.values.get(key), new.values.get(key))
    )
    schema = kind.schema if kind is not None else None
    return ChangedObject(
        key, before, after, differences(before, after, schema, everything=everything)
    )


def _of_resource(state: State, resource: str) -> dict[str, bytes]:
    prefix = resource + "/"
    return {key: value for key, value in state.values.items() if key.startswith(prefix)}
