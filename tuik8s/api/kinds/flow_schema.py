"""FlowSchema.

Source: k8s.io/kubernetes pkg/apis/flowcontrol (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, invalid, not_supported, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.flow_control import policy_rules
from tuik8s.api.kinds.printing import AGE, NAME, NONE, field, text
from tuik8s.api.kinds.strategy import drop_status, first, spec_of
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.meta import condition, get_path
from tuik8s.api.types import Object

_DEFAULT_PRECEDENCE: Final = 1000
_MAX_PRECEDENCE: Final = 10000
_METHODS: Final = ("ByNamespace", "ByUser")


def default(schema: Object) -> None:
    spec = spec_of(schema)
    first(spec, "priorityLevelConfiguration", {})
    if not spec.get("matchingPrecedence"):
        spec["matchingPrecedence"] = _DEFAULT_PRECEDENCE


def validate(schema: Object) -> list[FieldError]:
    errors: Errors = []
    spec = schema["spec"]
    _precedence(errors, spec.get("matchingPrecedence", 0), schema["metadata"].get("name", ""))
    method = spec.get("distinguisherMethod")
    if method is not None and method.get("type", "") not in _METHODS:
        path = "spec.distinguisherMethod.type"
        errors.append(not_supported(path, method.get("type", ""), _METHODS))
    level, at = spec["priorityLevelConfiguration"].get("name", ""), "priorityLevelConfiguration"
    if level:
        check(errors, f"spec.{at}.name", level, names.dns1123_subdomain)
    else:
        errors.append(required(f"spec.{at}.name", "must reference a priority level"))
    for i, rule in enumerate(spec.get("rules") or ()):
        policy_rules.validate(errors, f"spec.rules[{i}]", rule)
    return errors


def _precedence(errors: Errors, value: int, name: str) -> None:
    at = "spec.matchingPrecedence"
    if value <= 0:
        errors.append(invalid(at, value, "must be a positive value"))
    if value > _MAX_PRECEDENCE:
        errors.append(invalid(at, value, f"must not be greater than {_MAX_PRECEDENCE}"))
    if value == 1 and name != "exempt":
        detail = "only the schema named 'exempt' may have matchingPrecedence 1"
        errors.append(invalid(at, value, detail))


def _missing(schema: Object, now_ms: int) -> Any:
    dangling = condition(schema, "Dangling")
    return "?" if dangling is None else dangling.get("status", "")


def _method(schema: Object, now_ms: int) -> Any:
    return get_path(schema, "spec.distinguisherMethod.type") or NONE


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    validate=validate,
    columns=(
        NAME,
        text(
            "PriorityLevel",
            field("spec.priorityLevelConfiguration.name"),
            "@spec.priorityLevelConfiguration",
        ),
        text("MatchingPrecedence", field("spec.matchingPrecedence", 0), "@spec.matchingPrecedence"),
        text("DistinguisherMethod", _method, "@spec.distinguisherMethod"),
        AGE,
        text(
            "MissingPL",
            _missing,
            "Whether references a broken or non-existent PriorityLevelConfiguration",
        ),
    ),
)
