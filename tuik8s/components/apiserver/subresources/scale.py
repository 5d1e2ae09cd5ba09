"""/scale: replicas of anything that has them, as autoscaling/v1 Scale.

For built-in kinds replicas and selector are where they always are; a custom resource's definition
says where, by paths (see `ScalePaths`).

Source: k8s.io/kubernetes pkg/registry/apps/*/storage (ScaleREST), apiextensions-apiserver
pkg/registry/customresource/etcd.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from tuik8s.api.errors import ApiError, bad_request, internal_error, invalid, invalid_object
from tuik8s.api.meta import copy_object, get_path, set_path
from tuik8s.api.schema.packed import load_kind
from tuik8s.api.selectors import selector_of, selector_of_map
from tuik8s.api.types import Object
from tuik8s.components.apiserver import ownership
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.decoding import Expected
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.handlers.update import read_body, require_name
from tuik8s.components.apiserver.options import WriteOptions, write_options
from tuik8s.components.apiserver.patching import APPLY, Patch, applied_object, patch_type
from tuik8s.components.apiserver.rendering import object_answer
from tuik8s.components.apiserver.strategies import Strategy
from tuik8s.components.apiserver.subresources.base import Handlers
from tuik8s.components.apiserver.writing import Update, update

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_SHOWN_META: Final = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


class ScalePaths(msgspec.Struct, frozen=True):
    """Where a kind keeps its replicas; label_selector "" means spec.selector."""

    spec_replicas: str = "spec.replicas"
    status_replicas: str = "status.replicas"
    label_selector: str = ""


_BUILT_IN: Final = ScalePaths()


class ScaleStrategy(Strategy):
    """An update of the parent that came through /scale."""

    subresource = "scale"


def paths_of(core: Core, call: Call) -> ScalePaths:
    return core.scale_paths.get(call.kind.resource, _BUILT_IN)


def scale_of(obj: Object, paths: ScalePaths) -> Object:
    """The Scale of an object."""
    meta = {name: obj["metadata"][name] for name in _SHOWN_META if name in obj["metadata"]}
    spec: Object = {}
    replicas = get_path(obj, paths.spec_replicas)
    if replicas:
        spec["replicas"] = replicas
    status: Object = {"replicas": get_path(obj, paths.status_replicas) or 0}
    selector = _selector_text(obj, paths)
    if selector:
        status["selector"] = selector
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": meta,
        "spec": spec,
        "status": status,
    }


def _selector_text(obj: Object, paths: ScalePaths) -> str:
    if paths.label_selector:
        return str(get_path(obj, paths.label_selector) or "")
    if paths is not _BUILT_IN:
        return ""
    selector = get_path(obj, "spec.selector")
    if selector is None:
        return ""
    if obj.get("kind") == "ReplicationController":
        return str(selector_of_map(selector))
    return str(selector_of(selector))


def get_scale(core: Core, call: Call) -> Outcome:
    entry = core.objects.entry(call.kind, call.request.namespace, call.request.name)
    if entry is None:
        raise call.not_found()
    obj, paths = core.objects.read(call.kind, entry.value), paths_of(core, call)
    if paths is not _BUILT_IN and get_path(obj, paths.spec_replicas) is None:
        raise internal_error(f'the spec replicas field ".{paths.spec_replicas}" does not exist')
    answer: Answer = object_answer(core, call, scale_of(obj, paths), 200, entry.revision)
    return answer


def update_scale(core: Core, call: Call) -> Outcome:
    return _put(core, call)


def _put(core: Core, call: Call) -> Waiting:
    expected = Expected("Scale", "autoscaling/v1", load_kind("autoscaling", "v1", "Scale"))
    scale, options = read_body(core, call, expected)
    return (yield from _write(core, call, options, lambda _old: scale, scale["metadata"]))


def patch_scale(core: Core, call: Call) -> Outcome:
    return _patch(core, call)


def _patch(core: Core, call: Call) -> Waiting:
    request = call.request
    found = patch_type(request.content_type, custom=False)
    options = write_options(request.query, "PatchOptions", applying=found == APPLY)
    node = load_kind("autoscaling", "v1", "Scale")
    if core.objects.entry(call.kind, request.namespace, request.name) is None:
        raise call.not_found()
    if found == APPLY:
        return (yield from _apply(core, call, options))
    change = Patch(request.body, request.content_type, found)

    def refuse(why: str) -> ApiError:
        return bad_request(f'Scale in version "v1" cannot be handled as a Scale: {why}')

    def transform(old: Object) -> Object:
        patched = change.apply(old, node)
        scale, problems = change.decode(patched, node, options.validation, refuse)
        call.warnings.extend(p for p in problems if p not in call.warnings)
        scale.setdefault("metadata", {})
        require_name(scale, request.name)
        return scale

    return (yield from _write(core, call, options, transform, {}))


def _apply(core: Core, call: Call, options: WriteOptions) -> Waiting:
    request, paths = call.request, paths_of(core, call)
    config, _ = applied_object(request.body, request.content_type)
    if not isinstance(config, dict):
        raise bad_request("invalid object type: /, Kind=")
    if (config.get("apiVersion"), config.get("kind")) != ("autoscaling/v1", "Scale"):
        group, _, version = str(config.get("apiVersion") or "").rpartition("/")
        raise bad_request(
            f"invalid object type: {group}/{version}, Kind={config.get('kind') or ''}"
        )

    def transform(old: Object | None) -> Object:
        assert old is not None, "a scale has a parent"
        return ownership.apply_scale(
            call.kind, old, config, options, paths.spec_replicas, call.now_ms
        )

    return (yield from _update(core, call, transform, options, retries=True))


def _write(core: Core, call: Call, options: WriteOptions, change: Any, meta: Object) -> Waiting:
    paths = paths_of(core, call)
    manager = call.manager(options.field_manager)

    def transform(old: Object | None) -> Object:
        assert old is not None, "a scale has a parent"
        scale = change(scale_of(old, paths))
        new = copy_object(old)
        replicas = (scale.get("spec") or {}).get("replicas", 0)
        _check(call, replicas)
        set_path(new, paths.spec_replicas, replicas)
        version = scale["metadata"].get("resourceVersion")
        if version:
            new["metadata"]["resourceVersion"] = version
        else:
            new["metadata"].pop("resourceVersion", None)
        return ownership.update(call.kind, old, new, manager, "scale", call.now_ms)

    retries = not meta.get("resourceVersion")
    return (yield from _update(core, call, transform, options, retries, meta.get("uid") or ""))


def _update(
    core: Core,
    call: Call,
    transform: Any,
    options: WriteOptions,
    retries: bool,
    uid: str = "",
) -> Waiting:
    paths = paths_of(core, call)
    plan = Update(
        strategy=ScaleStrategy(call.kind),
        transform=transform,
        uid=uid,
        retries=retries,
        options=options,
        render=lambda obj: scale_of(obj, paths),
        view=lambda obj: scale_of(obj, paths),
    )
    return (yield from update(core, call, plan))


def _check(call: Call, replicas: Any) -> None:
    if replicas < 0:
        why = [invalid("spec.replicas", replicas, "must be greater than or equal to 0")]
        raise invalid_object("autoscaling", "Scale", call.request.name, why)


HANDLERS: Final[Handlers] = {"get": get_scale, "update": update_scale, "patch": patch_scale}
