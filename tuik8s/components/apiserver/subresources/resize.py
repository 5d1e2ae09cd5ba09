"""/resize of pods: resources and resize policies of containers; all else is kept in silence.

Source: k8s.io/kubernetes pkg/registry/core/pod/strategy.go (podResizeStrategy, 1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.pod import resize, rules
from tuik8s.api.types import Object
from tuik8s.components.apiserver.strategies import Strategy
from tuik8s.components.apiserver.subresources.base import Handlers, part
from tuik8s.components.apiserver.subresources.pod_spec import keep_beside_spec


class ResizeStrategy(Strategy):
    """Only resources and resizePolicy of containers change."""

    subresource = "resize"

    def prepare_for_update(self, new: Object, old: Object, now_ms: int) -> None:
        wanted, spec = new.get("spec") or {}, {**(old.get("spec") or {})}
        for field in ("containers", "initContainers"):
            if spec.get(field):
                spec[field] = _resized(spec[field], wanted.get(field) or [])
        new["spec"] = spec
        keep_beside_spec(new, old)
        self._count_generation(new, old)

    def update_errors(self, new: Object, old: Object) -> list[FieldError]:
        errors = self.meta_errors(new, old)
        rules.metadata_and_spec(errors, new)
        return errors + resize.validate(new, old)


def _resized(containers: list[Any], wanted: list[Any]) -> list[Any]:
    by_name = {c.get("name"): c for c in wanted}
    out = []
    for container in containers:
        new = by_name.get(container.get("name"), {})
        changed = {k: new[k] for k in ("resources", "resizePolicy") if k in new}
        out.append({**container, **changed})
    return out


HANDLERS: Final[Handlers] = part(ResizeStrategy)
