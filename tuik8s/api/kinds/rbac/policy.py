"""Role and ClusterRole: their policy rules and aggregation.

Source: k8s.io/kubernetes pkg/apis/rbac/validation (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import DEFAULT_COLUMNS
from tuik8s.api.kinds.strategy import drop_empty
from tuik8s.api.kinds.validation.labels import selector
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.names import name_is_path_segment
from tuik8s.api.types import Object

_NAMESPACED = "namespaced rules cannot apply to non-resource URLs"
_MIXED = "rules cannot apply to both regular resources and non-resource URLs"


def default(role: Object) -> None:
    drop_empty(role, "rules")


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


def _aggregation(errors: Errors, rule: Object | None) -> None:
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


def rules_for(is_namespaced: bool) -> Rules:
    """Rules of one of the two kinds of role; only a ClusterRole has an aggregation rule."""

    def validate(role: Object) -> list[FieldError]:
        errors: Errors = []
        for i, rule in enumerate(role.get("rules") or ()):
            _rule(errors, f"rules[{i}]", rule, is_namespaced)
        _aggregation(errors, role.get("aggregationRule"))
        return errors

    return Rules(
        default=default,
        validate=validate,
        columns=DEFAULT_COLUMNS,
        validate_name=name_is_path_segment,
        generation_ignores=None,
        create_on_update=True,
    )
