"""metadata.managedFields: who set which field, kept up to date by every write.

One entry for each manager, operation, apiVersion and subresource. A write takes the fields that it
changed away from all entries and gives them to its own, with the time; a write that changes
nothing leaves entries and times alone. Upstream converts between API versions of an entry; here a
field has the same path in all versions of a kind.

Source: k8s.io/apimachinery pkg/util/managedfields/internal (fieldmanager.go, stripmeta.go,
skipnonapplied.go, capmanagers.go, managedfields.go, managedfieldsupdater.go, scalehandler.go).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tuik8s.api.meta import metadata_of
from tuik8s.api.patch import typed
from tuik8s.api.patch.fieldset import FieldSet, difference, ordered, union, without_below
from tuik8s.api.schema.node import Node
from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Object

UPDATE_ENTRIES_MAX: Final = 10
_ANCIENT: Final = "ancient-changes"
_UNTRACKED_METADATA: Final = (
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
)
_UNTRACKED: Final[FieldSet] = {
    "f:apiVersion": {},
    "f:kind": {},
    "f:metadata": {".": {}, **{f"f:{name}": {} for name in _UNTRACKED_METADATA}},
}


def ignored_by(subresource: str) -> FieldSet:
    """What a write to this subresource cannot set, unless the kind says otherwise."""
    if subresource == "":
        return {"f:status": {}}
    return {"f:spec": {}} if subresource == "status" else {}


def track_update(
    old: Object | None,
    new: Object,
    node: Node,
    manager: str,
    api_version: str,
    subresource: str,
    now_ms: int,
    *,
    ignored: FieldSet | None = None,
) -> None:
    """Set `new["metadata"]["managedFields"]` for a create (`old` None), update or patch.

    Upstream asks this of the decoded and defaulted object, before admission and the kind's own
    preparation: what these add (allocated addresses, tolerations, finalizers) belongs to nobody.

    subresource: "" for the object itself; for `scale` pass the parent objects: `.spec.replicas`
    then belongs to the manager under that subresource, without a time. ignored: fields that the
    endpoint cannot set (whole subtrees); the default leaves out `status`, or `spec` on /status.
    """
    entries = starting_entries(old, new, subresource)
    if not entries and old is not None:
        # Fields of an object that is not tracked stay so until the first apply.
        set_entries(new, [])
        return
    ignored = ignored_by(subresource) if ignored is None else ignored
    changed, removed = differences(old or {}, new, node, ignored)
    if changed or removed:
        own = new_entry(manager, "Update", api_version, subresource)
        entries = _handed_over(entries, own, changed, removed, now_ms)
    set_entries(new, entries)


def _handed_over(
    entries: list[Object], own: Object, changed: FieldSet, removed: FieldSet, now_ms: int
) -> list[Object]:
    """Take what changed or went away from all entries, and give what changed to the writer's."""
    touched = union(changed, removed)
    handed = []
    for entry in entries:
        # The writer gets back at once what it would lose.
        is_own = changed and is_same_entry(entry, own)
        kept = without_fields(entry, removed if is_own else touched)
        if kept:
            handed.append(kept)
    return add_fields(handed, own, changed, now_ms)


def starting_entries(old: Object | None, new: Object, subresource: str) -> list[Object]:
    """The entries that a write starts from: those it sends, or the live ones.

    `[{}]` clears them. What was sent counts only on the object itself and when it can be read, so
    that clients that know nothing of managedFields do not lose them.
    """
    live = list(metadata_of(old).get("managedFields") or ()) if old is not None else []
    sent = metadata_of(new).get("managedFields")
    if subresource or not sent:
        return live
    if sent == [{}]:
        return []
    readable = all(
        entry.get("operation") in ("Apply", "Update")
        and isinstance(entry.get("fieldsV1") or {}, dict)
        for entry in sent
    )
    return list(sent) if readable else live


def differences(
    old: Object, new: Object, node: Node, ignored: FieldSet
) -> tuple[FieldSet, FieldSet]:
    """The tracked fields that a write changed, and those that it removed."""
    changed, removed = typed.compare(_comparable(old), _comparable(new), node)
    return tracked(without_below(changed, ignored)), tracked(without_below(removed, ignored))


def _comparable(obj: Object) -> Object:
    """The object without what every write changes in metadata; `tracked` drops the rest."""
    metadata = dict(obj.get("metadata") or ())
    if not metadata:
        return obj
    metadata.pop("managedFields", None)
    metadata.pop("resourceVersion", None)
    return {**obj, "metadata": metadata}


def tracked(fields: FieldSet) -> FieldSet:
    """A set without the fields that nobody owns."""
    return difference(fields, _UNTRACKED)


def new_entry(manager: str, operation: str, api_version: str, subresource: str) -> Object:
    """An entry that owns nothing yet, with the members that tell it from others."""
    entry: Object = {"manager": manager, "operation": operation, "apiVersion": api_version}
    if subresource:
        entry["subresource"] = subresource
    return entry


def is_same_entry(left: Object, right: Object) -> bool:
    return (
        (left.get("manager") or "") == (right.get("manager") or "")
        and (left.get("operation") or "") == (right.get("operation") or "")
        and (left.get("apiVersion") or "") == (right.get("apiVersion") or "")
        and (left.get("subresource") or "") == (right.get("subresource") or "")
    )


def fields_of(entry: Object) -> FieldSet:
    return entry.get("fieldsV1") or {}


def without_fields(entry: Object, fields: FieldSet) -> Object | None:
    """The entry without some fields; the same one if it has none of them, None if all."""
    before = fields_of(entry)
    rest = difference(before, fields)
    if rest is before:
        return entry if before else None
    return {**entry, "fieldsV1": rest} if rest else None


def add_fields(entries: list[Object], own: Object, fields: FieldSet, now_ms: int) -> list[Object]:
    """Give fields to the writer's entry, making it if there is none."""
    if not fields:
        return entries
    others: list[Object] = []
    before: FieldSet = {}
    for entry in entries:
        if is_same_entry(entry, own):
            before = before or fields_of(entry)
        else:
            others.append(entry)
    time = None if own.get("subresource") == "scale" else format_time(now_ms)
    return _capped([*others, filled_entry(own, union(before, fields), time)])


def filled_entry(own: Object, fields: FieldSet, time: str | None) -> Object:
    """An entry as it is written, its members in upstream's order."""
    entry = {name: own[name] for name in ("manager", "operation", "apiVersion")}
    if time is not None:
        entry["time"] = time
    entry["fieldsType"] = "FieldsV1"
    entry["fieldsV1"] = ordered(fields)
    if own.get("subresource"):
        entry["subresource"] = own["subresource"]
    return entry


def _capped(entries: list[Object]) -> list[Object]:
    """At most ten entries of updates: the oldest of one version are put together."""
    updates = [entry for entry in entries if entry["operation"] == "Update"]
    excess = len(updates) - UPDATE_ENTRIES_MAX
    if excess <= 0:
        return entries
    updates.sort(key=_age)
    buckets: dict[str, list[Object]] = {}
    for entry in updates:
        bucket = buckets.setdefault(entry["apiVersion"], [])
        bucket.append(entry)
        if len(bucket) > 1:
            excess -= 1
        if not excess:
            break
    for version, members in buckets.items():
        if len(members) < 2:
            continue
        fields: FieldSet = {}
        for member in members:
            fields = union(fields, fields_of(member))
        own = new_entry(_ANCIENT, "Update", version, "")
        entries = [e for e in entries if not any(e is member for member in members)]
        entries.append(filled_entry(own, fields, members[-1].get("time")))
    return entries


def _age(entry: Object) -> tuple[int, str, str, str]:
    return _order(entry)[1:]


def _order(entry: Object) -> tuple[str, int, str, str, str]:
    time = entry.get("time")
    return (
        entry.get("operation") or "",
        parse_time(time) // 1000 if time else 0,
        entry.get("manager") or "",
        entry.get("apiVersion") or "",
        entry.get("subresource") or "",
    )


def set_entries(obj: Object, entries: list[Object]) -> None:
    """Write the entries in upstream's order; an object without any has no managedFields."""
    metadata = obj.setdefault("metadata", {})
    if not entries:
        metadata.pop("managedFields", None)
        return
    key: Callable[[Object], Any] = _order
    metadata["managedFields"] = sorted(entries, key=key) if len(entries) > 1 else entries
