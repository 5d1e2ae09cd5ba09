"""Creating and updating objects: the flow that every write takes, whatever its verb.

    create:  decoded object -> owned fields -> admit -> prepare, validate -> judge -> store
    update:  stored object -> change -> admit -> prepare, validate -> judge -> store, if changed

A write that finds its object changed meanwhile (admission may wait) begins again, unless it named
a revision.

Source: k8s.io/apiserver pkg/registry/generic/registry/store.go, pkg/endpoints/handlers (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from tuik8s.api.errors import (
    ApiError,
    already_exists,
    bare_internal_error,
    conflict,
    invalid,
    invalid_object,
)
from tuik8s.api.meta import copy_object
from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.escalation import judge
from tuik8s.components.apiserver.listing import parse_revision
from tuik8s.components.apiserver.options import WriteOptions
from tuik8s.components.apiserver.rendering import object_answer, written_answer
from tuik8s.components.apiserver.strategies import (
    Strategy,
    fill_system_fields,
    generated_name,
    keep_identity,
    keep_server_fields,
    match_namespace,
    name_requester,
)
from tuik8s.components.store.errors import Mismatch
from tuik8s.components.store.types import Entry

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_ATTEMPTS: Final = 8
_TERMINATING: Final = "create not allowed while custom resource definition is terminating"

Transform = Callable[[Object | None], Object]
"""From a copy of the stored object (None when absent) to what it shall be."""
Render = Callable[[Object], Object]
"""From the stored object to what the answer shows (Scale shows something else)."""


class Update(msgspec.Struct, kw_only=True):
    """One update: how to change the object, and what is allowed.

    uid: the uid that the body insists on. creates: whether a missing object is created. retries:
    whether a conflict that the caller did not ask for is tried again. replaces: transform only
    reads the stored object and needs no copy of it. render: what the answer shows
    of the object, and view: what admission sees of it, where that is not the object itself.
    """

    strategy: Strategy
    transform: Transform
    uid: str = ""
    creates: bool = False
    retries: bool = False
    replaces: bool = False
    options: WriteOptions = WriteOptions()
    render: Render | None = None
    view: Render | None = None


def options_object(kind: str, options: WriteOptions) -> Object:
    """Options as admission webhooks see them."""
    out: Object = {"kind": kind, "apiVersion": "meta.k8s.io/v1"}
    if options.field_manager:
        out["fieldManager"] = options.field_manager
    if options.dry_run:
        out["dryRun"] = ["All"]
    if options.validation:
        out["fieldValidation"] = options.validation
    return out


def create(core: Core, call: Call, obj: Object, options: WriteOptions) -> Waiting:
    """Create a decoded, defaulted object. Ends in 201 with the object."""
    kind, request = call.kind, call.request
    if kind.resource in core.terminating:
        raise ApiError(403, "Forbidden", _TERMINATING, {"group": kind.group, "kind": kind.plural})
    match_namespace(obj, kind, request.namespace)
    attributes = call.admission_attributes(
        "CREATE",
        obj["metadata"].get("name") or "",
        obj=obj,
        dry_run=options.dry_run,
        options=options_object("CreateOptions", options),
    )
    yield from core.admission.admit(attributes)
    assert attributes.obj is not None, "admission of a creation has an object"
    judge(core, call, attributes.obj, None)
    return (yield from _store_new(core, call, attributes, core.strategy(kind), options))


def _store_new(
    core: Core, call: Call, attributes: Attributes, strategy: Strategy, options: WriteOptions
) -> Waiting:
    obj, kind = attributes.obj, call.kind
    assert obj is not None, "admission left an object"
    fill_system_fields(obj, core.rng.uid(), call.now_ms)
    name_requester(obj, kind, call.user)
    meta = obj["metadata"]
    base = meta.get("generateName") or ""
    generated = bool(base) and not meta.get("name")
    for attempt in range(_ATTEMPTS if generated else 1):
        if generated:
            meta["name"] = generated_name(base, core.rng)
        allocation = core.allocators.for_create(kind, obj, options.dry_run)
        try:
            strategy.prepare_for_create(obj, call.now_ms)
            core.require_valid(call, obj, strategy.creation_errors(obj))
            if attempt == 0:
                call.warnings.extend(strategy.warnings(obj, None))
            attributes.name = meta["name"]
            yield from core.admission.validate(attributes)
            answer = _put_new(core, call, obj, options)
        except ApiError as error:
            allocation.undo()
            if generated and error.reason == "AlreadyExists" and attempt < _ATTEMPTS - 1:
                continue
            raise
        allocation.done(obj)
        return answer
    raise AssertionError("the last attempt returns or raises")


def _put_new(core: Core, call: Call, obj: Object, options: WriteOptions) -> Answer:
    kind, meta = call.kind, obj["metadata"]
    entry = core.objects.entry(kind, meta.get("namespace") or "", meta["name"])
    if entry is not None:
        raise _exists(call, obj, core.objects.read(kind, entry.value))
    try:
        given = parse_revision(meta.pop("resourceVersion", ""))
    except ValueError:
        given = 0
    if given:
        raise bare_internal_error("resourceVersion should not be set on objects to be created")
    if options.dry_run:
        return object_answer(core, call, obj, 201)
    ttl_ms = core.ttl_ms(kind)
    stored = core.objects.create(kind, obj, call.user.name, call.request.cause, ttl_ms)
    return written_answer(core, call, obj, stored, 201)


def _exists(call: Call, obj: Object, existing: Object) -> ApiError:
    kind, meta = call.kind, obj["metadata"]
    error = already_exists(kind.group, kind.plural, meta["name"])
    if meta.get("generateName"):
        error.message += ", the server was not able to generate a unique name for the object"
        assert error.details is not None, "an existing object has details"
        error.details["retryAfterSeconds"] = 1
    if existing["metadata"].get("deletionTimestamp"):
        error.message = f"object is being deleted: {error.message}"
    return error


def update(core: Core, call: Call, plan: Update) -> Waiting:
    """Change a stored object. Ends in 200 with the object, 201 when it was created."""
    for attempt in range(_ATTEMPTS):
        try:
            return (yield from _update_once(core, call, plan))
        except Mismatch:
            if not plan.retries or attempt == _ATTEMPTS - 1:
                kind = call.kind
                raise conflict(kind.group, kind.plural, call.request.name) from None
    raise AssertionError("the last attempt returns or raises")


def _update_once(core: Core, call: Call, plan: Update) -> Waiting:
    kind, request, strategy = call.kind, call.request, plan.strategy
    entry = core.objects.entry(kind, request.namespace, request.name)
    old = None if entry is None else core.objects.read(kind, entry.value)
    if plan.uid:
        _check_uid(call, old, plan.uid)
    if entry is None or old is None:
        if not plan.creates:
            raise call.not_found()
        return (yield from _create_by_update(core, call, plan))
    new = plan.transform(old if plan.replaces else copy_object(old))
    attributes = _attributes(call, plan, new, old)
    yield from core.admission.admit(attributes)
    if plan.view is None:
        assert attributes.obj is not None, "admission of an update has an object"
        new = attributes.obj
    judge(core, call, new, old)
    _check_revision(call, plan, new, entry)
    keep_server_fields(new, old)
    match_namespace(new, kind, request.namespace)
    allocation = core.allocators.for_update(kind, new, old, plan.options.dry_run)
    try:
        strategy.prepare_for_update(new, old, call.now_ms)
        keep_identity(new, old)
        core.require_valid(call, new, strategy.update_errors(new, old))
        call.warnings.extend(strategy.warnings(new, old))
        attributes.obj = new if plan.view is None else plan.view(new)
        yield from core.admission.validate(attributes)
        answer = _put(core, call, plan, new, old, entry)
    except (ApiError, Mismatch):
        allocation.undo()
        raise
    allocation.done(new)
    return answer


def _attributes(call: Call, plan: Update, new: Object, old: Object) -> Attributes:
    request, view = call.request, plan.view
    verb = "PatchOptions" if request.verb == "patch" else "UpdateOptions"
    return call.admission_attributes(
        "UPDATE",
        request.name,
        obj=new if view is None else view(new),
        old=old if view is None else view(old),
        subresource=plan.strategy.subresource,
        dry_run=plan.options.dry_run,
        options=options_object(verb, plan.options),
    )


def _create_by_update(core: Core, call: Call, plan: Update) -> Waiting:
    obj = plan.transform(None)
    obj["metadata"].pop("resourceVersion", None)
    core.authorization.require(core.attributes_of(call, "create"))
    return (yield from create(core, call, obj, plan.options))


def _check_uid(call: Call, old: Object | None, uid: str) -> None:
    kind, request = call.kind, call.request
    held = "" if old is None else old["metadata"].get("uid", "")
    if held == uid:
        return
    group = f"{kind.group}/" if kind.custom else ""
    namespace = f"{request.namespace}/" if request.namespace else ""
    key = f"/registry/{group}{kind.plural}/{namespace}{request.name}"
    why = (
        f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, "
        f"AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, "
        f"UID in object meta: {held}"
    )
    raise conflict(kind.group, kind.plural, request.name, why)


def _check_revision(call: Call, plan: Update, new: Object, entry: Entry) -> None:
    kind, meta = call.kind, new["metadata"]
    try:
        given = parse_revision(meta.get("resourceVersion") or "")
    except ValueError as error:
        raise bare_internal_error(str(error)) from None
    if given == 0 and not kind.rules.unconditional_update:
        why = [invalid("metadata.resourceVersion", 0, "must be specified for an update")]
        raise invalid_object(kind.group, kind.plural, call.request.name, why)
    if given not in (0, entry.revision):
        raise conflict(kind.group, kind.plural, call.request.name)
    meta["resourceVersion"] = str(entry.revision)


def _put(core: Core, call: Call, plan: Update, new: Object, old: Object, entry: Entry) -> Answer:
    kind, dry_run = call.kind, plan.options.dry_run
    shown = plan.render or (lambda obj: obj)
    if plan.strategy.is_finished(new):
        if not dry_run:
            core.delete_now(call, entry)
        return object_answer(core, call, shown(new), 200, core.store.revision)
    if is_same(new, old):
        return object_answer(core, call, shown(old), 200, entry.revision)
    if dry_run:
        return object_answer(core, call, shown(new), 200)
    stored = core.objects.replace(kind, new, entry, call.user.name, call.request.cause)
    if plan.render is not None:
        return object_answer(core, call, shown(new), 200, stored.revision)
    return written_answer(core, call, new, stored, 200)


def is_same(new: Object, old: Object) -> bool:
    """Whether a write would change nothing but the times in managed fields."""
    if new == old:
        return True
    if any(new.get(k) != old.get(k) for k in new.keys() | old.keys() if k != "metadata"):
        return False
    left, right = new["metadata"], old["metadata"]
    if any(
        left.get(k) != right.get(k)
        for k in left.keys() | right.keys()
        if k not in ("managedFields", "resourceVersion")
    ):
        return False
    return _timeless(left) == _timeless(right)


def _timeless(meta: Object) -> list[Object]:
    return [{k: v for k, v in m.items() if k != "time"} for m in meta.get("managedFields") or ()]
