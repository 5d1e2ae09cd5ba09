"""Nobody may give what he does not have: judges of writes of roles and bindings.

A judge looks at the object that is about to be stored, after admission and before validation.
The verb `escalate` on roles and `bind` on a role lift the check, system:masters need neither.

Source: k8s.io/kubernetes pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/
policybased/storage.go, escalation_check.go (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import ApiError, forbidden_request, not_found
from tuik8s.api.types import Object
from tuik8s.components.apiserver.authorization.base import Attributes
from tuik8s.components.apiserver.authorization.covering import described, missing, quoted
from tuik8s.components.apiserver.authorization.rbac import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    ROLE_BINDINGS,
    ROLES,
)
from tuik8s.components.apiserver.authorization.rules import ALL, Rule, rules_of
from tuik8s.components.apiserver.call import Call

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

Judge = Callable[["Core", Call, Object, Object | None], None]
"""(core, call, new, old): raises ApiError (403) when the write gives too much."""
_EVERYTHING: Final = (Rule((ALL,), (ALL,), (ALL,)), Rule(verbs=(ALL,), urls=(ALL,)))
_AGGREGATION: Final = "must have cluster-admin privileges to use the aggregationRule"
_COLLECTED: Final = ("ownerReferences", "finalizers", "managedFields", "resourceVersion")


def judge(core: Core, call: Call, new: Object, old: Object | None) -> None:
    """Refuse a write that gives more than its author has. Raises ApiError."""
    judged = _JUDGES.get(call.kind.resource)
    if judged is None or "system:masters" in call.user.groups:
        return
    if old is None or not _is_for_collector(new, old):
        judged(core, call, new, old)


def _role(core: Core, call: Call, new: Object, old: Object | None) -> None:
    if core.authorization.decide(core.attributes_of(call, "escalate")).allowed:
        return
    ruled, aggregates = rules_of(new), bool(new.get("aggregationRule"))
    if old is not None:
        aggregates = aggregates or bool(old.get("aggregationRule"))
        same = new.get("aggregationRule") == old.get("aggregationRule")
        if same and ruled == rules_of(old):
            return
    _require_held(core, call, new, ruled)
    if aggregates and _lacks(core, call, _EVERYTHING):
        raise _forbidden(call, new, _AGGREGATION)


def _binding(core: Core, call: Call, new: Object, old: Object | None) -> None:
    ref, namespace = new.get("roleRef") or {}, call.request.namespace
    kind, name = ref.get("kind") or "", ref.get("name") or ""
    resource = {"Role": "roles", "ClusterRole": "clusterroles"}.get(kind)
    if resource is None:
        return  # validation refuses it
    asked = Attributes(
        user=call.user,
        verb="bind",
        group=ref.get("apiGroup") or "",
        version="*",
        resource=resource,
        namespace=namespace,
        name=name,
    )
    if core.authorization.decide(asked).allowed:
        return
    ruled = core.rbac.role(kind, namespace if kind == "Role" else "", name)
    if ruled is None:
        raise not_found(call.kind.group, call.kind.plural, name)
    _require_held(core, call, new, ruled)


def _lacks(core: Core, call: Call, wanted: tuple[Rule, ...]) -> list[Rule]:
    held, _ = core.rbac.rules(call.user, call.request.namespace)
    return missing(held, wanted)


def _require_held(core: Core, call: Call, new: Object, wanted: tuple[Rule, ...]) -> None:
    held, errors = core.rbac.rules(call.user, call.request.namespace)
    lacking = missing(held, wanted)
    if not lacking:
        return
    why = (
        f'user "{call.user.name}" (groups={quoted(call.user.groups)}) is attempting to grant RBAC '
        f"permissions not currently held:\n{described(lacking)}"
    )
    if errors:
        listed = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
        why += f"; resolution errors: [{listed}]"
    raise _forbidden(call, new, why)


def _forbidden(call: Call, new: Object, why: str) -> ApiError:
    name = new["metadata"].get("name") or ""
    return forbidden_request(call.kind.group, call.kind.plural, name, why)


def _is_for_collector(new: Object, old: Object) -> bool:
    """Whether nothing changes but what the garbage collector needs to."""

    def rest(obj: Object) -> Object:
        meta = {k: v for k, v in obj["metadata"].items() if k not in _COLLECTED}
        return {**obj, "metadata": meta}

    return rest(new) == rest(old)


_JUDGES: Final[dict[str, Judge]] = {
    ROLES: _role,
    CLUSTER_ROLES: _role,
    ROLE_BINDINGS: _binding,
    CLUSTER_ROLE_BINDINGS: _binding,
}
