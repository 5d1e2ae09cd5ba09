"""Policy rules and aggregation of roles.

Source: k8s.io/kubernetes pkg/apis/rbac/validation (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import invalid, required
from tuik8s.api.kinds.validation.labels import selector
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_NAMESPACED = "namespaced rules cannot apply to non-resource URLs"
_MIXED = "rules cannot apply to both regular resources and non-resource URLs"


def rules(errors: Errors, listed: list[Object] | None, is_namespaced: bool) -> None:
    for i, rule in enumerate(listed or ()):
        _rule(errors, f"rules[{i}]", rule, is_namespaced)


def _rule(errors: Errors, path: str, rule: Object, is_namespaced: bool) -> None:
    if not rule.get("verbs"):
        errors.append(required(f"{path}.verbs", "verbs must contain at least one value"))
    urls = rule.get("nonResourceURLs")
    if urls:
        if is_namespaced:
            errors.append(invalid(f"{path}.nonResourceURLs", urls, _NAMESPACED))
        if any(rule.get(field) for field in ("apiGroups", "resources", "resourceNames")):
            errors.append(invalid(f"{path}.nonResourceURLs", urls, _MIXED))
        return
    if not rule.get("apiGroups"):
        detail = "resource rules must supply at least one api group"
        errors.append(required(f"{path}.apiGroups", detail))
    if not rule.get("resources"):
        detail = "resource rules must supply at least one resource"
        errors.append(required(f"{path}.resources", detail))


def aggregation(errors: Errors, rule: Object | None) -> None:
    if rule is None:
        return
    path = "aggregationRule.clusterRoleSelectors"
    selectors = rule.get("clusterRoleSelectors")
    if not selectors:
        detail = "at least one clusterRoleSelector required if aggregationRule is non-nil"
        errors.append(required(path, detail))
    for i, value in enumerate(selectors or ()):
        before = len(errors)
        selector(errors, f"{path}[{i}]", value)
        if len(errors) > before:
            errors.append(invalid(f"{path}[{i}]", None, "invalid label selector."))
