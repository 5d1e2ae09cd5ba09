"""Server-side apply: a manager states the fields it wants; who else owns them is a conflict.

The configuration is laid over the live object. Fields that the manager applied last time and no
longer names go, unless somebody else owns them. Fields of others that change are conflicts; with
force they change hands. An apply that changes nothing keeps the time of its entry (and makes one
without a time).

`kubectl apply --server-side` after a plain `kubectl apply` must not conflict with itself: what
the annotation with the last applied configuration holds, and the live object still does, is
forced for the manager `kubectl`, and the annotation is kept up to date.

Source: sigs.k8s.io/structured-merge-diff merge/update.go; k8s.io/apimachinery
pkg/util/managedfields/internal (structuredmerge.go, lastappliedmanager.go, conflict.go).
"""

from __future__ import annotations

import json
from typing import Any, Final

from tuik8s.api.errors import ApiError, bad_request, bare_internal_error
from tuik8s.api.meta import annotations_of, copy_object, metadata_of
from tuik8s.api.names import quoted
from tuik8s.api.patch import managed, typed
from tuik8s.api.patch.fieldset import (
    FieldSet,
    difference,
    intersection,
    paths,
    union,
    without_below,
)
from tuik8s.api.patch.typed_check import check
from tuik8s.api.schema.node import Node
from tuik8s.api.times import format_time
from tuik8s.api.types import Object

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
BEFORE_FIRST_APPLY: Final = "before-first-apply"


def apply(
    live: Object | None,
    patch: Object,
    node: Node,
    manager: str,
    force: bool,
    api_version: str,
    subresource: str,
    now_ms: int,
    *,
    ignored: FieldSet | None = None,
    kind: str = "",
) -> Object:
    """The object that applying `patch` makes of `live` (None: create), managedFields included.

    kind: refuse a patch of another kind or version. ignored: as for `managed.track_update`. For
    `scale` pass the parent objects. ApiError: malformed, not of the schema, or in conflict.
    """
    _check_patch(patch, node, api_version, kind)
    ignored = managed.ignored_by(subresource) if ignored is None else ignored
    before = _without_managed_fields(live or {})
    own = managed.new_entry(manager, "Apply", api_version, subresource)
    entries = _starting_entries(live, before, node, api_version, now_ms, ignored)
    others = [entry for entry in entries if not managed.is_same_entry(entry, own)]
    previous = next((entry for entry in entries if managed.is_same_entry(entry, own)), None)

    named = without_below(typed.field_set(patch, node), ignored)
    fields = managed.tracked(named)
    after = _merged(before, patch, node, named, others, previous)
    changed, removed = managed.differences(before, after, node, ignored)
    conflicts = [(entry, found) for entry in others if (found := _common(entry, changed))]
    if conflicts and not force:
        _refuse(conflicts, _excused(manager, before, node))

    touched = union(changed, removed)
    kept = [entry for other in others if (entry := managed.without_fields(other, touched))]
    if fields:
        time = _time(previous, subresource, before == after, now_ms)
        kept.append(managed.filled_entry(own, fields, time))
    result = copy_object(after)
    managed.set_entries(result, kept)
    if manager == "kubectl" and LAST_APPLIED in annotations_of(result):
        result["metadata"]["annotations"][LAST_APPLIED] = _last_applied_text(patch)
    return result


def _check_patch(patch: Object, node: Node, api_version: str, kind: str) -> None:
    group, _, version = (patch.get("apiVersion") or "").rpartition("/")
    if kind and (patch.get("apiVersion"), patch.get("kind")) != (api_version, kind):
        found = patch.get("kind") or ""
        raise bad_request(f"invalid object type: {group}/{version}, Kind={found}")
    metadata = patch.get("metadata")
    if isinstance(metadata, dict) and metadata.get("managedFields") is not None:
        raise bad_request("metadata.managedFields must be nil")
    if error := check(patch, node):
        meta = metadata if isinstance(metadata, dict) else {}
        name = f"{meta.get('namespace') or ''}/{meta.get('name') or ''}"
        type_ = f"{group}/{version}, Kind={patch.get('kind') or ''}"
        text = f"failed to create typed patch object ({name}; {type_}): {error}"
        raise bare_internal_error(text)


def _without_managed_fields(obj: Object) -> Object:
    if "managedFields" not in metadata_of(obj):
        return obj
    metadata = {k: v for k, v in obj["metadata"].items() if k != "managedFields"}
    return {**obj, "metadata": metadata}


def _starting_entries(
    live: Object | None,
    before: Object,
    node: Node,
    api_version: str,
    now_ms: int,
    ignored: FieldSet,
) -> list[Object]:
    """The live entries; for an object without any, one that owns all that it holds."""
    entries = metadata_of(live).get("managedFields") if live is not None else None
    if entries or live is None:
        return list(entries or ())
    fields, _ = managed.differences({}, before, node, ignored)
    own = managed.new_entry(BEFORE_FIRST_APPLY, "Update", api_version, "")
    return managed.add_fields([], own, fields, now_ms)


def _merged(
    before: Object,
    patch: Object,
    node: Node,
    named: FieldSet,
    others: list[Object],
    previous: Object | None,
) -> Object:
    """The configuration over the live object, without what it no longer names.

    named: its fields, untracked ones included, since they keep `metadata` in place.
    """
    merged: Any = typed.merge(before, patch, node)
    if previous is not None:
        owned = named
        for entry in others:
            owned = union(owned, managed.fields_of(entry))
        merged = typed.prune(merged, managed.fields_of(previous), owned, node)
    result: Object = merged
    return result


def _common(entry: Object, changed: FieldSet) -> FieldSet:
    return intersection(managed.fields_of(entry), changed)


def _time(previous: Object | None, subresource: str, unchanged: bool, now_ms: int) -> str | None:
    """The time of the applier's entry: when it last changed the object."""
    if subresource == "scale":
        return None
    if not unchanged:
        return format_time(now_ms)
    return previous.get("time") if previous is not None else None


def _excused(manager: str, live: Object, node: Node) -> FieldSet:
    """Fields that kubectl may take although others own them: it applied them itself before."""
    text = annotations_of(live).get(LAST_APPLIED)
    if manager != "kubectl" or text is None:
        return {}
    try:
        last = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(last, dict) or check(last, node):
        return {}
    changed, removed = typed.compare(last, live, node)
    return difference(typed.field_set(last, node), union(changed, removed))


def _refuse(conflicts: list[tuple[Object, FieldSet]], excused: FieldSet) -> None:
    """Raise the conflict, unless everything is excused."""
    found: dict[str, list[str]] = {}
    for entry, fields in conflicts:
        names = list(paths(difference(fields, excused)))
        if names:
            found.setdefault(_described(entry), []).extend(names)
    if not found:
        return
    pairs = [(manager, path) for manager in sorted(found) for path in found[manager]]
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {manager}", "field": path}
        for manager, path in pairs
    ]
    if len(pairs) == 1:
        text = f"1 conflict: conflict with {pairs[0][0]}: {pairs[0][1]}"
    else:
        groups = [
            "\n- ".join((f"conflicts with {manager}:", *found[manager]))
            for manager in sorted(found)
        ]
        text = f"{len(pairs)} conflicts: " + "\n".join(groups)
    raise ApiError(409, "Conflict", f"Apply failed with {text}", {"causes": causes})


def _described(entry: Object) -> str:
    """A manager as conflicts name it."""
    text = quoted(entry.get("manager") or "")
    if entry.get("subresource"):
        text += f" with subresource {quoted(entry['subresource'])}"
    if entry.get("operation") == "Update":
        text += f" using {entry.get('apiVersion') or ''}"
    return text


def _last_applied_text(patch: Object) -> str:
    """The applied configuration as the annotation holds it: without itself, keys in order."""
    config = copy_object(patch)
    annotations = annotations_of(config)
    annotations.pop(LAST_APPLIED, None)
    text = json.dumps(config, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return text + "\n"
