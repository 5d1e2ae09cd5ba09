"""MutatingAdmissionPolicy.

Source: k8s.io/kubernetes pkg/apis/admissionregistration/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError, not_supported, required
from tuik8s.api.kinds.admission import expressions, policies
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, count_of, number, text
from tuik8s.api.kinds.validation.values import Errors, required_one_of
from tuik8s.api.types import Object

_REINVOCATIONS: Final = ("IfNeeded", "Never")
_PATCHES: Final = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}


def validate(policy: Object) -> list[FieldError]:
    errors: Errors = []
    spec = policy["spec"]
    policies.validate_common(errors, spec)
    expressions.match_conditions(errors, "spec.matchConditions", spec.get("matchConditions"))
    expressions.variables(errors, "spec.variables", spec.get("variables"))
    mutations = spec.get("mutations") or []
    if not mutations:
        detail = "mutations must contain at least one item"
        errors.append(required("spec.mutations", detail))
    for i, mutation in enumerate(mutations):
        _mutation(errors, f"spec.mutations[{i}]", mutation)
    reinvocation = spec.get("reinvocationPolicy")
    required_one_of(errors, "spec.reinvocationPolicy", reinvocation, _REINVOCATIONS)
    return errors


def _mutation(errors: Errors, path: str, mutation: Object) -> None:
    kind = mutation.get("patchType", "")
    if not kind:
        errors.append(required(f"{path}.patchType"))
    elif kind not in _PATCHES:
        errors.append(not_supported(f"{path}.patchType", kind, sorted(_PATCHES)))
    else:
        patch = mutation.get(_PATCHES[kind])
        if patch is None:
            errors.append(required(f"{path}.{_PATCHES[kind]}"))
        elif not patch.get("expression", "").strip():
            errors.append(required(f"{path}.{_PATCHES[kind]}.expression"))


RULES = Rules(
    default=policies.fill_policy,
    validate=validate,
    columns=(
        NAME,
        number(
            "Mutations",
            count_of("spec.mutations"),
            "Mutations indicates the number of mutations rules defined in this configuration",
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
