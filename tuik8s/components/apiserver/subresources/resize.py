"""/resize of pods: resources and resize policies of containers; all else is kept in silence.

Source: k8s.io/kubernetes pkg/registry/core/pod/strategy.go (podResizeStrategy, 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.pod import resize, rules
from tuik8s.api.types import Object
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.handlers import get
from tuik8s.components.apiserver.handlers.patch import patch
from tuik8s.components.apiserver.handlers.update import put
from tuik8s.components.apiserver.strategies import Strategy
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


class ResizeStrategy(Strategy):
    """Only resources and resizePolicy of containers change."""

    subresource = "resize"

    def prepare_for_update(self, new: Object, old: Object, now_ms: int) -> None:
        wanted, spec = new.get("spec") or {}, {**(old.get("spec") or {})}
        for field in ("containers", "initContainers"):
            if spec.get(field):
                spec[field] = _resized(spec[field], wanted.get(field) or [])
        new["spec"] = spec
        new["status"] = old.get("status", {})
        meta = {**old["metadata"]}
        for name in ("managedFields", "resourceVersion"):
            if name in new["metadata"]:
                meta[name] = new["metadata"][name]
        new["metadata"] = meta
        self._count_generation(new, old)

    def update_errors(self, new: Object, old: Object) -> list[FieldError]:
        errors = self.meta_errors(new, old)
        rules.metadata_and_spec(errors, new)
        errors += resize.validate(new, old)
        return errors


def _resized(containers: list[Any], wanted: list[Any]) -> list[Any]:
    by_name = {c.get("name"): c for c in wanted}
    out = []
    for container in containers:
        new = by_name.get(container.get("name"), {})
        changed = {k: new[k] for k in ("resources", "resizePolicy") if k in new}
        out.append({**container, **changed})
    return out


def update_resources(core: Core, call: Call) -> Outcome:
    return put(core, call, ResizeStrategy(call.kind))


def patch_resources(core: Core, call: Call) -> Outcome:
    return patch(core, call, ResizeStrategy(call.kind))


HANDLERS: Final[Handlers] = {
    "get": get.handle,
    "update": update_resources,
    "patch": patch_resources,
}
