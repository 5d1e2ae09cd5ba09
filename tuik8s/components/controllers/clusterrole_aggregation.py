"""Aggregated ClusterRoles: their rules are those of the roles that their selectors find.

Source: k8s.io/kubernetes
pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go, 1.36. Upstream writes by
server-side apply; here the rules are patched.
"""

from __future__ import annotations

from tuik8s.api.meta import labels_of, name_of
from tuik8s.api.selectors import selector_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import NOTHING, Change, Patch, Plan, View, Wake

RESOURCE = "clusterroles.rbac.authorization.k8s.io"


def _aggregating(change: Change, view: View) -> list[Key]:
    """Any role may be part of any aggregated one."""
    return [Key(RESOURCE, "", name_of(r)) for r in view.list_(RESOURCE) if r.get("aggregationRule")]


class ClusterRoleAggregationReconciler:
    """Keep the rules of aggregated ClusterRoles."""

    name = "clusterrole-aggregation"
    account = "clusterrole-aggregation-controller"
    component = "clusterrole-aggregation-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake(RESOURCE, _aggregating),)

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        role = view.get(RESOURCE, "", key.name)
        if role is None or not role.get("aggregationRule"):
            return NOTHING
        rules = aggregated_rules(role, view)
        if rules == (role.get("rules") or []):
            return NOTHING
        patch = {"rules": rules}
        return Plan(
            writes=(
                Patch(resource=RESOURCE, namespace="", name=key.name, patch=patch, tolerate=(404,)),
            )
        )


def aggregated_rules(role: Object, view: View) -> list[Object]:
    """Rules of all selected roles, by name within each selector, each rule once."""
    rules: list[Object] = []
    for wanted in role["aggregationRule"].get("clusterRoleSelectors") or ():
        selector = selector_of(wanted)
        chosen = [r for r in view.list_(RESOURCE) if selector.matches(labels_of(r))]
        for other in sorted(chosen, key=name_of):
            if name_of(other) != name_of(role):
                rules += [rule for rule in other.get("rules") or () if rule not in rules]
    return rules
