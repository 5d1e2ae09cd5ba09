"""Roles and bindings decide: what a user may do is the sum of the rules bound to him.

Bindings are indexed by subject and roles are compiled when first needed; both are forgotten when
an object of their resource changes, so that a request costs a few look-ups.

Source: k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac, pkg/registry/rbac/validation (1.36).
"""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern
from typing import Final

import msgspec

from tuik8s.api.types import Object, User
from tuik8s.components.apiserver.authorization.base import Attributes, Decision, Reader
from tuik8s.components.apiserver.authorization.rules import Rule, allows, rules_of

GROUP: Final = "rbac.authorization.k8s.io"
ROLES: Final = f"roles.{GROUP}"
CLUSTER_ROLES: Final = f"clusterroles.{GROUP}"
ROLE_BINDINGS: Final = f"rolebindings.{GROUP}"
CLUSTER_ROLE_BINDINGS: Final = f"clusterrolebindings.{GROUP}"
_BINDINGS: Final = (CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS)
_ROLES: Final = (CLUSTER_ROLES, ROLES)
_ALL: Final = (*_BINDINGS, *_ROLES)

Subject = tuple[str, str, str]
"""(namespace of the binding or "", "user" or "group", name)."""


class Grant(msgspec.Struct, frozen=True):
    """One subject of one binding. order: the binding's place among all, then the subject's."""

    order: tuple[int, int]
    binding: str
    subject: str
    namespace: str
    kind: str
    name: str

    @property
    def role(self) -> tuple[str, str, str]:
        """The role's kind, namespace and name."""
        return (self.kind, self.namespace if self.kind == "Role" else "", self.name)


class Rbac:
    """Allows what the roles of a user and his groups allow."""

    name = "RBAC"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._grants: dict[Subject, list[Grant]] = {}
        self._roles: dict[tuple[str, str, str], tuple[Rule, ...] | None] = {}
        self._bindings_at: tuple[int, ...] = ()
        self._roles_at: tuple[int, ...] = ()

    def generation(self) -> int:
        return sum(map(self._reader.generation, _ALL))

    def authorize(self, asked: Attributes) -> Decision:
        absent: dict[str, None] = {}
        for grant, rules in self._granted(asked.user, asked.namespace):
            if rules is None:
                absent[not_found(grant)] = None
                continue
            for rule in rules:
                if allows(rule, asked):
                    return Decision(True, _because(grant))
        return Decision(None, f"RBAC: {joined(list(absent))}" if absent else "")

    def rules(self, user: User, namespace: str) -> tuple[list[Rule], list[str]]:
        """All rules of a user in a namespace, and what is wrong with his bindings."""
        found: list[Rule] = []
        absent: dict[str, None] = {}
        for grant, rules in self._granted(user, namespace):
            if rules is None:
                absent[not_found(grant)] = None
            else:
                found.extend(rules)
        return found, list(absent)

    def role(self, kind: str, namespace: str, name: str) -> tuple[Rule, ...] | None:
        """The rules of a role; None if there is none."""
        at = tuple(map(self._reader.generation, _ROLES))
        if at != self._roles_at:
            self._roles.clear()
            self._roles_at = at
        key = (kind, namespace, name)
        if key not in self._roles:
            obj = self._reader.get(ROLES if kind == "Role" else CLUSTER_ROLES, namespace, name)
            self._roles[key] = None if obj is None else rules_of(obj)
        return self._roles[key]

    def _granted(
        self, user: User, namespace: str
    ) -> Iterator[tuple[Grant, tuple[Rule, ...] | None]]:
        """Each binding of the user once, cluster-wide ones first, with its role's rules."""
        at = tuple(map(self._reader.generation, _BINDINGS))
        if at != self._bindings_at:
            self._grants = _indexed(self._reader)
            self._bindings_at = at
        for scope in ("", namespace) if namespace else ("",):
            grants = list(self._grants.get((scope, "user", user.name), ()))
            for group in user.groups:
                grants.extend(self._grants.get((scope, "group", group), ()))
            grants.sort(key=lambda grant: grant.order)
            last = -1
            for grant in grants:
                if grant.order[0] != last:
                    last = grant.order[0]
                    yield grant, self.role(*grant.role)


def joined(errors: list[str]) -> str:
    """Errors as upstream prints an aggregate: bare when single."""
    return errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"


def not_found(grant: Grant) -> str:
    """What is wrong with a binding to an absent role."""
    return f'{grant.kind.lower()}.{GROUP} "{grant.name}" not found'


def _because(grant: Grant) -> str:
    why = f'RBAC: allowed by {grant.binding} of {grant.kind} "{grant.name}" to {grant.subject}'
    return intern(why)  # thousands of remembered decisions say the same


def _indexed(reader: Reader) -> dict[Subject, list[Grant]]:
    index: dict[Subject, list[Grant]] = {}
    place = 0
    for resource in _BINDINGS:
        for binding in reader.list_(resource):
            place += 1
            for number, subject in enumerate(binding.get("subjects") or ()):
                _add(index, binding, subject, (place, number))
    return index


def _add(
    index: dict[Subject, list[Grant]], binding: Object, subject: Object, order: tuple[int, int]
) -> None:
    meta, kind, name = binding["metadata"], subject.get("kind"), subject.get("name") or ""
    scope = meta.get("namespace") or ""
    told, shown = "user", f'{kind} "{name}"'
    if kind == "Group":
        told = "group"
    elif kind == "ServiceAccount":
        namespace = subject.get("namespace") or scope
        if not namespace:
            return
        shown = f'ServiceAccount "{name}/{namespace}"'
        name = f"system:serviceaccount:{namespace}:{name}"
    elif kind != "User":
        return
    whole = f'RoleBinding "{meta["name"]}/{scope}"' if scope else _cluster_wide(meta["name"])
    ref = binding.get("roleRef") or {}
    grant = Grant(order, whole, shown, scope, ref.get("kind") or "", ref.get("name") or "")
    index.setdefault((scope, told, name), []).append(grant)


def _cluster_wide(name: str) -> str:
    return f'ClusterRoleBinding "{name}"'
