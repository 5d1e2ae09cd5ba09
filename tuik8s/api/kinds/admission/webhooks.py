"""ValidatingWebhookConfiguration and MutatingWebhookConfiguration.

Source: k8s.io/kubernetes pkg/apis/admissionregistration (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, duplicate, invalid, not_supported, required
from tuik8s.api.kinds.admission import clients, expressions, rules
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, count_of, number
from tuik8s.api.kinds.strategy import first
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

FAILURE_POLICIES: Final = ("Fail", "Ignore")
_SIDE_EFFECTS: Final = ("None", "NoneOnDryRun")
_REVIEW_VERSIONS: Final = ("v1", "v1beta1")
_REINVOCATIONS: Final = ("IfNeeded", "Never")
_MAX_TIMEOUT_SECONDS: Final = 30


def _fill(configuration: Object, mutating: bool) -> None:
    for hook in configuration.get("webhooks") or ():
        first(hook, "clientConfig", {})
        clients.fill(hook["clientConfig"])
        rules.fill_rules(hook.get("rules"))
        first(hook, "failurePolicy", "Fail")
        rules.fill_match(hook)
        first(hook, "timeoutSeconds", 10)
        if mutating:
            first(hook, "reinvocationPolicy", "Never")


def _validate(configuration: Object) -> list[FieldError]:
    errors: Errors = []
    seen: set[str] = set()
    for i, hook in enumerate(configuration.get("webhooks") or ()):
        path, name = f"webhooks[{i}]", hook.get("name", "")
        _hook(errors, path, hook)
        _versions(errors, f"{path}.admissionReviewVersions", hook.get("admissionReviewVersions"))
        if name and name in seen:
            errors.append(duplicate(f"{path}.name", name))
        seen.add(name)
    return errors


def fully_qualified(errors: Errors, path: str, name: str) -> None:
    if not name:
        errors.append(required(path))
    else:
        check(errors, path, name, names.fully_qualified_name)


def _hook(errors: Errors, path: str, hook: Object) -> None:
    fully_qualified(errors, f"{path}.name", hook.get("name", ""))
    for i, rule in enumerate(hook.get("rules") or ()):
        rules.validate(errors, f"{path}.rules[{i}]", rule)
    policy = hook.get("failurePolicy")
    if policy is not None and policy not in FAILURE_POLICIES:
        errors.append(not_supported(f"{path}.failurePolicy", policy, FAILURE_POLICIES))
    rules.validate_match(errors, path, hook)
    effects = hook.get("sideEffects")
    if effects is None:
        detail = f"must specify one of {', '.join(_SIDE_EFFECTS)}"
        errors.append(required(f"{path}.sideEffects", detail))
    elif effects not in _SIDE_EFFECTS:
        errors.append(not_supported(f"{path}.sideEffects", effects, _SIDE_EFFECTS))
    timeout = hook.get("timeoutSeconds")
    if timeout is not None and not 1 <= timeout <= _MAX_TIMEOUT_SECONDS:
        detail = "the timeout value must be between 1 and 30 seconds"
        errors.append(invalid(f"{path}.timeoutSeconds", timeout, detail))
    rules.validate_selectors(errors, path, hook)
    reinvocation = hook.get("reinvocationPolicy")
    if reinvocation is not None and reinvocation not in _REINVOCATIONS:
        errors.append(not_supported(f"{path}.reinvocationPolicy", reinvocation, _REINVOCATIONS))
    clients.validate(errors, f"{path}.clientConfig", hook.get("clientConfig") or {})
    expressions.match_conditions(errors, f"{path}.matchConditions", hook.get("matchConditions"))


def _versions(errors: Errors, path: str, versions: list[str] | None) -> None:
    accepted = ", ".join(_REVIEW_VERSIONS)
    if not versions:
        errors.append(required(path, f"must specify one of {accepted}"))
        return
    for i, version in enumerate(versions):
        if version in versions[:i]:
            errors.append(invalid(f"{path}[{i}]", version, "duplicate version"))
        else:
            check(errors, f"{path}[{i}]", version, names.dns1035_label)
    if not any(version in _REVIEW_VERSIONS for version in versions):
        errors.append(invalid(path, versions, f"must include at least one of {accepted}"))


def rules_for(mutating: bool) -> Rules:
    """Rules of one of the two kinds of configuration."""

    def default(configuration: Object) -> None:
        _fill(configuration, mutating)

    return Rules(
        default=default,
        validate=_validate,
        columns=(
            NAME,
            number(
                "Webhooks",
                count_of("webhooks"),
                "Webhooks indicates the number of webhooks registered in this configuration",
            ),
            AGE,
        ),
        unconditional_update=False,
    )
