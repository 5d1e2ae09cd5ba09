"""ResourceClaim.

Source: k8s.io/kubernetes pkg/apis/resource, pkg/registry/resource/resourceclaim (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.errors import FieldError, duplicate, invalid
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, text
from tuik8s.api.kinds.resource_api import devices
from tuik8s.api.kinds.strategy import drop_status, first, spec_of
from tuik8s.api.kinds.validation.values import IMMUTABLE, Errors, same
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object


def default(claim: Object) -> None:
    spec = spec_of(claim)
    first(spec, "devices", {})
    devices.fill(spec["devices"])


def validate(claim: Object) -> list[FieldError]:
    errors: Errors = []
    devices.validate_claim(errors, "spec.devices", claim["spec"]["devices"])
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    if not same(new["spec"], old["spec"]):
        return [invalid("spec", new["spec"], IMMUTABLE)]
    return []


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    status, before = new.get("status") or {}, old.get("status") or {}
    seen: set[str] = set()
    for i, consumer in enumerate(status.get("reservedFor") or ()):
        uid = consumer.get("uid", "")
        if uid in seen:
            errors.append(duplicate(f"status.reservedFor[{i}].uid", uid))
        seen.add(uid)
    was, now = before.get("allocation"), status.get("allocation")
    if was is not None and now is not None and not same(was, now):
        errors.append(invalid("status.allocation", now, IMMUTABLE))
    return errors


def _state(claim: Object, now_ms: int) -> Any:
    is_deleted = bool(claim["metadata"].get("deletionTimestamp"))
    states = ["deleted"] if is_deleted else []
    if get_path(claim, "status.allocation") is None:
        if not is_deleted:
            states.append("pending")
    else:
        states.append("allocated")
        if get_path(claim, "status.reservedFor"):
            states.append("reserved")
    return ",".join(states)


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    columns=(
        NAME,
        text(
            "State", _state, "A summary of the current state (allocated, pending, reserved, etc.)."
        ),
        AGE,
    ),
    generation_ignores=None,
)
