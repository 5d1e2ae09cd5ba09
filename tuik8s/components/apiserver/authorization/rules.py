"""Policy rules of roles: what they allow.

A rule is kept as tuples, so that it can be compared, hashed and cut into pieces (see
`components.apiserver.escalation`).

Source: k8s.io/component-helpers auth/rbac/validation, pkg/apis/rbac/v1/evaluation_helpers (1.36).
"""

from __future__ import annotations

from typing import Final

import msgspec

from tuik8s.api.types import Object
from tuik8s.components.apiserver.authorization.base import Attributes

ALL: Final = "*"


class Rule(msgspec.Struct, frozen=True):
    """One PolicyRule."""

    verbs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


def rules_of(role: Object) -> tuple[Rule, ...]:
    """The rules of a Role or ClusterRole object."""
    return tuple(rule_of(rule) for rule in role.get("rules") or ())


def rule_of(rule: Object) -> Rule:
    """One rule of an object."""
    return Rule(
        verbs=tuple(rule.get("verbs") or ()),
        groups=tuple(rule.get("apiGroups") or ()),
        resources=tuple(rule.get("resources") or ()),
        names=tuple(rule.get("resourceNames") or ()),
        urls=tuple(rule.get("nonResourceURLs") or ()),
    )


def allows(rule: Rule, asked: Attributes) -> bool:
    """Whether the rule allows what is asked."""
    if asked.verb not in rule.verbs and ALL not in rule.verbs:
        return False
    if not asked.resource:
        return any(is_url_covered(url, asked.path) for url in rule.urls)
    if asked.group not in rule.groups and ALL not in rule.groups:
        return False
    if rule.names and asked.name not in rule.names:
        return False
    return is_resource_in(rule.resources, asked.resource, asked.subresource)


def is_resource_in(resources: tuple[str, ...], resource: str, subresource: str) -> bool:
    """Whether a list of a rule names the resource: itself, all, or all of a subresource."""
    if ALL in resources:
        return True
    if not subresource:
        return resource in resources
    return f"{resource}/{subresource}" in resources or f"{ALL}/{subresource}" in resources


def is_url_covered(pattern: str, path: str) -> bool:
    """Whether a URL of a rule covers a path: all, the same, or a prefix before a star."""
    if pattern in (ALL, path):
        return True
    return pattern.endswith(ALL) and path.startswith(pattern.rstrip(ALL))
