"""Admission policies and their bindings, validating and mutating: what they share.

Source: k8s.io/kubernetes pkg/apis/admissionregistration (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import forbidden, invalid, not_supported, required
from tuik8s.api.kinds.admission import rules
from tuik8s.api.kinds.admission.webhooks import FAILURE_POLICIES
from tuik8s.api.kinds.printing import UNSET
from tuik8s.api.kinds.strategy import first, spec_of
from tuik8s.api.kinds.validation.labels import selector
from tuik8s.api.kinds.validation.text import check, required_name
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_NOT_FOUND_ACTIONS: Final = ("Allow", "Deny")


def fill_policy(policy: Object) -> None:
    spec = spec_of(policy)
    first(spec, "failurePolicy", "Fail")
    _fill_match(spec.get("matchConstraints"))


def fill_binding(binding: Object) -> None:
    _fill_match(spec_of(binding).get("matchResources"))


def _fill_match(match: Object | None) -> None:
    if match is None:
        return
    rules.fill_match(match)
    for field in ("resourceRules", "excludeResourceRules"):
        rules.fill_rules(match.get(field))


def validate_common(errors: Errors, spec: Object) -> None:
    """The beginning of a policy's spec: failure policy, parameters, what matches."""
    policy = spec.get("failurePolicy")
    if policy is None:
        errors.append(required("spec.failurePolicy"))
    elif policy not in FAILURE_POLICIES:
        errors.append(not_supported("spec.failurePolicy", policy, FAILURE_POLICIES))
    if spec.get("paramKind") is not None:
        _param_kind(errors, "spec.paramKind", spec["paramKind"])
    match = spec.get("matchConstraints")
    if match is None:
        errors.append(required("spec.matchConstraints"))
        return
    match_resources(errors, "spec.matchConstraints", match)
    if not match.get("resourceRules"):
        errors.append(required("spec.matchConstraints.resourceRules"))


def _param_kind(errors: Errors, path: str, kind: Object) -> None:
    version = kind.get("apiVersion", "")
    if not version:
        errors.append(required(f"{path}.apiVersion"))
    elif version.count("/") > 1:
        detail = f"unexpected GroupVersion string: {version}"
        errors.append(invalid(f"{path}.apiVersion", version, detail))
    else:
        group, _, bare = version.rpartition("/")
        if group:
            check(errors, f"{path}.apiVersion", group, names.dns1123_subdomain)
        check(errors, f"{path}.apiVersion", bare, names.dns1035_label)
    name = kind.get("kind", "")
    if not name:
        errors.append(required(f"{path}.kind"))
    else:
        for problem in names.dns1035_label(name.lower()):
            detail = f"may have mixed case, but should otherwise match: {problem}"
            errors.append(invalid(f"{path}.kind", name, detail))


def match_resources(errors: Errors, path: str, match: Object) -> None:
    if match.get("matchPolicy") is None:
        errors.append(required(f"{path}.matchPolicy"))
    rules.validate_match(errors, path, match)
    for name in ("namespaceSelector", "objectSelector"):
        if match.get(name) is None:
            errors.append(required(f"{path}.{name}"))
    rules.validate_selectors(errors, path, match)
    for field in ("resourceRules", "excludeResourceRules"):
        for i, rule in enumerate(match.get(field) or ()):
            rules.validate(errors, f"{path}.{field}[{i}]", rule)
            for j, name in enumerate(rule.get("resourceNames") or ()):
                at = f"{path}.{field}[{i}].resourceNames[{j}]"
                check(errors, at, name, names.path_segment_name)


def validate_binding(errors: Errors, spec: Object) -> None:
    required_name(errors, "spec.policyName", spec.get("policyName"), names.dns1123_subdomain)
    ref = spec.get("paramRef")
    if ref is not None:
        _param_ref(errors, "spec.paramRef", ref)
    if spec.get("matchResources") is not None:
        match_resources(errors, "spec.matchResources", spec["matchResources"])


def _param_ref(errors: Errors, path: str, ref: Object) -> None:
    name, chosen = ref.get("name", ""), ref.get("selector")
    if name:
        check(errors, f"{path}.name", name, names.path_segment_name)
        if chosen is not None:
            detail = "name and selector are mutually exclusive"
            errors.append(forbidden(f"{path}.name", detail))
    if chosen is not None:
        selector(errors, f"{path}.selector", chosen)
        if name:
            detail = "name and selector are mutually exclusive"
            errors.append(forbidden(f"{path}.selector", detail))
    if not name and chosen is None:
        errors.append(required(path, "one of name or selector must be specified"))
    action = ref.get("parameterNotFoundAction")
    if action is None or not action:
        errors.append(required(f"{path}.parameterNotFoundAction"))
    elif action not in _NOT_FOUND_ACTIONS:
        detail_path = f"{path}.parameterNotFoundAction"
        errors.append(not_supported(detail_path, action, ("Deny", "Allow")))


def shown_param_kind(policy: Object, now_ms: int) -> Any:
    kind = get_path(policy, "spec.paramKind")
    return UNSET if kind is None else f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}"


def shown_param_ref(binding: Object, now_ms: int) -> Any:
    ref = get_path(binding, "spec.paramRef")
    if ref is None:
        return UNSET
    parts = (ref.get("namespace", ""), ref.get("name", "") or ("*" if ref.get("selector") else ""))
    return "/".join(part for part in parts if part)
