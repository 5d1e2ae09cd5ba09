"""Lease.

Source: k8s.io/kubernetes pkg/apis/coordination/validation, pkg/registry/coordination/lease (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import FieldError, invalid
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, text
from tuik8s.api.kinds.strategy import spec_of
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.types import Object


def default(lease: Object) -> None:
    spec = spec_of(lease)
    # Coordinated leader election is off.
    spec.pop("strategy", None)
    spec.pop("preferredHolder", None)


def validate(lease: Object) -> list[FieldError]:
    errors: Errors = []
    spec = lease["spec"]
    duration = spec.get("leaseDurationSeconds")
    if duration is not None and duration <= 0:
        errors.append(invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"))
    nonnegative(errors, "spec.leaseTransitions", spec.get("leaseTransitions"))
    return errors


RULES = Rules(
    default=default,
    validate=validate,
    columns=(NAME, text("Holder", field("spec.holderIdentity"), "@spec.holderIdentity"), AGE),
    generation_ignores=None,
    create_on_update=True,
    unconditional_update=False,
)
