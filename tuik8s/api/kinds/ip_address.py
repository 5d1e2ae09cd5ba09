"""IPAddress.

Source: k8s.io/kubernetes pkg/apis/networking/validation (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api import names
from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import NAME, text
from tuik8s.api.kinds.strategy import spec_of
from tuik8s.api.kinds.validation.network import IP_TEXT, parse_ip
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import IMMUTABLE, Errors, same
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object


def default(address: Object) -> None:
    spec_of(address)


def _name(name: str, prefix: bool) -> list[str]:
    parsed = parse_ip(name)
    if parsed is None:
        return [IP_TEXT]
    return [] if str(parsed) == name else ["must be a canonical IP address: " + str(parsed)]


def validate(address: Object) -> list[FieldError]:
    errors: Errors = []
    ref = address["spec"].get("parentRef")
    at = "spec.parentRef"
    if ref is None:
        return [required(at)]
    if ref.get("group"):
        check(errors, f"{at}.group", ref["group"], names.dns1123_subdomain)
    for name in ("resource", "name"):
        value = ref.get(name, "")
        if not value:
            errors.append(required(f"{at}.{name}"))
        else:
            check(errors, f"{at}.{name}", value, names.path_segment_name)
    if ref.get("namespace"):
        check(errors, f"{at}.namespace", ref["namespace"], names.path_segment_name)
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    refs = [get_path(side, "spec.parentRef") for side in (new, old)]
    if same(*refs):
        return []
    return [invalid("spec.parentRef", refs[0], IMMUTABLE)]


def _parent(address: Object, now_ms: int) -> Any:
    ref = get_path(address, "spec.parentRef") or {}
    place, group = ref.get("resource", ""), ref.get("group", "")
    place = f"{place}.{group}" if group else place
    return f"{place}/{'/'.join(v for v in (ref.get('namespace'), ref.get('name')) if v)}"


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    validate_name=_name,
    columns=(NAME, text("ParentRef", _parent, "@spec.parentRef")),
    generation_ignores=None,
)
