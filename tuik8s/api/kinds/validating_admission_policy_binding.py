"""ValidatingAdmissionPolicyBinding.

Source: k8s.io/kubernetes pkg/apis/admissionregistration/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError, duplicate, invalid, not_supported, required
from tuik8s.api.kinds.admission import policies
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, text
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_ACTIONS: Final = ("Audit", "Deny", "Warn")
_TWICE: Final = (
    "must not contain both Deny and Warn (repeating the same validation failure information in "
    "the API response and headers serves no purpose)"
)


def validate(binding: Object) -> list[FieldError]:
    errors: Errors = []
    spec = binding["spec"]
    policies.validate_binding(errors, spec)
    actions, at = spec.get("validationActions") or [], "spec.validationActions"
    if not actions:
        errors.append(required(at, "at least one validation action is required"))
    for i, action in enumerate(actions):
        if action not in _ACTIONS:
            errors.append(not_supported(f"{at}[{i}]", action, _ACTIONS))
        if action in actions[:i]:
            errors.append(duplicate(f"{at}[{i}]", action))
    if {"Deny", "Warn"} <= set(actions):
        errors.append(invalid(at, actions, _TWICE))
    return errors


RULES = Rules(
    default=policies.fill_binding,
    validate=validate,
    columns=(
        NAME,
        text(
            "PolicyName",
            field("spec.policyName"),
            "PolicyName indicates the policy definition which the policy binding binded to",
        ),
        text(
            "ParamRef",
            policies.shown_param_ref,
            "ParamRef indicates the param resource which sets the configration param",
        ),
        AGE,
    ),
    unconditional_update=False,
)
