"""ResourceClaimTemplate.

Source: k8s.io/kubernetes pkg/apis/resource (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import FieldError, invalid
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME
from tuik8s.api.kinds.resource_api import devices
from tuik8s.api.kinds.strategy import first, spec_of
from tuik8s.api.kinds.validation.labels import annotation_map, label_map
from tuik8s.api.kinds.validation.values import IMMUTABLE, Errors, same
from tuik8s.api.types import Object


def default(template: Object) -> None:
    spec = spec_of(template)
    first(spec, "spec", {})
    first(spec["spec"], "devices", {})
    devices.fill(spec["spec"]["devices"])


def validate(template: Object) -> list[FieldError]:
    errors: Errors = []
    spec = template["spec"]
    metadata = spec.get("metadata") or {}
    annotation_map(errors, "spec.metadata.annotations", metadata.get("annotations"))
    label_map(errors, "spec.metadata.labels", metadata.get("labels"))
    devices.validate_claim(errors, "spec.spec.devices", spec["spec"]["devices"])
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    if not same(new["spec"], old["spec"]):
        return [invalid("spec", new["spec"], IMMUTABLE)]
    return []


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    columns=(NAME, AGE),
    generation_ignores=None,
)
