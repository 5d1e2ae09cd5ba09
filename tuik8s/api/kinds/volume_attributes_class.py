"""VolumeAttributesClass.

Source: k8s.io/kubernetes pkg/apis/storage/validation (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import FieldError, required
from tuik8s.api.kinds import storage_class
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, text
from tuik8s.api.kinds.validation.values import Errors, immutable
from tuik8s.api.types import Object


def validate(attributes: Object) -> list[FieldError]:
    errors: Errors = []
    storage_class.driver_name(errors, "driverName", attributes.get("driverName", ""))
    if not attributes.get("parameters"):
        detail = "must contain at least one key/value pair"
        errors.append(required("parameters", detail))
    else:
        storage_class.parameters(errors, "parameters", attributes["parameters"])
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    for name in ("driverName", "parameters"):
        immutable(errors, name, new.get(name), old.get(name))
    return errors


RULES = Rules(
    validate=validate,
    validate_update=validate_update,
    columns=(NAME, text("DriverName", field("driverName"), "@driverName"), AGE),
    generation_ignores=None,
)
