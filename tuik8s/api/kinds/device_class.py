"""DeviceClass.

Source: k8s.io/kubernetes pkg/apis/resource (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME
from tuik8s.api.kinds.resource_api import devices
from tuik8s.api.kinds.strategy import spec_of
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object


def default(device_class: Object) -> None:
    spec_of(device_class)


def validate(device_class: Object) -> list[FieldError]:
    errors: Errors = []
    spec = device_class["spec"]
    devices.selectors(errors, "spec.selectors", spec.get("selectors") or [])
    for i, config in enumerate(spec.get("config") or ()):
        devices.configuration(errors, f"spec.config[{i}]", config)
    return errors


RULES = Rules(
    default=default,
    validate=validate,
    columns=(NAME, AGE),
)
