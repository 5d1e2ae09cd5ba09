"""/ephemeralcontainers of pods: they may be added, never changed or taken away.

Source: k8s.io/kubernetes pkg/registry/core/pod/strategy.go,
pkg/apis/core/validation (ValidatePodEphemeralContainersUpdate, 1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.pod import rules
from tuik8s.api.kinds.pod.status import validate_ephemeral_containers
from tuik8s.api.types import Object
from tuik8s.components.apiserver.strategies import Strategy
from tuik8s.components.apiserver.subresources.base import Handlers, part
from tuik8s.components.apiserver.subresources.pod_spec import keep_beside_spec

_FIELD: Final = "ephemeralContainers"


class EphemeralStrategy(Strategy):
    """Only spec.ephemeralContainers change."""

    subresource = "ephemeralcontainers"

    def prepare_for_update(self, new: Object, old: Object, now_ms: int) -> None:
        wanted = (new.get("spec") or {}).get(_FIELD)
        new["spec"] = {**(old.get("spec") or {})}
        new["spec"].pop(_FIELD, None)
        if wanted:
            new["spec"][_FIELD] = wanted
        keep_beside_spec(new, old)
        self._count_generation(new, old)

    def update_errors(self, new: Object, old: Object) -> list[FieldError]:
        errors = self.meta_errors(new, old)
        rules.metadata_and_spec(errors, new)
        return errors + validate_ephemeral_containers(new, old)


HANDLERS: Final[Handlers] = part(EphemeralStrategy)
