"""/finalize of namespaces: spec.finalizers, whose end is the end of a terminating namespace.

Source: k8s.io/kubernetes pkg/registry/core/namespace/strategy.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.namespace import validate_finalize
from tuik8s.api.types import Object
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.handlers.update import put
from tuik8s.components.apiserver.strategies import Strategy
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


class FinalizeStrategy(Strategy):
    """Only spec.finalizers change."""

    subresource = "finalize"

    def prepare_for_update(self, new: Object, old: Object, now_ms: int) -> None:
        finalizers = (new.get("spec") or {}).get("finalizers")
        new["spec"] = {**(old.get("spec") or {})}
        if finalizers:
            new["spec"]["finalizers"] = finalizers
        else:
            new["spec"].pop("finalizers", None)
        new["status"] = old.get("status", {})

    def update_errors(self, new: Object, old: Object) -> list[FieldError]:
        return self.meta_errors(new, old) + validate_finalize(new)


def update_finalizers(core: Core, call: Call) -> Outcome:
    return put(core, call, FinalizeStrategy(call.kind))


HANDLERS: Final[Handlers] = {"update": update_finalizers}
