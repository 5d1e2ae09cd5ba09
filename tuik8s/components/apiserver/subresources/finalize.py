"""/finalize of namespaces: spec.finalizers, whose end is the end of a terminating namespace.

Source: k8s.io/kubernetes pkg/registry/core/namespace/strategy.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import FieldError, invalid
from tuik8s.api.names import qualified_name
from tuik8s.api.types import Object
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.handlers.update import put
from tuik8s.components.apiserver.strategies import Strategy
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_STANDARD: Final = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_NOT_QUALIFIED: Final = "name is neither a standard finalizer name nor is it fully qualified"


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
        errors = self.meta_errors(new, old)
        for index, finalizer in enumerate((new.get("spec") or {}).get("finalizers") or ()):
            field = f"spec.finalizers[{index}]"
            errors += [invalid(field, finalizer, text) for text in qualified_name(finalizer)]
            if "/" not in finalizer and finalizer not in _STANDARD:
                errors.append(invalid(field, finalizer, _NOT_QUALIFIED))
        return errors


def update_finalizers(core: Core, call: Call) -> Outcome:
    return put(core, call, FinalizeStrategy(call.kind))


HANDLERS: Final[Handlers] = {"update": update_finalizers}
