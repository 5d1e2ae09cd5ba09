"""States of clusters at moments, read from their logs, and how two of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from tuik8s.api.comparison import ChangedObject, Comparison, State
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.cli.kinds import CRDS, kind_named, kinds_with
from tuik8s.cli.log_directory import log_in, opened_log
from tuik8s.cli.moments import moment_in
from tuik8s.components.supervisor.directory import directory_of

decode = msgspec.msgpack.Decoder().decode


class Compared(NamedTuple):
    """Two states and what differs, in key order. left_out: objects that nobody asked for; note:
    what one must know of addresses."""

    old: State
    new: State
    kinds: KindRegistry
    objects: Sequence[ChangedObject]
    left_out: int
    note: str


def state_at(default: Path, text: str) -> tuple[State, Path]:
    """The state that `[CLUSTER]@WHEN` or `CLUSTER` means, and the log that it is in; default: the
    log of no CLUSTER.

    Raises Refusal.
    """
    cluster, _, when = text.rpartition("@") if "@" in text else (text, "", "")
    path = log_of(cluster) if cluster else default
    with opened_log(path) as store:
        moment = moment_in(store, when)
        page = store.range("", revision=moment.revision)
        name = cluster or (path.parent.name if path.name == "store" else str(path))
        values = {entry.key: entry.value for entry in page.entries}
        return State(name, moment.revision, moment.at_ms, values), path


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
    comparison = Comparison(old, new, kinds, everything=everything)
    for key in comparison.changed_keys():
        resource, where, _ = key.split("/", 2)
        if (wanted and resource != wanted) or (namespace and where != namespace):
            continue
        if resource in skipped:
            left_out += 1
            continue
        one = comparison.of(key)
        if one.fields:
            found.append(one)
    return Compared(old, new, kinds, found, left_out, comparison.note)


def _of_resource(state: State, resource: str) -> dict[str, bytes]:
    prefix = resource + "/"
    return {key: value for key, value in state.values.items() if key.startswith(prefix)}
