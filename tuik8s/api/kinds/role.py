"""Role."""

from __future__ import annotations

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import DEFAULT_COLUMNS
from tuik8s.api.kinds.rbac import policy
from tuik8s.api.kinds.strategy import drop_empty
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.names import name_is_path_segment
from tuik8s.api.types import Object


def default(role: Object) -> None:
    drop_empty(role, "rules")


def validate(role: Object) -> list[FieldError]:
    errors: Errors = []
    policy.rules(errors, role.get("rules"), is_namespaced=True)
    return errors


RULES = Rules(
    default=default,
    validate=validate,
    columns=DEFAULT_COLUMNS,
    validate_name=name_is_path_segment,
    generation_ignores=None,
    create_on_update=True,
)
