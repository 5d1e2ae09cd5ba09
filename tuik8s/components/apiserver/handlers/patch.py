"""PATCH of an object: JSON, merge and strategic merge patches, and server-side apply.

Source: k8s.io/apiserver pkg/endpoints/handlers/patch.go (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tuik8s.api.errors import ApiError, bad_request, not_found
from tuik8s.api.meta import split_api_version
from tuik8s.api.types import Object
from tuik8s.components.apiserver import ownership
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.decoding import Expected
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.handlers.update import require_name
from tuik8s.components.apiserver.options import WriteOptions, go_kind, write_options
from tuik8s.components.apiserver.patching import (
    APPLY,
    Patch,
    applied_object,
    patch_type,
    undecodable,
)
from tuik8s.components.apiserver.strategies import Strategy, dedup_owner_references, match_namespace
from tuik8s.components.apiserver.writing import Update, update

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def handle(core: Core, call: Call) -> Outcome:
    """Answer 200 with the patched object, 201 when apply created it."""
    return patch(core, call, core.strategy(call.kind))


def patch(core: Core, call: Call, strategy: Strategy) -> Waiting:
    """Patch what the strategy lets through."""
    request, kind = call.request, call.kind
    found = patch_type(request.content_type, custom=kind.custom)
    options = write_options(request.query, "PatchOptions", applying=found == APPLY)
    if found == APPLY:
        return (yield from _apply(core, call, strategy, options))
    return (yield from _patch(core, call, strategy, options, found))


def _patch(
    core: Core, call: Call, strategy: Strategy, options: WriteOptions, patch_kind: str
) -> Waiting:
    kind, request = call.kind, call.request
    manager = call.manager(options.field_manager)
    if core.objects.entry(kind, request.namespace, request.name) is None:
        raise call.not_found()
    change = Patch(request.body, request.content_type, patch_kind)
    warned = False
    shown: Callable[[], str] = str

    def refuse(why: str) -> ApiError:
        if kind.custom:
            return undecodable(shown(), why)
        return bad_request(
            f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: {why}'
        )

    def transform(old: Object | None) -> Object:
        nonlocal warned, shown
        if old is None:
            raise not_found(kind.group, kind.plural, request.name)
        patched = change.apply(old, kind.schema)
        why = core.bodies.foreign(patched, Expected.of(kind))
        if why:
            raise undecodable(change.shown(patched)(), why)
        shown = change.shown(patched) if kind.custom else str
        obj, problems = change.decode(patched, kind.schema, options.validation, refuse)
        if not warned:
            call.warnings.extend(problems)
            warned = True
        obj["kind"], obj["apiVersion"] = kind.kind, kind.api_version
        if kind.rules.default is not None:
            kind.rules.default(obj)
        obj.setdefault("metadata", {})
        require_name(obj, request.name)
        match_namespace(obj, kind, request.namespace)
        dedup_owner_references(obj, call.warnings)
        return ownership.update(kind, old, obj, manager, strategy.subresource, call.now_ms)

    plan = Update(strategy=strategy, transform=transform, retries=True, options=options)
    return (yield from update(core, call, plan))


def _apply(core: Core, call: Call, strategy: Strategy, options: WriteOptions) -> Waiting:
    kind, request = call.kind, call.request
    config, duplicates = applied_object(request.body, request.content_type)
    if duplicates and options.validation == "Strict":
        raise bad_request(_strict_yaml(duplicates))
    if options.validation == "Warn":
        call.warnings.extend(duplicates)
    config = _checked(config, call)

    def transform(old: Object | None) -> Object:
        obj = ownership.apply(
            kind,
            old,
            config,
            options.field_manager,
            bool(options.force),
            strategy.subresource,
            call.now_ms,
        )
        if kind.rules.default is not None:
            kind.rules.default(obj)
        require_name(obj, request.name)
        match_namespace(obj, kind, request.namespace)
        return obj

    plan = Update(
        strategy=strategy,
        transform=transform,
        creates=not strategy.subresource,
        retries=True,
        options=options,
    )
    return (yield from update(core, call, plan))


def _checked(config: Any, call: Call) -> Object:
    kind = call.kind
    if config is None:
        config = {}
    if not isinstance(config, dict):
        raise bad_request(
            "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot "
            f"unmarshal {go_kind(config)} into Go value of type map[string]interface {{}}"
        )
    api_version, name = config.get("apiVersion") or "", config.get("kind") or ""
    if (api_version, name) != (kind.api_version, kind.kind):
        group, version = split_api_version(api_version) if api_version else ("", "")
        raise bad_request(f"invalid object type: {group}/{version}, Kind={name}")
    if (config.get("metadata") or {}).get("managedFields") is not None:
        raise bad_request("metadata.managedFields must be nil")
    return config


def _strict_yaml(duplicates: list[str]) -> str:
    lines = "".join(f"\n  {text}" for text in duplicates)
    return (
        f"error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:{lines}"
    )
