"""ValidatingAdmissionPolicy.

Source: k8s.io/kubernetes pkg/apis/admissionregistration/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError, duplicate, invalid, not_supported, required, too_many
from tuik8s.api.kinds.admission import expressions, policies
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, count_of, number, text
from tuik8s.api.kinds.strategy import drop_status
from tuik8s.api.kinds.validation import conditions
from tuik8s.api.kinds.validation.text import qualified_name
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_REASONS: Final = ("Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized")
_MAX_ANNOTATIONS: Final = 20
_NOTHING: Final = "validations or auditAnnotations must contain at least one item"


def validate(policy: Object) -> list[FieldError]:
    errors: Errors = []
    spec = policy["spec"]
    policies.validate_common(errors, spec)
    expressions.match_conditions(errors, "spec.matchConditions", spec.get("matchConditions"))
    expressions.variables(errors, "spec.variables", spec.get("variables"))
    validations, noted = spec.get("validations") or [], spec.get("auditAnnotations") or []
    if not validations and not noted:
        errors.append(required("spec.validations", _NOTHING))
        errors.append(required("spec.auditAnnotations", _NOTHING))
    for i, validation in enumerate(validations):
        _validation(errors, f"spec.validations[{i}]", validation)
    if len(noted) > _MAX_ANNOTATIONS:
        errors.append(too_many("spec.auditAnnotations", len(noted), _MAX_ANNOTATIONS))
    seen: set[str] = set()
    for i, annotation in enumerate(noted):
        at, key = f"spec.auditAnnotations[{i}]", annotation.get("key", "")
        if not key:
            errors.append(required(f"{at}.key"))
        else:
            qualified_name(errors, f"{at}.key", f"{policy['metadata'].get('name', '')}/{key}")
        if not annotation.get("valueExpression", "").strip():
            detail = "valueExpression is not specified"
            errors.append(required(f"{at}.valueExpression", detail))
        if key in seen:
            errors.append(duplicate(f"{at}.key", key))
        seen.add(key)
    return errors


def _validation(errors: Errors, path: str, validation: Object) -> None:
    expression = validation.get("expression", "").strip()
    message, given = validation.get("message", "").strip(), validation.get("message", "")
    if not expression:
        errors.append(required(f"{path}.expression", "expression is not specified"))
    if given and not message:
        detail = "message must be non-empty if specified"
        errors.append(invalid(f"{path}.message", given, detail))
    elif "\n" in message:
        errors.append(invalid(f"{path}.message", given, "message must not contain line breaks"))
    elif "\n" in expression and not message:
        detail = "message must be specified if expression contains line breaks"
        errors.append(required(f"{path}.message", detail))
    reason = validation.get("reason")
    if reason is not None and reason not in _REASONS:
        errors.append(not_supported(f"{path}.reason", reason, _REASONS))


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    conditions.validate(errors, "status.conditions", get_path(new, "status.conditions"))
    return errors


RULES = Rules(
    default=policies.fill_policy,
    prepare_for_create=drop_status,
    validate=validate,
    validate_status=validate_status,
    columns=(
        NAME,
        number(
            "Validations",
            count_of("spec.validations"),
            "Validations indicates the number of validation rules defined in this configuration",
        ),
        text(
            "ParamKind",
            policies.shown_param_kind,
            "ParamKind specifies the kind of resources used to parameterize this policy",
        ),
        AGE,
    ),
    unconditional_update=False,
)
