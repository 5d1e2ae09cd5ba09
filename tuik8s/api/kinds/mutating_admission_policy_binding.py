"""MutatingAdmissionPolicyBinding.

Source: k8s.io/kubernetes pkg/apis/admissionregistration/validation (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.admission import policies
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, text
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object


def validate(binding: Object) -> list[FieldError]:
    errors: Errors = []
    policies.validate_binding(errors, binding["spec"])
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
