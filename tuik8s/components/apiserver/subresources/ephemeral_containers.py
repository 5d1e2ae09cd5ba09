"""/ephemeralcontainers of pods: they may be added, never changed or taken away.

Source: k8s.io/kubernetes pkg/registry/core/pod/strategy.go,
pkg/apis/core/validation (ValidatePodEphemeralContainersUpdate, 1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.pod.status import validate_ephemeral_containers
from tuik8s.api.types import Object
from tuik8s.components.apiserver.subresources.base import Handlers, part
from tuik8s.components.apiserver.subresources.pod_spec import PodSpecStrategy

_FIELD: Final = "ephemeralContainers"


class EphemeralStrategy(PodSpecStrategy):
    """Only spec.ephemeralContainers change."""

    subresource = "ephemeralcontainers"

    def merged_spec(self, spec: Object, wanted: Object) -> Object:
        spec.pop(_FIELD, None)
        if wanted.get(_FIELD):
            spec[_FIELD] = wanted[_FIELD]
        return spec

    def part_errors(self, new: Object, old: Object) -> list[FieldError]:
        return validate_ephemeral_containers(new, old)


HANDLERS: Final[Handlers] = part(EphemeralStrategy)
