"""ServiceCIDR.

Source: k8s.io/kubernetes pkg/apis/networking/validation (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, text
from tuik8s.api.kinds.strategy import drop_status, spec_of
from tuik8s.api.kinds.validation import conditions
from tuik8s.api.kinds.validation.network import cidr, parse_cidr
from tuik8s.api.kinds.validation.values import IMMUTABLE, Errors
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_MAX_FAMILIES: Final = 2


def default(service_cidr: Object) -> None:
    spec_of(service_cidr)


def validate(service_cidr: Object) -> list[FieldError]:
    errors: Errors = []
    ranges = service_cidr["spec"].get("cidrs")
    at = "spec.cidrs"
    if not ranges:
        return [required(at, "at least one CIDR required")]
    if len(ranges) > _MAX_FAMILIES:
        detail = "may only hold up to 2 values"
        errors.append(invalid(at, ranges, detail))
    for i, value in enumerate(ranges):
        cidr(errors, f"{at}[{i}]", value)
    parsed = [parse_cidr(value) for value in ranges]
    if len(ranges) == _MAX_FAMILIES and None not in parsed:
        families = {network.version for network in parsed if network is not None}
        if len(families) != _MAX_FAMILIES:
            detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and "
            errors.append(invalid(at, ranges, detail + "2001:db8::/64"))
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    after, before = (side["spec"].get("cidrs") or [] for side in (new, old))
    if after == before or (len(before) == 1 and len(after) == 2 and after[0] == before[0]):
        return validate(new) if after != before else []
    return [invalid("spec.cidrs", after, IMMUTABLE)]


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    conditions.validate(errors, "status.conditions", get_path(new, "status.conditions"))
    return errors


def _ranges(service_cidr: Object, now_ms: int) -> Any:
    return ",".join(get_path(service_cidr, "spec.cidrs") or ())


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    columns=(NAME, text("CIDRs", _ranges, "@spec.cidrs"), AGE),
    generation_ignores=None,
)
