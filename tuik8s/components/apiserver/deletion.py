"""Deletion: at once, after a grace period, or once finalizers are gone.

    options -> admission -> preconditions -> grace -> finalizers of the policy
        |- something is left to wait for: the object stays, marked with deletionTimestamp
        '- nothing is: DELETED event, and the answer is the last state or a Status

Source: k8s.io/apiserver pkg/registry/rest/delete.go, pkg/registry/generic/registry/store.go,
k8s.io/kubernetes pkg/registry/core/pod/strategy.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api import protobuf
from tuik8s.api.errors import bad_request, conflict, unsupported_media_type
from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import Answer, success_status
from tuik8s.components.apiserver.bodies import Malformed, parse_json, parse_msgpack, parse_yaml
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.customresources import terminating
from tuik8s.components.apiserver.decoding import JSON, MSGPACK, PROTOBUF, YAML, media_type
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.options import (
    DeleteOptions,
    Query,
    delete_options_of,
    delete_options_of_query,
)
from tuik8s.components.apiserver.rendering import object_answer
from tuik8s.components.store.types import Entry

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

ORPHAN: Final = "orphan"
FOREGROUND: Final = "foregroundDeletion"
_JOB_WARNING: Final = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background "
    "to remove them or set propagationPolicy=Orphan to suppress this warning"
)


def read_options(body: bytes, content_type: str, query: Query) -> DeleteOptions:
    """Options from the body, or from the query when that is empty. Raises ApiError."""
    if not body:
        return delete_options_of_query(query)
    media = media_type(content_type)
    try:
        if media == JSON:
            value, _ = parse_json(body)
        elif media == MSGPACK:
            value = parse_msgpack(body)
        elif media == YAML:
            value, _ = parse_yaml(body)
        elif media == PROTOBUF:
            value = protobuf.decode(body)
        else:
            raise unsupported_media_type((JSON, YAML, PROTOBUF))
    except Malformed as error:
        raise bad_request(f"couldn't get version/kind; json parse error: {error}") from None
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise bad_request("couldn't get version/kind; json parse error: not an object")
    kind, api_version = value.get("kind") or "DeleteOptions", value.get("apiVersion") or "v1"
    if kind != "DeleteOptions":
        scheme = 'in scheme "pkg/runtime/scheme.go:111"'
        version = f'for version "{api_version}"'
        raise bad_request(f'no kind "{kind}" is registered {version} {scheme}')
    return delete_options_of(value)


def delete(core: Core, call: Call, name: str, options: DeleteOptions) -> Waiting:
    """Delete one object. Ends in 200 with its last state, or a Status."""
    kind, request = call.kind, call.request
    entry = core.objects.entry(kind, request.namespace, name)
    if entry is None:
        raise call.not_found()
    obj = core.objects.read(kind, entry.value)
    attributes = call.admission_attributes(
        "DELETE", name, old=obj, dry_run=options.dry_run, options=_options_object(options)
    )
    yield from core.admission.admit(attributes)
    yield from core.admission.validate(attributes)
    entry = core.objects.entry(kind, request.namespace, name)
    if entry is None:
        raise call.not_found()
    return delete_admitted(core, call, entry, options)


def delete_admitted(core: Core, call: Call, entry: Entry, options: DeleteOptions) -> Answer:
    """The deletion itself, after admission."""
    kind = call.kind
    obj = core.objects.read(kind, entry.value)
    meta = obj["metadata"]
    check_preconditions(call, meta, options)
    if kind.resource == "namespaces":
        return _delete_namespace(core, call, obj, entry, options)
    if kind.resource == terminating.CRDS:
        return _delete_definition(core, call, obj, entry, options)
    if kind.rules.default_propagation == "Orphan" and _is_unsaid(options) and kind.group == "batch":
        call.warnings.append(_JOB_WARNING)
    before = dict(meta)
    graceful, pending = _begin_grace(call, obj, options) if kind.rules.graceful else (False, False)
    if pending:
        return _answer(core, call, obj, entry.revision, stays=True)
    finalizers = _finalizers(call, meta, options)
    if finalizers != list(meta.get("finalizers") or ()):
        _set_finalizers(meta, finalizers)
    if finalizers and not graceful:
        mark_deleting(meta, call.now_ms)
    stays = bool(finalizers) or bool(graceful and meta.get("deletionGracePeriodSeconds"))
    if stays or (graceful and meta != before):
        if meta != before and not options.dry_run:
            entry = core.objects.replace(kind, obj, entry, call.user.name, call.request.cause)
        if stays:
            return _answer(core, call, obj, entry.revision, stays=True)
    if not options.dry_run:
        core.delete_now(call, entry)
    return _answer(core, call, obj, core.store.revision, stays=False)


def check_preconditions(call: Call, meta: Object, options: DeleteOptions) -> None:
    """Raise ApiError (409) when the object is not the one that is meant."""
    kind = call.kind
    wanted, held = options.precondition_uid, meta.get("uid", "")
    if wanted is not None and wanted != held:
        why = (
            f"the UID in the precondition ({wanted}) does not match the UID in record ({held}). "
            "The object might have been deleted and then recreated"
        )
        raise conflict(kind.group, kind.kind, meta["name"], why)
    wanted, held = options.precondition_revision, meta.get("resourceVersion", "")
    if wanted is not None and wanted != held:
        why = (
            f"the ResourceVersion in the precondition ({wanted}) does not match the "
            f"ResourceVersion in record ({held}). The object might have been modified"
        )
        raise conflict(kind.group, kind.kind, meta["name"], why)


def mark_deleting(meta: Object, now_ms: int) -> None:
    """Set deletionTimestamp to now, with no grace, and count a generation."""
    if not meta.get("deletionTimestamp") and meta.get("generation"):
        meta["generation"] += 1
    now = format_time(now_ms)
    meta["deletionTimestamp"] = min(meta.get("deletionTimestamp") or now, now)
    meta["deletionGracePeriodSeconds"] = 0


def _begin_grace(call: Call, obj: Object, options: DeleteOptions) -> tuple[bool, bool]:
    """(graceful, already pending); sets the deletion fields when graceful."""
    meta = obj["metadata"]
    asked = options.grace_seconds
    if asked is not None and asked < 0:
        asked = 1
    if meta.get("deletionTimestamp"):
        held = meta.get("deletionGracePeriodSeconds")
        if held is None:
            return False, False
        if asked is None or asked >= held:
            return False, True
        since_ms = parse_time(meta["deletionTimestamp"]) - held * 1000
        meta["deletionTimestamp"] = format_time(since_ms + asked * 1000)
        meta["deletionGracePeriodSeconds"] = asked
        return True, False
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    grace = spec.get("terminationGracePeriodSeconds", 0) if asked is None else asked
    if not spec.get("nodeName") or status.get("phase") in ("Succeeded", "Failed"):
        grace = 0
    grace = 1 if grace < 0 else grace
    meta["deletionTimestamp"] = format_time(call.now_ms + grace * 1000)
    meta["deletionGracePeriodSeconds"] = grace
    if meta.get("generation"):
        meta["generation"] += 1
    return True, False


def _is_unsaid(options: DeleteOptions) -> bool:
    return options.policy is None and options.orphan_dependents is None


def _finalizers(call: Call, meta: Object, options: DeleteOptions) -> list[str]:
    """The finalizers after the policy has added or removed its own."""
    held = list(meta.get("finalizers") or ())
    kept = [f for f in held if f not in (ORPHAN, FOREGROUND)]
    if _orphans(call, held, options):
        kept.append(ORPHAN)
    if _foreground(held, options):
        kept.append(FOREGROUND)
    return held if set(kept) == set(held) else kept


def _orphans(call: Call, held: list[str], options: DeleteOptions) -> bool:
    if options.orphan_dependents is not None:
        return options.orphan_dependents
    if options.policy is not None:
        return options.policy == "Orphan"
    if ORPHAN in held or FOREGROUND in held:
        return ORPHAN in held
    return call.kind.rules.default_propagation == "Orphan"


def _foreground(held: list[str], options: DeleteOptions) -> bool:
    if options.orphan_dependents is not None:
        return False
    if options.policy is not None:
        return options.policy == "Foreground"
    return FOREGROUND in held and ORPHAN not in held


def _set_finalizers(meta: Object, finalizers: list[str]) -> None:
    if finalizers:
        meta["finalizers"] = finalizers
    else:
        meta.pop("finalizers", None)


def _delete_namespace(
    core: Core, call: Call, obj: Object, entry: Entry, options: DeleteOptions
) -> Answer:
    """A namespace turns Terminating first; it goes when its content and finalizers are gone."""
    meta = obj["metadata"]
    if not meta.get("deletionTimestamp"):
        meta["deletionTimestamp"] = format_time(call.now_ms)
        obj.setdefault("status", {})["phase"] = "Terminating"
        _set_finalizers(meta, _finalizers(call, meta, options))
        if not options.dry_run:
            entry = core.objects.replace(call.kind, obj, entry, call.user.name, call.request.cause)
        return _answer(core, call, obj, entry.revision, stays=True)
    if (obj.get("spec") or {}).get("finalizers") or meta.get("finalizers"):
        return _answer(core, call, obj, entry.revision, stays=True)
    if not options.dry_run:
        core.delete_now(call, entry)
    return _answer(core, call, obj, core.store.revision, stays=False)


def _delete_definition(
    core: Core, call: Call, obj: Object, entry: Entry, options: DeleteOptions
) -> Answer:
    """A definition turns Terminating first; it goes when its instances are gone."""
    if terminating.begin(obj, call.now_ms) and not options.dry_run:
        entry = core.objects.replace(call.kind, obj, entry, call.user.name, call.request.cause)
    return _answer(core, call, obj, entry.revision, stays=True)


def _answer(core: Core, call: Call, obj: Object, revision: int, *, stays: bool) -> Answer:
    kind, meta = call.kind, obj["metadata"]
    if stays or kind.rules.delete_returns_object:
        return object_answer(core, call, obj, 200, revision)
    status = success_status(kind.group, kind.plural, meta["name"], meta.get("uid", ""))
    return object_answer(core, call, status, 200, revision)


def _options_object(options: DeleteOptions) -> Object:
    out: Object = {"kind": "DeleteOptions", "apiVersion": "meta.k8s.io/v1"}
    if options.grace_seconds is not None:
        out["gracePeriodSeconds"] = options.grace_seconds
    if options.policy is not None:
        out["propagationPolicy"] = options.policy
    if options.dry_run:
        out["dryRun"] = ["All"]
    return out
