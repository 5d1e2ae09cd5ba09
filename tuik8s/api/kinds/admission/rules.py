"""Which requests a webhook or policy is for: operations, groups, versions, resources, scope.

Source: k8s.io/kubernetes pkg/apis/admissionregistration/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import invalid, not_supported, required
from tuik8s.api.kinds.strategy import first
from tuik8s.api.kinds.validation.labels import selector
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_OPERATIONS: Final = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES: Final = ("*", "Cluster", "Namespaced")
MATCH_POLICIES: Final = ("Equivalent", "Exact")


def fill_rules(rules: list[Object] | None) -> None:
    for rule in rules or ():
        first(rule, "scope", "*")


def fill_match(owner: Object) -> None:
    """Policy and selectors of what matches."""
    first(owner, "matchPolicy", "Equivalent")
    first(owner, "namespaceSelector", {})
    first(owner, "objectSelector", {})


def validate_match(errors: Errors, path: str, owner: Object) -> None:
    policy = owner.get("matchPolicy")
    if policy is not None and policy not in MATCH_POLICIES:
        errors.append(not_supported(f"{path}.matchPolicy", policy, MATCH_POLICIES))


def validate_selectors(errors: Errors, path: str, owner: Object) -> None:
    for name in ("namespaceSelector", "objectSelector"):
        if owner.get(name) is not None:
            selector(errors, f"{path}.{name}", owner[name])


def validate(errors: Errors, path: str, rule: Object, subresources: bool = True) -> None:
    operations = rule.get("operations") or []
    if not operations:
        errors.append(required(f"{path}.operations"))
    _alone(errors, f"{path}.operations", operations, "operations")
    for i, operation in enumerate(operations):
        if operation not in _OPERATIONS:
            errors.append(not_supported(f"{path}.operations[{i}]", operation, _OPERATIONS))
    for field, words in (("apiGroups", "API groups"), ("apiVersions", "API versions")):
        values = rule.get(field) or []
        if not values:
            errors.append(required(f"{path}.{field}"))
        _alone(errors, f"{path}.{field}", values, words)
        for i, value in enumerate(values):
            if field == "apiVersions" and not value:
                errors.append(required(f"{path}.{field}[{i}]"))
    check = _resources if subresources else _plain_resources
    check(errors, f"{path}.resources", rule.get("resources") or [])
    scope = rule.get("scope")
    if scope is not None and scope not in _SCOPES:
        errors.append(not_supported(f"{path}.scope", scope, _SCOPES))


def _alone(errors: Errors, path: str, values: list[str], words: str) -> None:
    if len(values) > 1 and "*" in values:
        detail = f"if '*' is present, must not specify other {words}"
        errors.append(invalid(path, values, detail))


def _resources(errors: Errors, path: str, resources: list[str]) -> None:
    if not resources:
        errors.append(required(path))
    whole: set[str] = set()
    everywhere: set[str] = set()
    has_plain = False
    for i, entry in enumerate(resources):
        if not entry:
            errors.append(required(f"{path}[{i}]"))
            continue
        resource, slash, sub = entry.partition("/")
        if not slash:
            has_plain = entry != "*"
            continue
        if resource in whole:
            detail = f"if '{resource}/*' is present, must not specify {entry}"
            errors.append(invalid(f"{path}[{i}]", entry, detail))
        if sub in everywhere:
            detail = f"if '*/{sub}' is present, must not specify {entry}"
            errors.append(invalid(f"{path}[{i}]", entry, detail))
        if sub == "*":
            whole.add(resource)
        if resource == "*":
            everywhere.add(sub)
    if len(resources) > 1 and "*/*" in resources:
        detail = "if '*/*' is present, must not specify other resources"
        errors.append(invalid(path, resources, detail))
    if "*" in resources and has_plain:
        detail = "if '*' is present, must not specify other resources without subresources"
        errors.append(invalid(path, resources, detail))


def _plain_resources(errors: Errors, path: str, resources: list[str]) -> None:
    if not resources:
        errors.append(required(path))
    for i, entry in enumerate(resources):
        if not entry:
            errors.append(required(f"{path}[{i}]"))
        if "/" in entry:
            errors.append(invalid(f"{path}[{i}]", entry, "must not specify subresources"))
    if len(resources) > 1 and "*" in resources:
        detail = "if '*' is present, must not specify other resources"
        errors.append(invalid(path, resources, detail))
