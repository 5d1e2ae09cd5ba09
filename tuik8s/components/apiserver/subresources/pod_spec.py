"""What /ephemeralcontainers and /resize of pods share: a part of spec changes, nothing else.

Source: k8s.io/kubernetes pkg/registry/core/pod/strategy.go (1.36).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.pod import rules
from tuik8s.api.types import Object
from tuik8s.components.apiserver.strategies import Strategy


class PodSpecStrategy(Strategy, ABC):
    """All but the part of spec is kept in silence; the pod is judged as a whole."""

    def prepare_for_update(self, new: Object, old: Object, now_ms: int) -> None:
        new["spec"] = self.merged_spec({**(old.get("spec") or {})}, new.get("spec") or {})
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
        return errors + self.part_errors(new, old)

    @abstractmethod
    def merged_spec(self, spec: Object, wanted: Object) -> Object:
        """A shallow copy of the stored spec, with the part as it is wanted."""

    @abstractmethod
    def part_errors(self, new: Object, old: Object) -> list[FieldError]:
        """What is wrong with the change of the part."""
